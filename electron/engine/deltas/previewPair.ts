// Whether two models can be a base and its fine-tune, and which matrices a delta between them carries, by their headers.
// The same rules as native/core/delta/DeltaPlan.cpp, which reads the weights too. Fit process.
import { fail, succeed, type Outcome } from "../../contract/failure";
import { QUANTIZABLE_WEIGHT_TYPES } from "../../contract/jobs";
import type { CarriedMatrices, PairFacts } from "../../contract/makeDelta";
import type { BaseShapes } from "./matchDelta";

const CARRIED =
  /^(?:blk\.\d+\.(?:attn_q|attn_k|attn_v|attn_qkv|attn_output|ffn_gate|ffn_up|ffn_down)|output)\.weight$/u;
const EMBEDDING = "token_embd.weight";
const HEAD = "output.weight";

/**
 * Failures: "pair-quantized", "pair-architectures-differ",
 * "pair-vocabularies-differ", "pair-shapes-differ".
 */
export function previewPair(base: BaseShapes, fineTune: BaseShapes): Outcome<PairFacts> {
  for (const [which, { bytesByType }] of [
    ["base", base],
    ["fine-tune", fineTune],
  ] as const) {
    const type = mostBytes(bytesByType);
    if (!QUANTIZABLE_WEIGHT_TYPES.has(type)) return fail("pair-quantized", { type, which });
  }
  if (base.architecture === "" || base.architecture !== fineTune.architecture) return fail("pair-architectures-differ");
  if (base.tensors.get(EMBEDDING)?.[1] !== fineTune.tensors.get(EMBEDDING)?.[1])
    return fail("pair-vocabularies-differ");
  for (const [name, dimensions] of base.tensors)
    if (!isSame(dimensions, fineTune.tensors.get(name)))
      return fail("pair-shapes-differ", { tensor: name.slice(0, 60) });
  // A head of its own that repeats the embedding is no change; whether it does, only the weights show.
  for (const name of fineTune.tensors.keys())
    if (!base.tensors.has(name) && name !== HEAD) return fail("pair-shapes-differ", { tensor: name.slice(0, 60) });

  const matrices = new Map<string, CarriedMatrices>();
  for (const [name, [inputs = 1, outputs = 1, slices = 1]] of base.tensors) {
    if (!CARRIED.test(name)) continue;
    if (slices !== 1) return fail("pair-architectures-differ");
    const key = `${inputs} ${outputs}`;
    matrices.set(key, { inputs, outputs, count: (matrices.get(key)?.count ?? 0) + 1 });
  }
  return succeed({
    architecture: base.architecture.slice(0, 60),
    sourceBytes: allBytes(base) + allBytes(fineTune),
    matrices: [...matrices.values()],
  });
}

function isSame(dimensions: readonly number[], others: readonly number[] | undefined): boolean {
  // Sizes of 1 at the end may be written or not.
  return (
    others !== undefined &&
    Array.from({ length: Math.max(dimensions.length, others.length) }).every(
      (_, index) => (dimensions[index] ?? 1) === (others[index] ?? 1),
    )
  );
}

function mostBytes(bytesByType: ReadonlyMap<string, number>): string {
  return [...bytesByType].sort(([, one], [, other]) => other - one)[0]?.[0] ?? "";
}

function allBytes({ bytesByType }: BaseShapes): number {
  return [...bytesByType.values()].reduce((sum, bytes) => sum + bytes, 0);
}
