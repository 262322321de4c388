// A job as main keeps it: what was asked for, with what the window may not name (paths), as jobs.json stores it.
import { z } from "zod";
import { Failure } from "../../contract/failure";
import { RepositoryName, Revision, Sha256 } from "../../contract/hub";
import { JobId, StartFetchDelta, StartMakeDelta, StartQuality, StartQuantize } from "../../contract/jobQueue";
import { TextId } from "../../contract/quantizeRecipe";
import { entry, fields, list, type ValueOf } from "../storedShape";
import { withRecipe } from "./earlierRecipes";

const Path = z.string().min(1).max(4096);
const ModelName = z.string().max(200);

export const QuantizeOrder = z.strictObject({
  kind: z.literal("quantize"),
  start: StartQuantize,
  modelName: ModelName,
  /** Where the result goes, known from the beginning: two jobs never write one file. */
  target: Path,
  /** Texts of the user that the recipe names, by their ids. */
  texts: z.record(TextId, Path),
  /** The source was not there when the person asked, and is not to be kept. */
  deletesSource: z.boolean(),
});
export type QuantizeOrder = z.infer<typeof QuantizeOrder>;

export const QualityOrder = z.strictObject({ kind: z.literal("quality"), start: StartQuality, modelName: ModelName });
export type QualityOrder = z.infer<typeof QualityOrder>;

export const MakeDeltaOrder = z.strictObject({
  kind: z.literal("make-delta"),
  start: StartMakeDelta,
  modelName: ModelName,
});
export type MakeDeltaOrder = z.infer<typeof MakeDeltaOrder>;

export const FetchDeltaOrder = z.strictObject({
  kind: z.literal("fetch-delta"),
  start: StartFetchDelta,
  modelName: ModelName,
  /** What the hub said when the user asked: the job fetches this and nothing else, whatever becomes of the repository. */
  source: z.strictObject({
    repository: RepositoryName,
    revision: Revision,
    path: z.string().min(1).max(1000),
    sizeBytes: z.number().int().positive(),
    sha256: Sha256,
    /** null = a GGUF adapter, which needs no converting. */
    configPath: z.string().min(1).max(1000).nullable(),
    /** Of the delta, for people. */
    name: z.string().min(1).max(120),
    licence: z.string().max(60).nullable(),
  }),
});
export type FetchDeltaOrder = z.infer<typeof FetchDeltaOrder>;

export const JobOrder = z.discriminatedUnion("kind", [QuantizeOrder, QualityOrder, MakeDeltaOrder, FetchDeltaOrder]);
export type JobOrder = z.infer<typeof JobOrder>;

const SavedJob = z.strictObject({
  id: JobId,
  order: JobOrder,
  /** "running": its process worked on it; found at a start, that process was interrupted. */
  state: z.discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("queued") }),
    z.strictObject({ kind: z.literal("running") }),
    z.strictObject({ kind: z.literal("failed"), failure: Failure }),
  ]),
});

export const SavedJobs = fields({ jobs: list(entry(z.preprocess(withRecipe, SavedJob)), "id") });
export type SavedJobs = ValueOf<typeof SavedJobs>;
