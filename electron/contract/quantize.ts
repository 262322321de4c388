// Quantizing as the window sees it: what each type would give, calibration, and the quality that was measured.
import { z } from "zod";
import { DownloadRequest } from "./downloads";
import { Fit, judgedWith } from "./fit";
import { ModelId } from "./ids";
import { ModelQuality, QuantizationType, SourceFacts, TypePreview } from "./jobs";

/** What is to be quantized: a model on this computer, or a variant at the hub that is fetched first. */
export const QuantizeSource = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("installed"), modelId: ModelId }),
  z.strictObject({ kind: z.literal("hub"), download: DownloadRequest }),
]);
export type QuantizeSource = z.infer<typeof QuantizeSource>;

/** The context is that of the verdicts, as on the Models page. */
export const PreviewQuestion = z.strictObject({
  source: QuantizeSource,
  /** llama.cpp chooses a few tensors' types by it; null = as is usual for each type. */
  calibrated: z.boolean().nullable(),
  ...judgedWith,
});
export type PreviewQuestion = z.infer<typeof PreviewQuestion>;

/**
 * Why a type is proposed.
 * "best-balance": four bits with K-quants, which keep nearly all of the quality at a quarter of the size.
 * "width-does-not-divide": K-quants would fall back to larger types here, so four bits without them.
 * "largest-that-fits": nothing better fits this computer.
 * "none-fits": not even the smallest does; it comes closest.
 * "fit-unknown": the usual choice, or where that does not fit the next smaller one, without a verdict.
 */
export const ProposalReason = z.enum([
  "best-balance",
  "width-does-not-divide",
  "largest-that-fits",
  "none-fits",
  "fit-unknown",
]);
export type ProposalReason = z.infer<typeof ProposalReason>;

/** A matrix made elsewhere and imported for this source. */
export const ImportedMatrix = z.strictObject({
  /** Weights that it knows, chunks of text it was computed from, and the names of the texts. */
  entries: z.number(),
  chunks: z.number(),
  datasets: z.array(z.string()),
});
export type ImportedMatrix = z.infer<typeof ImportedMatrix>;

export const QuantizePreview = z.strictObject({
  source: SourceFacts,
  /** Best quality first; only types that are smaller than the source. */
  types: z.array(z.strictObject({ preview: TypePreview, fit: Fit })),
  /** null when there is no type smaller than the source. */
  proposal: z.strictObject({ type: QuantizationType, reason: ProposalReason }).nullable(),
  importedMatrix: ImportedMatrix.nullable(),
  /** The models' disk. Needed: the type's fileBytes, and the download's size for a variant at the hub. */
  diskFreeBytes: z.number().nullable(),
});
export type QuantizePreview = z.infer<typeof QuantizePreview>;

/** Stands for a text file that the user chose in the system's dialog, until the app is closed. */
export const TextId = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/u)
  .brand<"TextId">();
export type TextId = z.infer<typeof TextId>;

export const ChosenText = z.strictObject({ id: TextId, fileName: z.string(), sizeBytes: z.number() });
export type ChosenText = z.infer<typeof ChosenText>;

/** Larger texts add hours and no quality. */
export const MAX_OWN_TEXT_BYTES = 20_000_000;

export const Calibration = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("none") }),
  /** The text that comes with the app, and the user's own where one was chosen. The matrix is kept and used again. */
  z.strictObject({ kind: z.literal("text"), ownTextId: TextId.nullable() }),
  /** See "quantize.importMatrix". */
  z.strictObject({ kind: z.literal("imported") }),
]);
export type Calibration = z.infer<typeof Calibration>;

export const MeasuredVariant = z.strictObject({
  /** null when it is not installed any more: what was measured stays true. */
  modelId: ModelId.nullable(),
  name: z.string(),
  /** "Q4_K_M"; null when it is not known. */
  type: z.string().nullable(),
  calibrated: z.boolean().nullable(),
  isSource: z.boolean(),
  quality: ModelQuality,
  /** Tokens of the held-out text that were predicted; figures over different numbers are not compared too closely. */
  positions: z.number(),
  measuredAtMs: z.number(),
});
export type MeasuredVariant = z.infer<typeof MeasuredVariant>;

export const QualityResults = z.strictObject({
  /** Empty = nothing was measured of this model yet. The source first, then by size. */
  variants: z.array(MeasuredVariant),
  /** Installed models that this one can be measured against: the source it was made from, and other 16- or 8-bit files of its architecture and size. */
  possibleSources: z.array(ModelId),
});
export type QualityResults = z.infer<typeof QualityResults>;
