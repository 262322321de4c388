// What a GGUF file is that cannot chat by itself, in words.
import type { FileKind } from "../contract/fileKind";
import { hasKey } from "./hasKey";
import { t } from "./language";

export type OtherKind = Exclude<FileKind, "model">;

const COUNTED: Readonly<Record<OtherKind, (count: number) => string>> = {
  draft: (count) => t("{count, plural, one {# draft model} other {# draft models}}", { count }),
  projector: (count) =>
    t("{count, plural, one {# image or audio projector} other {# image or audio projectors}}", { count }),
  adapter: (count) => t("{count, plural, one {# adapter} other {# adapters}}", { count }),
  "control-vector": (count) => t("{count, plural, one {# control vector} other {# control vectors}}", { count }),
  "importance-matrix": (count) =>
    t("{count, plural, one {# importance matrix} other {# importance matrices}}", { count }),
  embedding: (count) => t("{count, plural, one {# embedding model} other {# embedding models}}", { count }),
  reranker: (count) => t("{count, plural, one {# reranking model} other {# reranking models}}", { count }),
  "encoder-decoder": (count) =>
    t("{count, plural, one {# encoder–decoder model} other {# encoder–decoder models}}", { count }),
  diffusion: (count) => t("{count, plural, one {# diffusion model} other {# diffusion models}}", { count }),
  speech: (count) => t("{count, plural, one {# speech model} other {# speech models}}", { count }),
  other: (count) => t("{count, plural, one {# other GGUF file} other {# other GGUF files}}", { count }),
};

/** "draft model"; null where there is no word that says more than that it is no model to chat with. */
export function kindWord(kind: OtherKind): string | null {
  switch (kind) {
    case "draft":
      return t("draft model");
    case "projector":
      return t("image or audio projector");
    case "adapter":
      return t("adapter");
    case "control-vector":
      return t("control vector");
    case "importance-matrix":
      return t("importance matrix");
    case "embedding":
      return t("embedding model");
    case "reranker":
      return t("reranking model");
    case "encoder-decoder":
      return t("encoder–decoder model");
    case "diffusion":
      return t("diffusion model");
    case "speech":
      return t("speech model");
    case "other":
      return null;
  }
}

/** "1 draft model", "2 draft models". */
export function countedKind(kind: OtherKind, count: number): string {
  return COUNTED[kind](count);
}

/** As a failure's details name it; null for "model" and for what is no kind. */
export function otherKind(name: string | null | undefined): OtherKind | null {
  return hasKey(COUNTED, name) ? name : null;
}
