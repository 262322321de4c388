// What becomes of each tensor of a PEFT or MLX adapter, decided from headers and configuration before anything is written: its place in
// the base, its shape there, and how its numbers change. Job process.
import type { Because, PeftReason } from "../../contract/failureReasons";
import type { PeftConfig, PeftFeature } from "../../contract/peftConfig";
import type { BaseShapes } from "../deltas/matchDelta";
import { MAX_ALPHA_PER_RANK } from "../deltas/adapterKinds";
import { JobError } from "../jobs/JobError";
import { moduleRanks, type ModuleRank } from "./moduleRanks";
import { baseTensorName, peftArchitectures, peftTensorName, type PeftArchitecture } from "./peftNames";
import { isReadable, plain, type SafetensorsTensor } from "./readSafetensors";

export interface PlannedTensor {
  name: string;
  source: SafetensorsTensor;
  /** Row length first, as ggml counts. */
  dimensions: readonly [columns: number, rows: number];
  /** Every number is multiplied by this. */
  factor: number;
  /** Rows of so many belong to one attention head, and are put into llama.cpp's order; null = rows stay. */
  headRows: number | null;
  isTransposed: boolean;
}

export interface PeftPlan {
  /** adapter.lora.alpha */
  alpha: number;
  tensors: PlannedTensor[];
}

/** The smallest number that 32 bits hold with all its digits. */
const SMALLEST_FLOAT32 = 2 ** -126;
/** A module's own scale is at most so many times the usual one where it is folded into B, so that 32 bits hold the product. */
const MAX_RATIO = 1e6;

interface Pair {
  module: string;
  a: SafetensorsTensor;
  b: SafetensorsTensor;
}

/**
 * llama.cpp has one alpha for the whole adapter and multiplies each product B·A by alpha / rank, the rank being the pair's own.
 * So alpha is the configuration's (times √r where it is rank-stabilised: then alpha / rank is what peft multiplies by), and the
 * numbers of a usual module stay as they are, bit for bit those of llama.cpp's own converter. Only a module with a rank or
 * alpha of its own has the ratio between its scale and the one it would get folded into B, rounded once to 32 bits. (llama.cpp's
 * converter knows neither patterns nor rank stabilisation and gives such adapters another strength.)
 *
 * Throws JobError "peft-unsupported", "peft-architecture-unsupported", "peft-weights-damaged", "peft-config-invalid",
 * "delta-shapes-differ", "delta-alpha-invalid".
 */
export function planPeft(config: PeftConfig, tensors: readonly SafetensorsTensor[], base: BaseShapes): PeftPlan {
  const architecture = peftArchitectures.get(base.architecture);
  if (architecture === undefined)
    throw JobError.because("peft-architecture-unsupported", { architecture: base.architecture.slice(0, 40) });
  const pairs = pairUp(tensors, config);
  const ranks = moduleRanks(
    config,
    pairs.map(({ module }) => module),
  );
  const usual = { rank: config.rank, alpha: config.alpha };
  const strengths = pairs.map((_, index) => strength(ranks[index] ?? usual, config));
  const largest = Math.max(...strengths);
  const ofUsual = strength(usual, config);
  const alpha = ofUsual * MAX_RATIO >= largest ? ofUsual : largest;
  // llama.cpp takes an alpha of 0 for "as they are", and in 32 bits what is smaller is 0.
  if (alpha < SMALLEST_FLOAT32)
    throw JobError.because("delta-alpha-invalid", {
      alpha: String(config.alpha),
      setting: config.library === "mlx" ? "scale" : "lora_alpha",
    });
  const planned = pairs.flatMap((pair, index) =>
    planPair(
      pair,
      (ranks[index] ?? usual).rank,
      (strengths[index] ?? alpha) / alpha,
      config.library,
      architecture,
      base,
    ),
  );
  const names = new Set(planned.map(({ name }) => name));
  if (names.size < planned.length) throw damaged({ reason: "changed-twice" });
  return { alpha: Math.fround(alpha), tensors: planned };
}

/** What divided by the rank is what peft multiplies by. */
function strength({ rank, alpha }: ModuleRank, { isRankStabilised }: PeftConfig): number {
  const scale = alpha / (isRankStabilised ? Math.sqrt(rank) : rank);
  if (!(scale <= MAX_ALPHA_PER_RANK))
    throw JobError.because("delta-alpha-invalid", { alpha: String(alpha), rank: String(rank) });
  return isRankStabilised ? alpha * Math.sqrt(rank) : alpha;
}

