// What a GGUF file is that cannot chat by itself, in words.
import type { FileKind } from "../contract/fileKind";
import { hasKey } from "./hasKey";
import { formatCount } from "./quantities";

export type OtherKind = Exclude<FileKind, "model">;

const WORDS: Readonly<Record<OtherKind, readonly [one: string, many: string]>> = {
  draft: ["draft model", "draft models"],
  projector: ["image or audio projector", "image or audio projectors"],
  adapter: ["adapter", "adapters"],
  "control-vector": ["control vector", "control vectors"],
  "importance-matrix": ["importance matrix", "importance matrices"],
  embedding: ["embedding model", "embedding models"],
  reranker: ["reranking model", "reranking models"],
  "encoder-decoder": ["encoder–decoder model", "encoder–decoder models"],
  diffusion: ["diffusion model", "diffusion models"],
  speech: ["speech model", "speech models"],
  other: ["other GGUF file", "other GGUF files"],
};

/** "draft model"; null where there is no word that says more than that it is no model to chat with. */
export function kindWord(kind: OtherKind): string | null {
  return kind === "other" ? null : WORDS[kind][0];
}

/** "1 draft model", "2 draft models". */
export function countedKind(kind: OtherKind, count: number): string {
  return `${formatCount(count)} ${WORDS[kind][count === 1 ? 0 : 1]}`;
}

/** As a failure's details name it; null for "model" and for what is no kind. */
export function otherKind(name: string | null | undefined): OtherKind | null {
  return hasKey(WORDS, name) ? name : null;
}
