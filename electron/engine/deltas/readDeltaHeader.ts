// Reads the header of a delta file of any kind, and refuses what is none or would bring llama.cpp down. Fit process and engine
// process.
import { DeltaFileMetadata, fidelityOf } from "../../contract/deltaFile";
import type { DeltaKind } from "../../contract/deltaKinds";
import { MAX_DELTA_NAME_CHARACTERS, type DeltaFacts } from "../../contract/deltas";
import { fail, succeed, type Failure, type Outcome } from "../../contract/failure";
import { FileByteSource, type ByteSource } from "../gguf/ByteSource";
import { metadataText, readGgufHeader, type GgufHeader } from "../gguf/readGgufHeader";
import { deltaKindOf, deltaKinds, type CheckedDelta } from "./deltaKinds";
import { plain } from "./plainText";

/** docs/delta-format.md: a 1-bit delta without its Hadamard factors. */
const COMPACT_TYPE = "facet-compact";
export interface DeltaHeader extends Pick<CheckedDelta, "architecture" | "changedWeights" | "match"> {
  header: GgufHeader;
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
  const kind = deltaKindOf(header.value);
  if (kind === null) return whyNoDelta(header.value);
  const checked = deltaKinds[kind].check(header.value);
  if (!checked.ok) return checked;
  const { architecture, changedWeights, match } = checked.value;
  const facts = factsOf(header.value, kind, checked.value);
  return succeed({ header: header.value, architecture, changedWeights, match, facts });
}

function whyNoDelta(header: GgufHeader): Outcome<never> {
  const type = metadataText(header, "general.type");
  if (type !== "adapter")
    return fail(
      "delta-not-an-adapter",
      type === undefined || type === "model" ? { reason: "whole-model" } : { reason: "other-type", type: plain(type) },
    );
  const adapterType = metadataText(header, "adapter.type");
  if (adapterType === COMPACT_TYPE) return fail("delta-compact");
  return fail("delta-kind-unsupported", { reason: "other-type", type: plain(adapterType ?? "unknown") });
}

function factsOf(header: GgufHeader, kind: DeltaKind, checked: CheckedDelta): DeltaFacts {
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
    kind,
    architecture: checked.architecture,
    name: text("general.name", MAX_DELTA_NAME_CHARACTERS),
    baseName: text("general.base_model.0.name", MAX_DELTA_NAME_CHARACTERS),
    licence: text("general.license", 60),
    baseFingerprint: ours.success ? `${ours.data["facet.base.tokenizer"]}-${ours.data["facet.base.shapes"]}` : null,
    rank: checked.rank,
    changedTensorCount: checked.changedTensorCount,
    weightsBytes: checked.memoryBytes,
    fidelity: ours.success ? fidelityOf(ours.data) : null,
  };
}

/** The same findings, said of a delta. */
function inDeltaWords(found: Failure): Outcome<never> {
  const { cause } = found;
  if (found.code === "model-not-gguf") return fail("delta-not-an-adapter", { reason: "not-a-gguf-file" }, cause);
  if (found.code === "model-needs-other-build")
    return fail(
      "delta-kind-unsupported",
      { reason: "weights-of-unknown-type", type: plain(found.details?.type ?? "") },
      cause,
    );
  if (found.code === "model-truncated") return fail("delta-damaged", { reason: "part-missing" }, cause);
  if (found.code === "model-damaged")
    return fail(
      "delta-damaged",
      found.details?.check === undefined ? {} : { reason: "entry-wrong", name: plain(found.details.check) },
      cause,
    );
  return { ok: false, failure: found };
}
