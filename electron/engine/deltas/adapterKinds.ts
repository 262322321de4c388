// The kinds "lora" and "bitdelta": adapter files of llama.cpp, two factors for each matrix. Fit process and engine process.
import { fail, succeed, type Outcome } from "../../contract/failure";
import { metadataText, type GgufHeader } from "../gguf/readGgufHeader";
import type { TensorInfo } from "../gguf/readTensors";
import type { CheckedDelta, DeltaApplier, DeltaKindEntry } from "./deltaKinds";
import { loadAdapter, setAdapters, unloadAdapter } from "./liveAdapters";
import type { BaseShapes } from "./matchDelta";
import { plain } from "./plainText";

/**
 * llama.cpp multiplies each product by alpha / rank. Trainers write 0.5 to 4, rank-stabilised ones (alpha / √rank) up
 * to 64; far above, every answer is noise.
 */
export const MAX_ALPHA_PER_RANK = 128;
/** Types that adapters are written in, and whose numbers can be checked. */
const WEIGHT_TYPES: ReadonlySet<string> = new Set([
  "F32",
  "F16",
  "BF16",
  "Q8_0",
  "Q5_0",
  "Q5_1",
  "Q4_0",
  "Q4_1",
  "Q1_0",
]);
/**
 * What llama.cpp adds, scales or looks up, and never multiplies with: norms, biases, convolutions, tables. It loads factors for these, and
 * they change nothing.
 */
const NOT_MULTIPLIED =
  /(?:norm|conv1d|sinks|scale)\w*\.weight$|\.(?:bias|scale)$|(?:^|\.)(?:position_embd|token_types|rope_freqs|rope_factors_\w+|ssm_a|ssm_d)(?:\.|$)/u;
/** The format's number of a 32-bit float: llama.cpp aborts where alpha has another type. */
const FLOAT32_TYPE = 6;

/** Two factors: the base's weight W becomes W + scale · B·A. */
interface DeltaPair {
  /** Of the tensor in the base. */
  name: string;
  a: TensorInfo;
  b: TensorInfo;
}

const applier: DeltaApplier = {
  load: loadAdapter,
  set: setAdapters,
  unload: unloadAdapter,
  contextOptions: (deltas) =>
    deltas.length === 0 ? {} : { lora: { adapters: deltas.map(({ path: filePath, scale }) => ({ filePath, scale })) } },
};

export const loraKind: DeltaKindEntry = {
  recognises: isAdapter,
  check: (header) => check(header, (pairs) => Math.max(...pairs.map((pair) => rankOf(pair) ?? 0))),
  applier,
};

export const bitDeltaKind: DeltaKindEntry = {
  recognises: (header) => isAdapter(header) && header.tensors.some(({ typeName }) => typeName === "Q1_0"),
  /** It has full rank. */
  check: (header) => check(header, () => null),
  applier,
};

function isAdapter(header: GgufHeader): boolean {
  return metadataText(header, "general.type") === "adapter" && metadataText(header, "adapter.type") === "lora";
}

/** Failures: "delta-kind-unsupported", "delta-damaged", "delta-alpha-invalid", "delta-not-an-adapter". */
function check(header: GgufHeader, rank: (pairs: readonly DeltaPair[]) => number | null): Outcome<CheckedDelta> {
  if (header.metadata.has("adapter.alora.invocation_tokens"))
    return fail("delta-kind-unsupported", { reason: "after-certain-words" });
  const architecture = metadataText(header, "general.architecture");
  if (architecture === undefined || architecture.length > 60)
    return fail("delta-damaged", { reason: "architecture-missing" });
  const alpha = readAlpha(header);
  if (!alpha.ok) return alpha;
  const pairs = pairUp(header.tensors, alpha.value);
  if (!pairs.ok) return pairs;
  return succeed({
    architecture,
    rank: rank(pairs.value),
    changedTensorCount: pairs.value.length,
    changedWeights: pairs.value.reduce((sum, pair) => sum + changedWeights(pair), 0),
    memoryBytes: header.weightsBytes,
    match: (base) => match(pairs.value, base),
  });
}

