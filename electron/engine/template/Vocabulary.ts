// What a chat format must know of a model's tokens. Engine and fit process.
import type { LlamaModel, Token } from "node-llama-cpp";
import type { SpecialToken } from "../../contract/modelFormat";
import { metadataNumber, type GgufHeader } from "../gguf/readGgufHeader";

export interface Vocabulary {
  /** The special tokens that the file names. */
  readonly specialTokens: readonly SpecialToken[];
  /** Texts of all control and user-defined tokens. */
  readonly markerTexts: readonly string[];
  /** Whether this text is one control token: one that is never text. */
  isControl(text: string): boolean;
}

/** In the keys of a GGUF file, tokenizer.ggml.…_token_id (gguf-py/gguf/constants.py). */
const uses = [
  "bos",
  "eos",
  "eot",
  "eom",
  "unknown",
  "seperator",
  "padding",
  "cls",
  "mask",
  "fim_pre",
  "fim_suf",
  "fim_mid",
] as const;

export function vocabularyOf(model: LlamaModel, header: GgufHeader): Vocabulary {
  const tokens = header.metadata.get("tokenizer.ggml.tokens");
  const size = tokens?.kind === "array" ? tokens.length : 0;
  let markerTexts: readonly string[] | undefined;
  return {
    get markerTexts() {
      return (markerTexts ??= findMarkerTexts(model));
    },
    specialTokens: uses.flatMap((use) => {
      const id = metadataNumber(header, `tokenizer.ggml.${use}_token_id`);
      // llama.cpp ignores a number that no token has; asked for its text, it would end the process.
      if (id === undefined || !Number.isInteger(id) || id < 0 || id >= size) return [];
      const text = model.detokenize([id as Token], true);
      return text === "" ? [] : [{ use, id, text }];
    }),
    isControl: (text) => {
      const [token, ...others] = model.tokenize(text, true);
      return token !== undefined && others.length === 0 && isControlToken(model, token);
    },
  };
}

function findMarkerTexts(model: LlamaModel): string[] {
  const texts: string[] = [];
  for (const token of model.iterateAllTokens()) {
    const { control, userDefined } = model.getTokenAttributes(token);
    if (control || userDefined) texts.push(model.detokenize([token], true));
  }
  return texts;
}

export function isControlToken(model: LlamaModel, token: Token): boolean {
  return model.getTokenAttributes(token).control;
}

/** By the names under which transformers gives them to a template (special_tokens_map). */
export function templateTokens({ specialTokens }: Vocabulary): Record<string, string> {
  const names: Readonly<Record<string, string>> = {
    bos: "bos_token",
    eos: "eos_token",
    unknown: "unk_token",
    seperator: "sep_token",
    padding: "pad_token",
    cls: "cls_token",
    mask: "mask_token",
  };
  return Object.fromEntries(
    specialTokens.flatMap(({ use, text }) => (names[use] === undefined ? [] : [[names[use], text]])),
  );
}
