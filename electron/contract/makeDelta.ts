// What is known of a delta before it is made: whether two models are a pair, and how large it becomes.
import { z } from "zod";
import { ModelId } from "./ids";

/** Weights that share a scale in a 1-bit delta. */
export const ONE_BIT_BLOCK = 128;
/** A bit for each weight of a block, and a half-precision scale. */
const ONE_BIT_BYTES_PER_WEIGHT = 18 / ONE_BIT_BLOCK;
const HALF_PRECISION_BYTES = 2;

export const MakeDeltaQuestion = z.strictObject({ baseId: ModelId, fineTuneId: ModelId });
export type MakeDeltaQuestion = z.infer<typeof MakeDeltaQuestion>;

/** Matrices of one shape whose change a delta can carry. */
export const CarriedMatrices = z.strictObject({
  inputs: z.number().int(),
  outputs: z.number().int(),
  count: z.number().int(),
});
export type CarriedMatrices = z.infer<typeof CarriedMatrices>;

/** By the two headers: which of the matrices training really changed shows only in the weights. */
export const PairFacts = z.strictObject({
  architecture: z.string().max(60),
  /** Of the weights of both: all of them are read. */
  sourceBytes: z.number(),
  matrices: z.array(CarriedMatrices),
});
export type PairFacts = z.infer<typeof PairFacts>;

export const MakeDeltaPreview = z.strictObject({
  ...PairFacts.shape,
  /** Where the deltas are. */
  diskFreeBytes: z.number().nullable(),
  /** Bytes of `sourceBytes` per second, as measured when deltas were made here, by makingKey. */
  speeds: z.record(z.string(), z.number()),
});
export type MakeDeltaPreview = z.infer<typeof MakeDeltaPreview>;

/** What a delta is to become, as far as that decides its size and how long making takes. */
export type MadeDelta = { readonly kind: "bitdelta" } | { readonly kind: "lora"; readonly rank: number };

/** What decides how long making takes: "bitdelta", "lora-16". */
export function makingKey(result: MadeDelta): string {
  switch (result.kind) {
    case "bitdelta":
      return result.kind;
    case "lora":
      return `${result.kind}-${result.rank}`;
  }
}

/** Of the file, metadata aside, when all of the matrices changed. */
export function madeBytes(matrices: readonly CarriedMatrices[], result: MadeDelta): number {
  switch (result.kind) {
    case "bitdelta":
      return oneBitDeltaBytes(matrices);
    case "lora":
      return loraBytes(matrices, result.rank);
  }
}

export function carriedWeights(matrices: readonly CarriedMatrices[]): number {
  return sum(matrices, ({ inputs, outputs }) => inputs * outputs);
}

/** The first width that the blocks of a 1-bit delta do not divide; null = they divide all. */
export function undividedWidth(matrices: readonly CarriedMatrices[]): number | null {
  return matrices.find(({ inputs }) => inputs % ONE_BIT_BLOCK !== 0)?.inputs ?? null;
}

/** Signs and a square Hadamard factor for each (docs/delta-format.md). */
function oneBitDeltaBytes(matrices: readonly CarriedMatrices[]): number {
  return sum(matrices, ({ inputs, outputs }) => {
    const hadamard = inputs <= outputs || outputs % ONE_BIT_BLOCK !== 0 ? inputs : outputs;
    return (inputs * outputs + hadamard * hadamard) * ONE_BIT_BYTES_PER_WEIGHT;
  });
}

/** No matrix has a rank above its shorter side. */
function loraBytes(matrices: readonly CarriedMatrices[], rank: number): number {
  return sum(
    matrices,
    ({ inputs, outputs }) => Math.min(rank, inputs, outputs) * (inputs + outputs) * HALF_PRECISION_BYTES,
  );
}

function sum(matrices: readonly CarriedMatrices[], of: (matrix: CarriedMatrices) => number): number {
  return matrices.reduce((total, matrix) => total + matrix.count * of(matrix), 0);
}