/** 0 = each scale counts as it is. */
function readAlpha(header: GgufHeader): Outcome<number> {
  const entry = header.metadata.get("adapter.lora.alpha");
  if (entry === undefined) return succeed(0);
  if (entry.kind !== "scalar" || entry.type !== FLOAT32_TYPE)
    return fail("delta-damaged", { reason: "alpha-not-a-number" });
  const alpha = Number(entry.value);
  return Number.isFinite(alpha) && alpha >= 0 ? succeed(alpha) : fail("delta-alpha-invalid", { alpha: String(alpha) });
}

function pairUp(tensors: readonly TensorInfo[], alpha: number): Outcome<DeltaPair[]> {
  const halves = new Map<string, { a?: TensorInfo; b?: TensorInfo }>();
  for (const tensor of tensors) {
    const [, name, half] = /^(.+)\.lora_([ab])$/u.exec(tensor.name) ?? [];
    if (name === undefined)
      return fail("delta-kind-unsupported", { reason: "replaces-part", part: plain(tensor.name) });
    if (NOT_MULTIPLIED.test(name))
      return fail("delta-kind-unsupported", { reason: "changes-unsupported-part", part: plain(name) });
    if (!WEIGHT_TYPES.has(tensor.typeName))
      return fail("delta-kind-unsupported", { reason: "weights-of-type", type: tensor.typeName });
    halves.set(name, { ...halves.get(name), [half === "a" ? "a" : "b"]: tensor });
  }
  const pairs: DeltaPair[] = [];
  for (const [name, { a, b }] of halves) {
    if (a === undefined || b === undefined) return fail("delta-damaged", { reason: "half-missing", part: plain(name) });
    const rank = rankOf({ name, a, b });
    if (rank === undefined) return fail("delta-damaged", { reason: "halves-differ", part: plain(name) });
    if (alpha / rank > MAX_ALPHA_PER_RANK)
      return fail("delta-alpha-invalid", { alpha: String(alpha), rank: String(rank) });
    pairs.push({ name, a, b });
  }
  return pairs.length > 0 ? succeed(pairs) : fail("delta-not-an-adapter", { reason: "changes-nothing" });
}

/** What A gives is what B takes. Of token embeddings both lie the other way round. undefined = they do not fit. */
function rankOf({ name, a, b }: DeltaPair): number | undefined {
  const [aColumns = 1, aRows = 1, aSlices = 1, aMore = 1] = a.dimensions;
  const [bColumns = 1, , bSlices = 1, bMore = 1] = b.dimensions;
  if (aSlices !== bSlices || aMore !== 1 || bMore !== 1) return undefined;
  if (isTokenEmbedding(name)) return aColumns === bColumns ? aColumns : undefined;
  return aRows === bColumns ? aRows : undefined;
}

function isTokenEmbedding(name: string): boolean {
  return name.endsWith("token_embd.weight");
}

/** A gives as many columns as the base's matrix has, B as many rows. */
function changedWeights({ name, a, b }: DeltaPair): number {
  const [columns = 1, rank = 1, slices = 1] = a.dimensions;
  const rows = b.dimensions[1] ?? 1;
  return isTokenEmbedding(name) ? rank * rows : columns * rows * slices;
}

/** Failures: "delta-kind-unsupported", "delta-shapes-differ". */
function match(pairs: readonly DeltaPair[], base: BaseShapes): Outcome<"shapes-fit"> {
  for (const { name, a, b } of pairs) {
    // llama.cpp would use the pair for the output as well, where its factors lie the wrong way round, and end itself.
    if (isTokenEmbedding(name) && !base.tensors.has("output.weight")) {
      return fail("delta-kind-unsupported", {
        reason: "changes-tied-embeddings",
      });
    }
    const [columns = 1, rows = 1, slices = 1] = base.tensors.get(name) ?? [0, 0, 0];
    const fits = isTokenEmbedding(name)
      ? columns === b.dimensions[1] && rows === a.dimensions[1]
      : columns === a.dimensions[0] && rows === (b.dimensions[1] ?? 1);
    if (!fits || slices !== (a.dimensions[2] ?? 1)) return fail("delta-shapes-differ", { tensor: name.slice(0, 60) });
  }
  return succeed("shapes-fit");
}
