// Which weights llama.cpp rearranges into a copy for the processor as it loads them. Fit process.
//
// From ggml_repack_get_optimal_repack_type in ggml/src/ggml-cpu/repack.cpp of llama.cpp v0.5.0. Only matrices that are multiplied
// with are copied; the embedding of tokens is looked up row by row and stays as it is in the file.
import type { TensorInfo } from "../gguf/readTensors";

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

/** AMX takes whole tiles of 32 rows, and rows that its blocks divide (supports_op in ggml/src/ggml-cpu/amx/amx.cpp). */
const AMX_ROWS = 32;
/** Values of a block, and what its row format adds to each block, in bytes (get_row_size in amx/mmq.cpp). */
const amxTypes: ReadonlyMap<string, { block: number; addedBytes: number }> = new Map([
  ["Q4_0", { block: 32, addedBytes: 0 }],
  ["Q4_1", { block: 32, addedBytes: 0 }],
  ["Q8_0", { block: 32, addedBytes: 4 }],
  ["Q4_K", { block: 256, addedBytes: 4 }],
  ["Q5_K", { block: 256, addedBytes: 4 }],
  ["Q6_K", { block: 256, addedBytes: 0 }],
  ["IQ4_XS", { block: 256, addedBytes: 2 }],
]);

export interface Repacked {
  bytes: number;
  /** Of them the copy of an embedding that is the output too: the original is needed beside it, however the file is read. */
  tiedOutputBytes: number;
}

/** What of a model the processor keeps beside a GPU. */
export interface OnProcessor {
  /** The first so many of its layers. */
  layers: number;
  output: boolean;
}

/**
 * Beside a GPU of CUDA or Vulkan nothing is: weights of the processor's go to memory that the card reads, or stay in the mapped file
 * (make_cpu_buft_list of llama.cpp v0.5.0 asks that memory first; seen so with Vulkan). Metal has none. `gpuLayers`: of all, the output
 * layer included; null = all.
 */
export function onProcessor(
  backend: "cuda" | "vulkan" | "metal" | false,
  gpuLayers: number | null,
  layers: number,
): OnProcessor {
  if (backend === false || gpuLayers === 0) return { layers: Infinity, output: true };
  const kept = gpuLayers === null ? 0 : Math.max(0, layers - gpuLayers);
  return { layers: backend === "metal" ? kept : 0, output: false };
}

/** `systemInfo`: llama.cpp's description of what it uses of the processor. */
export function repackedBytes(
  tensors: readonly TensorInfo[],
  systemInfo: string,
  kept: OnProcessor = { layers: Infinity, output: true },
): Repacked {
  const has = (feature: string) => new RegExp(`\\b${feature} = 1\\b`, "u").test(systemInfo);
  const active = has("REPACK") ? rules.filter(({ feature }) => has(feature)) : [];
  const hasAmx = has("AMX_INT8");
  const copyBytes = ({ name, dimensions, typeName, sizeBytes }: TensorInfo): number => {
    if (!isMultiplied(name, dimensions) || !isKept(name, kept)) return 0;
    const [columns = 0, rows = 1] = dimensions;
    const amx = hasAmx ? amxTypes.get(typeName) : undefined;
    if (amx !== undefined && rows % AMX_ROWS === 0 && columns % amx.block === 0)
      return sizeBytes + (columns / amx.block) * amx.addedBytes * rows;
    return active.some((rule) => rule.types.includes(typeName) && rows % rule.rows === 0) ? sizeBytes : 0;
  };
  const hasOutput = tensors.some(({ name }) => name === "output.weight");
  // Without an output matrix of its own, the embedding is multiplied with at the end, as a second tensor.
  const tied = hasOutput ? undefined : tensors.find(({ name }) => name === "token_embd.weight");
  const tiedOutputBytes = tied === undefined ? 0 : copyBytes({ ...tied, name: "output.weight" });
  return { bytes: tensors.reduce((sum, tensor) => sum + copyBytes(tensor), tiedOutputBytes), tiedOutputBytes };
}

function isKept(name: string, { layers, output }: OnProcessor): boolean {
  const layer = /^blk\.(\d+)\./u.exec(name)?.[1];
  return layer === undefined ? output : Number(layer) < layers;
}

function isMultiplied(name: string, dimensions: readonly number[]): boolean {
  if (!name.endsWith(".weight") || dimensions.length < 2) return false;
  return (
    name === "output.weight" ||
    (name.startsWith("blk.") && !name.includes("_norm") && !name.includes("conv1d") && !name.includes("token_embd"))
  );
}
