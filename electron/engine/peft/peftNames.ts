// From the names of a PEFT or MLX adapter's tensors to those of the base in llama.cpp. Job process.
//
// After get_base_tensor_name in llama.cpp's convert_lora_to_gguf.py, gguf-py/gguf/tensor_mapping.py, and mlx-lm's tuner/lora.py.
import type { PeftConfig, PeftFeature } from "../../contract/peftConfig";

/** What converting for an architecture takes to know. */
export interface PeftArchitecture {
  /** llama.cpp's name of a layer's matrix, by the module's name in it. */
  modules: ReadonlyMap<string, string>;
  /**
   * Rows of query and key are in another order than in Hugging Face's model: llama.cpp rotates neighbours, transformers
   * rotates halves (LlamaModel.permute in llama.cpp's conversion/llama.py).
   */
  reordersHeads: boolean;
  /** Embeddings are multiplied by the square root of their length; older versions of peft forgot that for their own part. */
  scalesEmbeddings: boolean;
}

const usual = new Map([
  ["self_attn.q_proj", "attn_q"],
  ["self_attn.k_proj", "attn_k"],
  ["self_attn.v_proj", "attn_v"],
  ["self_attn.o_proj", "attn_output"],
  ["mlp.gate_proj", "ffn_gate"],
  ["mlp.up_proj", "ffn_up"],
  ["mlp.down_proj", "ffn_down"],
]);
/** Fused in both worlds. */
const phi3 = new Map([
  ["self_attn.qkv_proj", "attn_qkv"],
  ["self_attn.o_proj", "attn_output"],
  ["mlp.gate_up_proj", "ffn_up"],
  ["mlp.down_proj", "ffn_down"],
]);

/** By general.architecture. Mistral's models are "llama" there. */
export const peftArchitectures: ReadonlyMap<string, PeftArchitecture> = new Map([
  ["llama", { modules: usual, reordersHeads: true, scalesEmbeddings: false }],
  ["qwen2", { modules: usual, reordersHeads: false, scalesEmbeddings: false }],
  ["qwen3", { modules: usual, reordersHeads: false, scalesEmbeddings: false }],
  ["gemma", { modules: usual, reordersHeads: false, scalesEmbeddings: true }],
  ["gemma2", { modules: usual, reordersHeads: false, scalesEmbeddings: true }],
  ["gemma3", { modules: usual, reordersHeads: false, scalesEmbeddings: true }],
  ["phi3", { modules: phi3, reordersHeads: false, scalesEmbeddings: false }],
]);

export type PeftTensorName =
  /** One of the two factors of a module's change. */
  | { kind: "factor"; module: string; half: "a" | "b" }
  /** Of the base: weights that some trainers keep beside the adapter, and buffers that every model computes again. */
  | { kind: "base" }
  | { kind: "unsupported"; feature: PeftFeature };

/** What torch.compile, FSDP, activation checkpoints and data parallel training put around a module, at any place in its name. */
const WRAPPERS = /(?<=^|\.)(?:(?:_orig_mod|_fsdp_wrapped_module|_checkpoint_wrapped_module|module)\.)+/gu;
/** Buffers: the rotation's frequencies and tables, and the positions, all of them made from the configuration. */
const BUFFER = /(?:^|\.)(?:(?:original_)?inv_freq|(?:cos|sin)_cached|position_ids)$/u;
const FACTOR =
  /^(?<module>.+)\.lora_(?:embedding_)?(?<half>[AB])(?:\.(?!weight$|bias$)[^.]+)?(?<value>\.weight|\.bias)?$/u;

/** A module's name without the wrappers that training put around it or one that it is in. */
export function unwrapped(name: string): string {
  return name.replaceAll(WRAPPERS, "");
}

/** `module`: as the base names it, "model.layers.0.self_attn.q_proj". */
export function peftTensorName(name: string, library: PeftConfig["library"]): PeftTensorName {
  const bare = unwrapped(name).replace(/^(?:base_model\.model\.)+/u, "");
  if (BUFFER.test(bare)) return { kind: "base" };
  return library === "mlx" ? mlxTensorName(bare) : libraryTensorName(bare);
}

function mlxTensorName(bare: string): PeftTensorName {
  const [, module, part] = /^(.+)\.(lora_a|lora_b|m)$/u.exec(bare) ?? [];
  if (module === undefined) return { kind: "unsupported", feature: "whole-weights" };
  if (part === "m") return { kind: "unsupported", feature: "dora" };
  return { kind: "factor", module, half: part === "lora_a" ? "a" : "b" };
}

function libraryTensorName(bare: string): PeftTensorName {
  if (bare.includes("lora_magnitude_vector")) return { kind: "unsupported", feature: "dora" };
  if (bare.includes(".base_layer.")) return { kind: "base" };
  const { module, half, value } = FACTOR.exec(bare)?.groups ?? {};
  if (module !== undefined && half !== undefined) {
    if (value === ".bias") return { kind: "unsupported", feature: "bias" };
    return { kind: "factor", module, half: half === "A" ? "a" : "b" };
  }
  if (bare.endsWith("norm.weight")) return { kind: "unsupported", feature: "norms" };
  if (bare.endsWith(".bias")) return { kind: "unsupported", feature: "bias" };
  if (bare.includes("modules_to_save") || /(?:embed_tokens|lm_head)\.weight$/u.test(bare))
    return { kind: "unsupported", feature: "modules-to-save" };
  return { kind: "unsupported", feature: "unknown-module" };
}

/** The base's tensor that a module's change belongs to, or why there is none that an adapter could change. */
export function baseTensorName(
  module: string,
  { modules }: PeftArchitecture,
): { name: string } | { feature: PeftFeature } {
  // Of a model that also sees pictures, the part that writes.
  const text = module.replaceAll("language_model.", "");
  if (text === "model.embed_tokens") return { name: "token_embd.weight" };
  if (text === "lm_head") return { name: "output.weight" };
  const [, layer, inLayer = ""] = /^model\.layers\.(\d{1,4})\.(.+)$/u.exec(text) ?? [];
  const matrix = modules.get(inLayer);
  if (layer !== undefined && matrix !== undefined) return { name: `blk.${Number(layer)}.${matrix}.weight` };
  if (/vision|visual|audio|projector|image/u.test(text)) return { feature: "vision" };
  if (/expert|block_sparse_moe|router|switch_(?:mlp|glu)/u.test(text)) return { feature: "experts" };
  return { feature: "unknown-module" };
}
