// What a GGUF file is: a model that writes text, or something that goes with one. The header says it, never the name. Fit process.
//
// Facts from llama.cpp v0.5.0: general.type in gguf-py/gguf/constants.py (GGUFType), pooling types in include/llama.h, control vectors in
// tools/cvector-generator, draft heads of a model's own architecture in src/models/qwen35.cpp and others (mtp_only).
import type { FileKind } from "../../contract/fileKind";
import { architecturesWithoutChat } from "./architectures";
import { metadataNumber, metadataText, type GgufHeader } from "./readGgufHeader";
import type { TensorInfo } from "./readTensors";

/** general.type of files that are no models. */
const KINDS_BY_TYPE: ReadonlyMap<string, FileKind> = new Map([
  ["adapter", "adapter"],
  ["imatrix", "importance-matrix"],
  ["mmproj", "projector"],
]);
/** LLAMA_POOLING_TYPE_NONE and _RANK. */
const NO_POOLING = 0;
const RANK_POOLING = 4;

export interface ReadParts {
  /** Of the first part, with or without the vocabulary's entries. */
  header: GgufHeader;
  /** Of all parts; null when others than the first were not read. */
  tensors: readonly TensorInfo[] | null;
  hasTokenizer: boolean;
}

/** An architecture that llama.cpp does not know may be a model's: that is for others to say. */
export function fileKindOf({ header, tensors, hasTokenizer }: ReadParts): FileKind {
  const type = metadataText(header, "general.type");
  if (header.metadata.has("adapter.type")) return "adapter";
  if (type !== undefined && type !== "model") return KINDS_BY_TYPE.get(type) ?? "other";

  const architecture = metadataText(header, "general.architecture");
  if (architecture === undefined) return "other";
  const special = architecturesWithoutChat.get(architecture);
  if (special !== undefined) return special;

  // Trained to chat or not, with pooling the model gives one vector for a text, or one mark.
  const pooling = metadataNumber(header, `${architecture}.pooling_type`) ?? NO_POOLING;
  if (pooling !== NO_POOLING) return pooling === RANK_POOLING ? "reranker" : "embedding";
  const causal = header.metadata.get(`${architecture}.attention.causal`);
  if (causal?.kind === "scalar" && causal.value === false) return "embedding";

  if (tensors !== null && !tensors.some(({ name }) => name.startsWith("blk.0."))) {
    // The first layers are missing, and what is there comes behind the last one.
    return (metadataNumber(header, `${architecture}.nextn_predict_layers`) ?? 0) > 0 ? "draft" : "other";
  }
  return hasTokenizer ? "model" : "other";
}
