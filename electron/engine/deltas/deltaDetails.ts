// What a delta's header says beyond the facts of every delta: bits per weight, and how Facet made it. Fit process.
import { DeltaFileMetadata } from "../../contract/deltaFile";
import { MAX_LEFT_OUT_SHOWN, type DeltaDetails, type MakingFacts } from "../../contract/deltaDetails";
import type { MetadataScalar } from "../gguf/GgufCursor";
import type { GgufHeader } from "../gguf/readGgufHeader";
import type { DeltaHeader } from "./readDeltaHeader";

export function deltaDetails({ header, changedWeights }: DeltaHeader): DeltaDetails {
  return {
    weights: changedWeights,
    bitsPerWeight: (header.weightsBytes * 8) / Math.max(1, changedWeights),
    making: makingFacts(header),
  };
}

function makingFacts(header: GgufHeader): MakingFacts | null {
  const scalars = [...header.metadata].flatMap(([key, entry]) =>
    key.startsWith("facet.") && entry.kind === "scalar" ? [[key, entry.value]] : [],
  );
  const parsed = DeltaFileMetadata.safeParse(Object.fromEntries(scalars));
  if (!parsed.success) return null;
  const said = parsed.data;
  return {
    fineTuneName: said["facet.delta.fine_tune_name"],
    appVersion: said["facet.delta.app_version"],
    calibrated: said["facet.delta.calibrated"] ?? false,
    refined: said["facet.delta.refined"] ?? false,
    captured: said["facet.delta.captured"],
    leftOutShare: said["facet.left_out.share"],
    leftOut: leftOut(header),
    foldedNorms: list(header, "facet.delta.folded_norms").length,
    fidelity: said["facet.fidelity.measured"]
      ? {
          positions: said["facet.fidelity.positions"],
          klBase: said["facet.fidelity.kl_base"],
          klDelta: said["facet.fidelity.kl_delta"],
          sameTopBase: said["facet.fidelity.same_top_base"],
          sameTopDelta: said["facet.fidelity.same_top_delta"],
        }
      : null,
  };
}

function leftOut(header: GgufHeader): MakingFacts["leftOut"] {
  const shares = list(header, "facet.left_out.shares");
  return list(header, "facet.left_out.names")
    .slice(0, MAX_LEFT_OUT_SHOWN)
    .flatMap((name, index) => {
      const share = shares[index];
      return typeof name === "string" && typeof share === "number" && Number.isFinite(share)
        ? [{ name: name.slice(0, 80), share }]
        : [];
    })
    .sort((one, other) => other.share - one.share);
}

/** Empty also where it was too long to be kept. */
function list(header: GgufHeader, key: string): readonly MetadataScalar[] {
  const entry = header.metadata.get(key);
  return entry?.kind === "array" ? (entry.values ?? []) : [];
}
