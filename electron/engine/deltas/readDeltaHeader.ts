// Reads the header of a delta file, an adapter in llama.cpp's form, and refuses other files, and those that would bring llama.cpp
// down. Fit process and engine process.
import { DeltaFileMetadata, fidelityOf } from "../../contract/deltaFile";
import { MAX_DELTA_NAME_CHARACTERS, type DeltaFacts } from "../../contract/deltas";
import { fail, succeed, type Failure, type Outcome } from "../../contract/failure";
import { FileByteSource, type ByteSource } from "../gguf/ByteSource";
import { metadataText, readGgufHeader, type GgufHeader, type TensorInfo } from "../gguf/readGgufHeader";

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
/** docs/delta-format.md: a 1-bit delta without its Hadamard factors. */
const COMPACT_TYPE = "facet-compact";
/** The format's number of a 32-bit float: llama.cpp aborts where alpha has another type. */
const FLOAT32_TYPE = 6;

/** Two factors: the base's weight W becomes W + scale · B·A. */
export interface DeltaPair {
  /** Of the tensor in the base. */
  name: string;
  a: TensorInfo;
  b: TensorInfo;
}

export interface DeltaHeader {
  header: GgufHeader;
  architecture: string;
  pairs: DeltaPair[];
  facts: DeltaFacts;
}

/**
 * Failures: "model-missing", "model-unreadable", "delta-not-an-adapter", "delta-compact", "delta-kind-unsupported",
 * "delta-damaged", "delta-alpha-invalid".
 */
export async function readDeltaHeader(path: string): Promise<Outcome<DeltaHeader>> {
  const source = await FileByteSource.open(path);
  if (!source.ok) return source;
  try {
    return await readDeltaHeaderFrom(source.value);
  } finally {
    await source.value.close();
  }
}

export async function readDeltaHeaderFrom(source: ByteSource): Promise<Outcome<DeltaHeader>> {
  const header = await readGgufHeader(source);
  if (!header.ok) return inDeltaWords(header.failure);
  const type = metadataText(header.value, "general.type");
  if (type !== "adapter")
    return fail("delta-not-an-adapter", {
      kind: type === undefined || type === "model" ? "it is a whole model" : plain(type),
    });
  const adapterType = metadataText(header.value, "adapter.type");
  if (adapterType === COMPACT_TYPE) return fail("delta-compact");
  if (adapterType !== "lora")
    return fail("delta-kind-unsupported", { reason: `it is of the type ${plain(adapterType ?? "unknown")}` });
  if (header.value.metadata.has("adapter.alora.invocation_tokens"))
    return fail("delta-kind-unsupported", { reason: "it works only after certain words (aLoRA)" });
  const architecture = metadataText(header.value, "general.architecture");
  if (architecture === undefined || architecture.length > 60)
    return fail("delta-damaged", { reason: "it does not say for what kind of model it was made" });
  const alpha = readAlpha(header.value);
  if (!alpha.ok) return alpha;
  const pairs = pairUp(header.value.tensors, alpha.value);
  if (!pairs.ok) return pairs;
  return succeed({
    header: header.value,
    architecture,
    pairs: pairs.value,
    facts: factsOf(header.value, architecture, pairs.value),
  });
}

/** 0 = each scale counts as it is. */
function readAlpha(header: GgufHeader): Outcome<number> {
  const entry = header.metadata.get("adapter.lora.alpha");
  if (entry === undefined) return succeed(0);
  if (entry.kind !== "scalar" || entry.type !== FLOAT32_TYPE)
    return fail("delta-damaged", { reason: "its strength (alpha) is no number" });
  const alpha = Number(entry.value);
  return Number.isFinite(alpha) && alpha >= 0 ? succeed(alpha) : fail("delta-alpha-invalid", { alpha: String(alpha) });
}

