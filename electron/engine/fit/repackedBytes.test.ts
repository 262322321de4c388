// Which weights llama.cpp copies for the processor, and how large the copies are. The AMX figures were measured on a Xeon with AMX.
import { describe, expect, it } from "vitest";
import type { TensorInfo } from "../gguf/readTensors";
import { onProcessor, repackedBytes } from "./repackedBytes";

const tensor = (
  name: string,
  typeName: string,
  columns: number,
  rows: number,
  bytesPerBlock: number,
  block = 32,
): TensorInfo => ({
  name,
  typeName,
  dimensions: [columns, rows],
  offsetBytes: 0,
  sizeBytes: (columns / block) * bytesPerBlock * rows,
});
const embedding = tensor("token_embd.weight", "Q8_0", 576, 49_152, 34);
const queries = tensor("blk.0.attn_q.weight", "Q4_1", 576, 576, 20);

describe("repackedBytes", () => {
  it("is nothing where the processor takes weights as they are", () => {
    expect(repackedBytes([embedding, queries], "AVX2 = 1")).toEqual({ bytes: 0, tiedOutputBytes: 0 });
    expect(repackedBytes([embedding, queries], "AVX2 = 1 | REPACK = 1")).toEqual({ bytes: 0, tiedOutputBytes: 0 });
  });

  it("copies what AMX multiplies with, 8-bit blocks with 4 bytes more each, and the embedding that is the output", () => {
    const tied = (576 / 32) * 38 * 49_152;
    expect(tied).toBe(33_619_968);
    expect(repackedBytes([embedding, queries], "AVX512 = 1 | AMX_INT8 = 1 | REPACK = 1")).toEqual({
      bytes: tied + queries.sizeBytes,
      tiedOutputBytes: tied,
    });
  });

  it("leaves the embedding alone where there is an output matrix, and rows that tiles do not divide", () => {
    const output = { ...embedding, name: "output.weight" };
    expect(repackedBytes([embedding, output], "AMX_INT8 = 1").tiedOutputBytes).toBe(0);
    expect(repackedBytes([tensor("blk.0.attn_k.weight", "Q4_1", 576, 200, 20)], "AMX_INT8 = 1").bytes).toBe(0);
    expect(repackedBytes([tensor("blk.0.ffn_up.weight", "Q4_0", 576, 1536, 18)], "AVX2 = 1 | REPACK = 1").bytes).toBe(
      18 * 18 * 1536,
    );
  });

  it("counts beside a GPU only what the processor keeps, and nothing where the card reads that itself", () => {
    const layers = [0, 1, 2, 3].map((layer) => tensor(`blk.${layer}.ffn_up.weight`, "Q4_0", 576, 1536, 18));
    const output = tensor("output.weight", "Q4_0", 576, 49_152, 18);
    const bytes = (...on: Parameters<typeof onProcessor>) =>
      repackedBytes([embedding, output, ...layers], "AVX2 = 1 | REPACK = 1", onProcessor(...on)).bytes;
    const layer = 18 * 18 * 1536;
    const all = 4 * layer + 18 * 18 * 49_152;
    expect(bytes(false, null, 5)).toBe(all);
    // The output layer is the first to go to the GPU.
    expect(bytes("metal", 1, 5)).toBe(4 * layer);
    expect(bytes("metal", 3, 5)).toBe(2 * layer);
    expect(bytes("metal", null, 5)).toBe(0);
    expect(bytes("vulkan", 3, 5)).toBe(0);
    expect(bytes("cuda", 3, 5)).toBe(0);
    // Then the engine has no GPU.
    expect(bytes("cuda", 0, 5)).toBe(all);
  });
});
