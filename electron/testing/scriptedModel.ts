// Writes small model files that answer by a script, token by token: real llama files, whose weights are set by hand instead of trained.
//
// What comes next follows from the last few tokens alone (scriptPatterns.ts), whatever stands before them, so the model answers
// again in a second turn, and goes on behind a token that the engine puts in its mouth. How the weights do it: scriptNetwork.ts.
import { writeFile } from "node:fs/promises";
import { scriptNetwork } from "./scriptNetwork";
import { scriptPatterns } from "./scriptPatterns";
import { ScriptVocabulary, type Script, type SpecialText } from "./scriptVocabulary";
import { ggufBytes, tinyModelContents, type MetadataEntry } from "./tinyGguf";

export type { Script, SpecialText } from "./scriptVocabulary";

export interface ScriptedModelOptions {
  /** What it writes where no word of `scripts` occurs in the prompt; its end-of-turn token follows by itself. */
  script: Script;
  /**
   * What it writes after a prompt with that word; the last such word in the prompt decides. Words are ASCII letters, and are found
   * in longer words too ("tool" in "stools"). Two of them in one prompt stand at least 16 tokens apart.
   */
  scripts?: Readonly<Record<string, Script>>;
  chatTemplate: string | null;
  /**
   * How prompts end by that template: the text after the last message, or its last few tokens. Several, where turns differ
   * (thinking on and off, after a tool's result). After any other end the answer is empty.
   */
  generationPrompt: string | readonly string[];
  special: readonly SpecialText[];
  /**
   * Texts of the script that are no special tokens and that an engine may write in the model's place ("</thinking>"); each ends
   * where a token of the script ends. Special tokens are such by themselves: the script goes on behind them.
   */
  markers?: readonly string[];
  /** Ends each answer; one of `special`, as are the others. */
  eos: string;
  bos?: string;
  eot?: string;
  eom?: string;
  /** Default: no. */
  addBos?: boolean;
  /** Default 8192. The weights are made for so many positions. */
  trainContextTokens?: number;
  name?: string;
  /** Replaces or adds metadata; undefined removes a key. */
  metadata?: Readonly<Record<string, MetadataEntry | undefined>>;
}

/** The whole GGUF file. Throws where a script cannot be told from the tokens before each of its places, and says where. */
export function scriptedModelBytes(options: ScriptedModelOptions): Uint8Array<ArrayBuffer> {
  const {
    eos,
    addBos = false,
    trainContextTokens = 8192,
    chatTemplate,
    name = "Scripted model",
    scripts = {},
  } = options;
  const all = [options.script, ...Object.values(scripts)];
  const vocabulary = new ScriptVocabulary({ special: options.special, words: Object.keys(scripts), scripts: all });
  const eosId = vocabulary.specialId(eos);
  const prompts = [options.generationPrompt].flat().map((text) => vocabulary.tokenize(text));
  const markers = (options.markers ?? []).map((text) => vocabulary.tokenize(text));
  const patterns = all.flatMap((script, word) => scriptPatterns({ script, word, prompts, markers, eosId, vocabulary }));
  const idOf = (text: string | undefined): MetadataEntry | undefined =>
    text === undefined ? undefined : { type: "uint32", value: vocabulary.specialId(text) };
  const { tensors, metadata } = scriptNetwork({ vocabulary, patterns, eosId, contextTokens: trainContextTokens });
  const contents = tinyModelContents({
    name,
    chatTemplate,
    trainContextTokens,
    metadata: {
      ...metadata,
      ...vocabulary.metadata(),
      "tokenizer.ggml.eos_token_id": idOf(eos),
      "tokenizer.ggml.bos_token_id": idOf(options.bos),
      "tokenizer.ggml.eot_token_id": idOf(options.eot),
      "tokenizer.ggml.eom_token_id": idOf(options.eom),
      "tokenizer.ggml.add_bos_token": { type: "bool", value: addBos },
      ...options.metadata,
    },
  });
  return ggufBytes({ metadata: contents.metadata, tensors });
}

export async function writeScriptedModel(filePath: string, options: ScriptedModelOptions): Promise<void> {
  await writeFile(filePath, scriptedModelBytes(options));
}
