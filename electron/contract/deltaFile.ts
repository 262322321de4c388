// What a delta made by Facet says about itself in its file: keys "facet.*" of docs/delta-format.md, from a file that may be hostile.
import { z } from "zod";
import { DeltaKind } from "./deltaKinds";

export const DELTA_FORMAT_VERSION = 1;
export const FINGERPRINT_VERSION = 1;

const Share = z.number().min(0).max(1);
const Hash = z.string().regex(/^[0-9a-f]{16}$/u);

/** The single values; the lists beside them are read by native/ alone. Unknown keys are allowed: later versions add some. */
export const DeltaFileMetadata = z.object({
  "facet.delta.version": z.literal(DELTA_FORMAT_VERSION),
  "facet.delta.kind": DeltaKind,
  /** Of 1-bit deltas: "compact" is no adapter to llama.cpp until it was expanded. */
  "facet.delta.form": z.enum(["full", "compact"]).optional(),
  "facet.delta.fine_tune_name": z.string().max(500),
  "facet.delta.app_version": z.string().max(40),
  /** With an importance matrix. */
  "facet.delta.calibrated": z.boolean().optional(),
  /** Its strength was fitted to the fine-tune's predictions afterwards. */
  "facet.delta.refined": z.boolean().optional(),
  "facet.delta.rank": z.number().int().min(1).optional(),
  /** Share of the carried change's sum of squares that the pairs reproduce. */
  "facet.delta.captured": Share,
  "facet.hadamard.size": z.number().int().optional(),
  "facet.hadamard.input_entry": z.number().positive().optional(),
  "facet.hadamard.output_entry": z.number().positive().optional(),
  /** Share of the whole change's sum of squares that cannot travel in an adapter. */
  "facet.left_out.share": Share,
  "facet.base.fingerprint_version": z.literal(FINGERPRINT_VERSION),
  "facet.base.tokenizer": Hash,
  "facet.base.shapes": Hash,
  "facet.fidelity.measured": z.boolean(),
  "facet.fidelity.positions": z.number().int(),
  /** Mean KL divergence in nats, seen from the fine-tune. */
  "facet.fidelity.kl_base": z.number(),
  "facet.fidelity.kl_delta": z.number(),
  "facet.fidelity.same_top_base": z.number(),
  "facet.fidelity.same_top_delta": z.number(),
});
export type DeltaFileMetadata = z.infer<typeof DeltaFileMetadata>;

/** Share of the way from base to fine-tune that the delta goes, 0 to 1; null = not measured. */
export function fidelityOf(metadata: DeltaFileMetadata): number | null {
  if (!metadata["facet.fidelity.measured"] || !(metadata["facet.fidelity.kl_base"] > 0)) return null;
  const closed = 1 - metadata["facet.fidelity.kl_delta"] / metadata["facet.fidelity.kl_base"];
  return Number.isFinite(closed) ? Math.min(1, Math.max(0, closed)) : null;
}
