// Puts the hand-picked models in the order in which they suit this computer, by their sizes and what was measured of it. Pure.
import type { FitMachine } from "../../contract/fit";
import { freeBytes } from "../../contract/freeBytes";
import type { CatalogueModel, RatedModel } from "../../contract/hub";
import type { MachineSpeed, Runs } from "../../contract/speed";
import { predictSpeed, runsAt } from "../estimator/predictSpeed";

/** Of the free memory: a model of this size still leaves room for a long chat and other programs. */
const COMFORTABLE_SHARE = 0.6;
/** Weights that fit at all: the rest is KV cache, buffers and the engine. */
const LARGEST_SHARE = 0.9;
/** Of a model of usual depth. */
const USUAL_TENSORS = 300;
/** What names of mixtures mean, as shares of the bytes; the larger type is that of the matrices that suffer most. */
const mixtures: readonly (readonly [name: RegExp, types: Readonly<Record<string, number>>])[] = [
  [/Q2_K/u, { Q2_K: 0.6, Q3_K: 0.2, Q6_K: 0.2 }],
  [/Q3_K/u, { Q3_K: 0.7, Q5_K: 0.15, Q6_K: 0.15 }],
  [/Q4_K/u, { Q4_K: 0.7, Q6_K: 0.3 }],
  [/Q5_K/u, { Q5_K: 0.75, Q6_K: 0.25 }],
];
/** Good first; what is not known to be slow stands before what is. */
const ORDER: readonly (Runs | null)[] = ["well", null, "slow", "too-large"];

type Variant = CatalogueModel["variants"][number];

/**
 * First what runs well, the most able first; then what is slow, the fastest first; then what is too large, the smallest first. `speed` null:
 * by memory alone.
 */
export function rateCatalogue(
  models: readonly CatalogueModel[],
  machine: FitMachine,
  speed: MachineSpeed | null,
): RatedModel[] {
  const rated = models.map((model) => rate(model, freeBytes(machine), speed));
  const groupOf = ({ runs }: RatedModel) => ORDER.indexOf(runs);
  return rated.sort((one, other) => groupOf(one) - groupOf(other) || within(one, other));
}

function within(one: RatedModel, other: RatedModel): number {
  if (one.runs === "slow") return (other.tokensPerSecond ?? 0) - (one.tokensPerSecond ?? 0);
  if (one.runs === "too-large") return one.parametersBillions - other.parametersBillions;
  return ability(other) - ability(one);
}

function rate(model: CatalogueModel, availableBytes: number, speed: MachineSpeed | null): RatedModel {
  const largestFirst = model.variants.toSorted((one, other) => other.sizeBytes - one.sizeBytes);
  const within = (share: number) => largestFirst.filter(({ sizeBytes }) => sizeBytes <= availableBytes * share);
  const fitting = within(LARGEST_SHARE);
  const smallest = largestFirst.at(-1);
  if (smallest === undefined) throw new Error("a model without variants");
  if (fitting.length === 0)
    return { ...model, runs: "too-large", tokensPerSecond: null, quantization: smallest.quantization };
  const comfortable = within(COMFORTABLE_SHARE);
  const candidates = comfortable.length > 0 ? comfortable : fitting.slice(-1);
  const speedOf = (variant: Variant) => (speed === null ? null : speedOfVariant(model, variant, speed));
  const quick = candidates.find((variant) => runsAt(speedOf(variant) ?? Infinity) === "well");
  const chosen = quick ?? candidates.at(-1) ?? smallest;
  const tokensPerSecond = speedOf(chosen);
  return {
    ...model,
    runs: tokensPerSecond === null ? null : runsAt(tokensPerSecond),
    tokensPerSecond,
    quantization: chosen.quantization,
  };
}

function speedOfVariant(model: CatalogueModel, { quantization, sizeBytes }: Variant, speed: MachineSpeed): number {
  const share = (model.activeParametersBillions ?? model.parametersBillions) / model.parametersBillions;
  const types = mixtures.find(([name]) => name.test(quantization))?.[1] ?? { [quantization]: 1 };
  return predictSpeed(
    {
      weightBytes: Object.fromEntries(
        Object.entries(types).map(([type, part]) => [type, sizeBytes * share * part] as const),
      ),
      attentionMultiplications: 0,
      stateBytes: 0,
      tensors: USUAL_TENSORS,
    },
    speed,
  );
}

/** Experts count between those that work and those that are there: their knowledge is larger than their thought. */
function ability({ parametersBillions, activeParametersBillions }: CatalogueModel): number {
  return Math.sqrt(parametersBillions * (activeParametersBillions ?? parametersBillions));
}
