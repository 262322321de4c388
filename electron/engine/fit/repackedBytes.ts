// Which weights llama.cpp rearranges into a copy for the processor as it loads them. Fit process.
//
// From ggml_repack_get_optimal_repack_type in ggml/src/ggml-cpu/repack.cpp of llama.cpp v0.5.0. Only matrices that are multiplied
// with are copied; the embedding of tokens is looked up row by row and stays as it is in the file.
import type { TensorInfo } from "../gguf/readGgufHeader";

interface Rule {
  /** In llama.cpp's description of the processor, "AVX2 = 1". */
  feature: string;
  types: readonly string[];
  /** The matrix must have a multiple of so many rows. */
  rows: number;
}

const rules: readonly Rule[] = [
  { feature: "AVX2", types: ["Q4_0", "Q4_K", "IQ4_NL", "MXFP4"], rows: 8 },
  { feature: "AVX512", types: ["Q2_K"], rows: 8 },
  { feature: "DOTPROD", types: ["Q4_0", "IQ4_NL", "MXFP4", "Q8_0"], rows: 4 },
  { feature: "DOTPROD", types: ["Q4_K", "Q5_K", "Q6_K"], rows: 8 },
];

/** `systemInfo`: llama.cpp's description of what it uses of the processor. */
export function repackedBytes(tensors: readonly TensorInfo[], systemInfo: string): number {
  if (!/\bREPACK = 1\b/u.test(systemInfo)) return 0;
  const active = rules.filter(({ feature }) => new RegExp(`\\b${feature} = 1\\b`, "u").test(systemInfo));
  const isRepacked = ({ name, dimensions, typeName }: TensorInfo) => {
    const rows = dimensions[1] ?? 1;
    return isMultiplied(name, dimensions) && active.some((rule) => rule.types.includes(typeName) && rows % rule.rows === 0);
  };
  const hasOutput = tensors.some(({ name }) => name === "output.weight");
  return tensors.reduce((sum, tensor) => {
    // Without an output matrix of its own, the embedding is multiplied with at the end, as a second tensor.
    const isTiedOutput = tensor.name === "token_embd.weight" && !hasOutput;
    return isRepacked(isTiedOutput ? { ...tensor, name: "output.weight" } : tensor) ? sum + tensor.sizeBytes : sum;
  }, 0);
}

function isMultiplied(name: string, dimensions: readonly number[]): boolean {
  if (!name.endsWith(".weight") || dimensions.length < 2) return false;
  return name === "output.weight" || (name.startsWith("blk.") && !name.includes("_norm") && !name.includes("conv1d") && !name.includes("token_embd"));
}