function pairUp(tensors: readonly SafetensorsTensor[], { library, trainsBiases }: PeftConfig): Pair[] {
  const modules = new Map<string, { a?: SafetensorsTensor; b?: SafetensorsTensor }>();
  for (const tensor of tensors) {
    const named = peftTensorName(tensor.name, library);
    if (named.kind === "base" && trainsBiases && tensor.name.endsWith(".bias")) throw unsupported("bias", tensor.name);
    if (named.kind === "base") continue;
    if (named.kind === "unsupported") throw unsupported(named.feature, tensor.name);
    const halves = modules.get(named.module) ?? {};
    if (halves[named.half] !== undefined) throw damaged({ reason: "part-twice", part: plain(named.module) });
    modules.set(named.module, { ...halves, [named.half]: tensor });
  }
  if (modules.size === 0) throw damaged({ reason: "changes-nothing" });
  return [...modules].map(([module, { a, b }]) => {
    if (a === undefined || b === undefined) throw damaged({ reason: "half-missing", part: plain(module) });
    return { module, a, b };
  });
}

function planPair(
  { module, a, b }: Pair,
  rank: number,
  factor: number,
  library: PeftConfig["library"],
  architecture: PeftArchitecture,
  base: BaseShapes,
): PlannedTensor[] {
  const place = baseTensorName(module, architecture);
  if ("feature" in place) throw unsupported(place.feature, module);
  const { name } = place;
  const isEmbedding = name === "token_embd.weight";
  const isTied = !base.tensors.has("output.weight");
  // llama.cpp would multiply by the embedding's factors in the output too, where they are transposed, and end the process.
  if (isEmbedding && (isTied || architecture.scalesEmbeddings)) throw unsupported("embedding", module);
  if (name === "output.weight" && isTied) throw unsupported("output-head", module);

  for (const half of [a, b])
    if (!isReadable(half))
      throw damaged({ reason: "part-of-unreadable-type", part: plain(half.name), type: plain(half.type) });
  // mlx-lm multiplies from the right: its factors are peft's, transposed.
  const isMlx = library === "mlx";
  const [aRows = 0, aColumns = 0] = isMlx ? a.shape.toReversed() : a.shape;
  const [bRows = 0, bColumns = 0] = isMlx ? b.shape.toReversed() : b.shape;
  if (a.shape.length > 2 || b.shape.length > 2) throw unsupported("experts", module);
  if (a.shape.length !== 2 || b.shape.length !== 2 || aRows !== bColumns)
    throw damaged({ reason: "halves-differ", part: plain(module) });
  if (aRows !== rank) throw damaged({ reason: "rank-differs", part: plain(module) });
  const [columns, rows, ...more] = base.tensors.get(name) ?? [];
  // Of an embedding peft keeps the factors for its transpose.
  const fits = isEmbedding ? columns === bRows && rows === aColumns : columns === aColumns && rows === bRows;
  if (!fits || more.some((size) => size !== 1)) throw JobError.because("delta-shapes-differ", { tensor: name });

  const isReordered = architecture.reordersHeads && /\.attn_[qk]\.weight$/u.test(name);
  const headRows = isReordered ? headRowsOf(bRows, base) : null;
  return [
    {
      name: `${name}.lora_a`,
      source: a,
      dimensions: isEmbedding ? [rank, aColumns] : [aColumns, rank],
      factor: 1,
      headRows: null,
      isTransposed: isEmbedding !== isMlx,
    },
    { name: `${name}.lora_b`, source: b, dimensions: [rank, bRows], factor, headRows, isTransposed: isMlx },
  ];
}

function headRowsOf(rows: number, { headSize }: BaseShapes): number {
  if (headSize === null || headSize < 2 || headSize % 2 !== 0 || rows % headSize !== 0) {
    throw JobError.because("model-damaged", { reason: "head-size-wrong" });
  }
  return headSize;
}

function unsupported(feature: PeftFeature, tensor: string): JobError {
  return JobError.because("peft-unsupported", { feature, tensor: plain(tensor) });
}

function damaged(because: Because<PeftReason>): JobError {
  return JobError.because("peft-weights-damaged", because);
}
