// What deltas are timed on: a 4-bit base, a 1-bit delta and a LoRA for it. Random weights of 1B shapes, or a real model's files.
import { randomBillionModel } from "./randomBillionModel";

export interface DeltaModel {
  /** For display. */
  about: string;
  /** Paths. */
  base: string;
  bitDelta: string;
  lora: string;
}

/** FACET_DELTA_MODEL: base, 1-bit delta and LoRA of a real model, with commas between. */
export async function deltaModel(): Promise<DeltaModel> {
  const real = process.env["FACET_DELTA_MODEL"];
  if (real === undefined) return { about: "random weights of 1B shapes in Q4_0", ...(await randomBillionModel()) };
  const [base, bitDelta, lora] = real.split(",");
  if (base === undefined || bitDelta === undefined || lora === undefined)
    throw new Error("FACET_DELTA_MODEL=<base>,<1-bit delta>,<LoRA>");
  return { about: base, base, bitDelta, lora };
}