function pairUp(tensors: readonly TensorInfo[], alpha: number): Outcome<DeltaPair[]> {
  const halves = new Map<string, { a?: TensorInfo; b?: TensorInfo }>();
  for (const tensor of tensors) {
    const [, name, half] = /^(.+)\.lora_([ab])$/u.exec(tensor.name) ?? [];
    if (name === undefined)
      return fail("delta-kind-unsupported", { reason: `it replaces ${plain(tensor.name)}, which no adapter can` });
    if (!WEIGHT_TYPES.has(tensor.typeName))
      return fail("delta-kind-unsupported", { reason: `its weights are of the type ${tensor.typeName}` });
    halves.set(name, { ...halves.get(name), [half === "a" ? "a" : "b"]: tensor });
  }
  const pairs: DeltaPair[] = [];
  for (const [name, { a, b }] of halves) {
    if (a === undefined || b === undefined)
      return fail("delta-damaged", { reason: `one half of ${plain(name)} is missing` });
    const rank = rankOf({ name, a, b });
    if (rank === undefined)
      return fail("delta-damaged", { reason: `the two halves of ${plain(name)} do not go together` });
    if (alpha / rank > MAX_ALPHA_PER_RANK)
      return fail("delta-alpha-invalid", { alpha: String(alpha), rank: String(rank) });
    pairs.push({ name, a, b });
  }
  return pairs.length > 0 ? succeed(pairs) : fail("delta-not-an-adapter", { kind: "it changes nothing" });
}

/** What A gives is what B takes. Of token embeddings both are transposed. undefined = they do not fit. */
function rankOf({ name, a, b }: DeltaPair): number | undefined {
  const [aColumns = 1, aRows = 1, aSlices = 1, aMore = 1] = a.dimensions;
  const [bColumns = 1, , bSlices = 1, bMore = 1] = b.dimensions;
  if (aSlices !== bSlices || aMore !== 1 || bMore !== 1) return undefined;
  if (isTokenEmbedding(name)) return aColumns === bColumns ? aColumns : undefined;
  return aRows === bColumns ? aRows : undefined;
}

export function isTokenEmbedding(name: string): boolean {
  return name.endsWith("token_embd.weight");
}

function factsOf(header: GgufHeader, architecture: string, pairs: readonly DeltaPair[]): DeltaFacts {
  const isBitDelta = pairs.some(({ a, b }) => a.typeName === "Q1_0" || b.typeName === "Q1_0");
  const text = (key: string, limit: number) => {
    const found = plain(metadataText(header, key) ?? "")
      .slice(0, limit)
      .trim();
    return found === "" ? null : found;
  };
  const ours = DeltaFileMetadata.safeParse(
    Object.fromEntries(
      [...header.metadata].flatMap(([key, entry]) =>
        key.startsWith("facet.") && entry.kind === "scalar" ? [[key, entry.value]] : [],
      ),
    ),
  );
  return {
    kind: isBitDelta ? "bitdelta" : "lora",
    architecture,
    name: text("general.name", MAX_DELTA_NAME_CHARACTERS),
    baseName: text("general.base_model.0.name", MAX_DELTA_NAME_CHARACTERS),
    licence: text("general.license", 60),
    baseFingerprint: ours.success ? `${ours.data["facet.base.tokenizer"]}-${ours.data["facet.base.shapes"]}` : null,
    rank: isBitDelta ? null : Math.max(...pairs.map((pair) => rankOf(pair) ?? 0)),
    changedTensorCount: pairs.length,
    weightsBytes: header.weightsBytes,
    fidelity: ours.success ? fidelityOf(ours.data) : null,
  };
}

/** The same findings, said of a delta. */
function inDeltaWords({ code, details, cause }: Failure): Outcome<never> {
  if (code === "model-not-gguf") return fail("delta-not-an-adapter", { kind: "it is no GGUF file" }, cause);
  if (code === "model-needs-other-build")
    return fail(
      "delta-kind-unsupported",
      { reason: `its weights are of a type that Facet does not know (${plain(details?.["type"] ?? "")})` },
      cause,
    );
  if (code === "model-truncated") return fail("delta-damaged", { reason: "a part of it is missing" }, cause);
  if (code === "model-damaged")
    return fail(
      "delta-damaged",
      details?.["check"] === undefined ? {} : { reason: `its ${plain(details["check"])} is wrong` },
      cause,
    );
  return fail(code, details, cause);
}

/** Text from the file, fit for a sentence. */
function plain(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, " ").slice(0, 200);
}
