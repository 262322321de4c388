// The job "quality": measures models against their source on the held-out text, and keeps the figures.
import { stat } from "node:fs/promises";
import path from "node:path";
import { fail, succeed, type Outcome } from "../../contract/failure";
import { Sha256 } from "../../contract/hub";
import type { ModelQuality } from "../../contract/jobs";
import { quantizationOf } from "../../contract/quantizationOf";
import { contentKey } from "./contentKey";
import type { QualityOrder } from "./jobOrder";
import type { JobControls, JobProduct } from "./JobQueue";
import { evaluationChunks, evaluationText, jobThreads, type JobTools } from "./JobTools";
import type { MeasuredRow } from "./QualityStore";
import { runJob } from "./runJob";

/** A model to measure: what its file is called in the list, and what is known of its making. */
export interface MeasuredModel {
  modelId: MeasuredRow["modelId"];
  name: string;
  paths: readonly string[];
  type: string | null;
  steps: MeasuredRow["steps"];
}

export async function runQuality(
  { start }: QualityOrder,
  tools: JobTools,
  controls: JobControls,
): Promise<Outcome<JobProduct>> {
  const source = await tools.findModel(start.sourceId);
  if (source === null) return fail("source-missing");
  const candidates: MeasuredModel[] = [];
  for (const id of start.candidateIds) {
    const found = await tools.findModel(id);
    if (found === null) return fail("model-missing");
    candidates.push(measured(found));
  }
  const done = await measureQuality({ source: measured(source), candidates, sourceSha256: null }, tools, controls);
  return done.ok ? succeed({ modelId: start.candidateIds[0] ?? null, deltaId: null, qualityFailure: null }) : done;

  function measured({ model, paths }: NonNullable<Awaited<ReturnType<JobTools["findModel"]>>>): MeasuredModel {
    return { modelId: model.id, name: model.name, paths, type: quantizationOf(model.fileName), steps: null };
  }
}

/** `sourceSha256`: null when it is not known yet. */
export async function measureQuality(
  {
    source,
    candidates,
    sourceSha256,
  }: { source: MeasuredModel; candidates: readonly MeasuredModel[]; sourceSha256: Sha256 | null },
  { fork, appFolder, quality }: JobTools,
  { signal, onPhase }: JobControls,
): Promise<Outcome<undefined>> {
  const models = [source, ...candidates];
  const keys: string[] = [];
  let sourceBytes = 0;
  try {
    for (const { paths } of models) keys.push(await contentKey(paths));
    for (const file of source.paths) sourceBytes += (await stat(file)).size;
  } catch (error) {
    return fail("model-missing", { file: path.basename(models[keys.length]?.paths[0] ?? "") }, error);
  }
  const known = sourceSha256 ?? quality.sha256Of(keys[0] ?? "");
  const outcome = await runJob(
    fork,
    {
      appFolder,
      request: {
        kind: "quality",
        source: source.paths[0] ?? "",
        sourceSha256: known,
        candidates: candidates.map(({ paths }) => paths[0] ?? ""),
        texts: [evaluationText(appFolder)],
        threads: jobThreads(),
        chunkLimit: evaluationChunks(sourceBytes),
        withSpeed: true,
      },
    },
    { signal, onProgress: (progress) => onPhase({ kind: "work", progress }) },
  );
  if (!outcome.ok) return outcome;
  if (outcome.value.kind !== "quality") throw new Error("the job process answered another question");
  const { positions } = outcome.value;
  const row = (model: MeasuredModel | undefined, figures: ModelQuality, index: number): MeasuredRow[] =>
    model === undefined
      ? []
      : [
          {
            modelId: model.modelId,
            key: keys[index] ?? "",
            name: model.name,
            type: model.type,
            steps: model.steps,
            isSource: index === 0,
            quality: figures,
            positions,
            measuredAtMs: Date.now(),
          },
        ];
  const rows = [outcome.value.source, ...outcome.value.candidates].flatMap((figures, index) =>
    row(models[index], figures, index),
  );
  const saved = await quality.add(Sha256.parse(outcome.value.sourceSha256), rows);
  return saved.ok ? succeed(undefined) : saved;
}
