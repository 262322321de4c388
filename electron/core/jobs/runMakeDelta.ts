// The job "make-delta": what a fine-tune changed in its base, as a small file in the library of deltas.
import { randomUUID } from "node:crypto";
import { access, mkdir } from "node:fs/promises";
import path from "node:path";
import { fail, succeed, type Outcome } from "../../contract/failure";
import { saveFailure } from "../fileFailure";
import type { ModelFile } from "../ModelLibrary";
import type { MakeDeltaOrder } from "./jobOrder";
import type { JobControls, JobProduct } from "./JobQueue";
import {
  bytesOf,
  calibrationText,
  evaluationChunks,
  evaluationText,
  jobThreads,
  refinementChunks,
  textMatrixPath,
  type JobTools,
} from "./JobTools";
import { runJob } from "./runJob";

/** Failures: "source-missing", those of the job and of adding a delta. */
export async function runMakeDelta(
  { start }: MakeDeltaOrder,
  tools: JobTools,
  { signal, onPhase }: JobControls,
): Promise<Outcome<JobProduct>> {
  const { appFolder, appVersion, deltasFolder, importanceFolder } = tools;
  const [base, fineTune] = [await tools.findModel(start.baseId), await tools.findModel(start.fineTuneId)];
  if (base === null || fineTune === null) return fail("source-missing");
  // The library gives it its own name.
  const target = path.join(deltasFolder, `${randomUUID()}.part`);
  try {
    await mkdir(deltasFolder, { recursive: true, mode: 0o700 });
    await tools.unfinished.begin(target);
    const baseBytes = await bytesOf(base.paths);
    const matrix = await textMatrixPath(importanceFolder, appFolder, base.paths, null);
    const outcome = await runJob(
      tools.fork,
      {
        appFolder,
        request: {
          kind: "make-delta",
          base: base.path,
          fineTune: fineTune.path,
          target,
          name: start.name,
          baseName: nameOf(base),
          fineTuneName: nameOf(fineTune),
          result: start.result,
          importanceMatrix: (await exists(matrix)) ? matrix : null,
          refinement: {
            on: { kind: "texts", paths: [calibrationText(appFolder)] },
            heldOut: null,
            chunkLimit: refinementChunks(baseBytes),
          },
          fidelity: start.measureFidelity
            ? { on: { kind: "texts", paths: [evaluationText(appFolder)] }, chunkLimit: evaluationChunks(baseBytes) }
            : null,
          threads: jobThreads(),
          appVersion,
        },
      },
      { signal, unfinished: tools.unfinished, onProgress: (progress) => onPhase({ kind: "work", progress }) },
    );
    if (!outcome.ok) return outcome;
    const added = await tools.addDelta(
      target,
      { kind: "made", baseName: nameOf(base), fineTuneName: nameOf(fineTune) },
      { name: start.name },
    );
    return added.ok ? succeed({ modelId: null, deltaId: added.value.id, qualityFailure: null }) : added;
  } catch (error) {
    return { ok: false, failure: saveFailure(error, { folder: deltasFolder }) };
  } finally {
    await tools.unfinished.discard(target);
  }
}

/** As long as a file's metadata takes it. */
function nameOf({ model }: ModelFile): string {
  return model.name.slice(0, 120);
}

function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
