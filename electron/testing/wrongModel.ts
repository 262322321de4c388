// The tiny model with something changed that must not end the engine: what wrongTokenizers.ts, wrongTemplates.ts and wrongShapes.ts are made of.
import {
  ggufBytes,
  tinyModelContents,
  tinyVocabulary,
  type GgufContents,
  type MetadataEntry,
  type TensorEntry,
} from "./tinyGguf";

export interface WrongModel {
  name: string;
  /** "refused": it must not be loaded. "either": refused, or loaded and answering. "works": sound, however odd. */
  outcome: "refused" | "either" | "works";
  bytes: () => Uint8Array<ArrayBuffer>;
}

/** The tiny model, in parts that can be changed. */
export class ModelDraft {
  readonly metadata: Map<string, MetadataEntry>;
  tensors: TensorEntry[];
  readonly vocabulary = tinyVocabulary();

  constructor(contents: GgufContents = tinyModelContents()) {
    this.metadata = new Map(contents.metadata);
    this.tensors = [...contents.tensors];
  }

  set(key: string, entry: MetadataEntry | undefined): this {
    if (entry === undefined) this.metadata.delete(key);
    else this.metadata.set(key, entry);
    return this;
  }

  /** Another vocabulary, with rows of the embedding and of the output for each token; tokens beyond the usual ones are normal ones. */
  setTokens(
    tokens: readonly (string | Uint8Array)[],
    types: readonly number[] = tokens.map((_, index) => this.vocabulary.types[index] ?? 1),
  ): this {
    this.set("tokenizer.ggml.tokens", {
      type: "byte-strings",
      value: tokens.map((token) => (typeof token === "string" ? new TextEncoder().encode(token) : token)),
    });
    this.set("tokenizer.ggml.token_type", { type: "int32s", value: types });
    this.set("llama.vocab_size", { type: "uint32", value: tokens.length });
    return this.setRows(tokens.length);
  }

  /** Rows of the embedding and of the output. */
  setRows(rows: number): this {
    this.tensors = this.tensors.map((tensor) =>
      /^(?:token_embd|output)\.weight$/u.test(tensor.name) ? withRows(tensor, rows) : tensor,
    );
    return this;
  }

  changeTensor(name: string, change: (tensor: TensorEntry) => TensorEntry[]): this {
    this.tensors = this.tensors.flatMap((tensor) => (tensor.name === name ? change(tensor) : [tensor]));
    return this;
  }

  bytes(): Uint8Array<ArrayBuffer> {
    return ggufBytes({ metadata: [...this.metadata], tensors: this.tensors });
  }
}

function withRows(tensor: TensorEntry, rows: number): TensorEntry {
  const [columns = 0] = tensor.dimensions;
  const data = new Uint8Array(columns * rows * 4);
  for (let at = 0; at < data.length && tensor.data.length > 0; at += tensor.data.length)
    data.set(tensor.data.subarray(0, data.length - at), at);
  return { ...tensor, dimensions: [columns, rows], data };
}

export function wrongModel(
  name: string,
  outcome: WrongModel["outcome"],
  change: (draft: ModelDraft) => ModelDraft,
): WrongModel {
  return { name, outcome, bytes: () => change(new ModelDraft()).bytes() };
}

export const text = (value: string): MetadataEntry => ({ type: "string", value });
export const uint = (value: number): MetadataEntry => ({ type: "uint32", value });
export const float = (value: number): MetadataEntry => ({ type: "float32", value });
