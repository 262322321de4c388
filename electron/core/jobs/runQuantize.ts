// The job "quantize": fetches the source when it is at the hub, quantizes it, and measures the result when that is asked for.
import { access, mkdir, rmdir } from "node:fs/promises";
import path from "node:path";
import type { Download, DownloadRequest } from "../../contract/downloads";
import { fail, succeed, type Failure, type Outcome } from "../../contract/failure";
import { Sha256 } from "../../contract/hub";
import type { ModelId } from "../../contract/ids";
import type { JobPhase } from "../../contract/jobQueue";
import { stepKinds, type PreparedStep } from "../../contract/quantizeRecipe";
import { removeFile } from "../../files/placeFile";
import { originPath } from "../downloads/downloadDisk";
import { quantizationOf } from "../hub/variants";
import type { ModelFile } from "../ModelLibrary";
import type { QuantizeOrder } from "./jobOrder";
import { CANCELLED, type JobControls, type JobProduct } from "./JobQueue";
import { jobThreads, type JobTools } from "./JobTools";
import { entryOf } from "./quantizeSteps";
import { runJob } from "./runJob";
import { measureQuality } from "./runQuality";

interface Source {
  modelId: ModelId;
  /** All parts, in order. */
  paths: readonly string[];
  name: string;
}

export async function runQuantize(
  order: QuantizeOrder,
  tools: JobTools,
  controls: JobControls,
): Promise<Outcome<JobProduct>> {
  const source = await provideSource(order, tools, controls);
  if (!source.ok) return source;
  const made = await quantize(order, source.value, tools, controls);
  if (!made.ok) {
    if (order.deletesSource && controls.signal.reason === CANCELLED) await deleteSource(source.value.paths, tools);
    return made;
  }
  await tools.modelsChanged();
  const result = await tools.findFile(made.value.file);
  const qualityFailure =
    order.start.measureQuality && result
      ? await measure(order, source.value, result, made.value.sourceSha256, tools, controls)
      : null;
  if (order.deletesSource) await deleteSource(source.value.paths, tools);
  return succeed({ modelId: result?.model.id ?? null, deltaId: null, qualityFailure });
}

/** Failures: "source-missing", and those of downloads. Cancelled, the download goes with the job; at the app's end it stays for the next start. */
async function provideSource(
  { start, modelName: name }: QuantizeOrder,
  tools: JobTools,
  controls: JobControls,
): Promise<Outcome<Source>> {
  if (start.source.kind === "installed") {
    const found = await tools.findModel(start.source.modelId);
    return found === null
      ? fail("source-missing", { file: name })
      : succeed({ modelId: found.model.id, paths: found.paths, name: found.model.name });
  }
  const fetched = await fetchSource(start.source.download, tools, controls);
  if (!fetched.ok) return fetched;
  const found = await tools.findFile(fetched.value[0] ?? "");
  return found === null
    ? fail("source-missing", { file: name })
    : succeed({ modelId: found.model.id, paths: found.paths, name });
}

async function fetchSource(
  request: DownloadRequest,
  { downloads, modelsChanged }: JobTools,
  { signal, onPhase }: JobControls,
): Promise<Outcome<string[]>> {
  const added = await downloads.add(request);
  if (!added.ok) return added;
  const files = await downloads.whenReady(added.value.id, {
    signal,
    onChange: (download) => onPhase(downloadPhase(download)),
  });
  if (files.ok) await modelsChanged();
  else if (signal.reason === CANCELLED) await downloads.cancel(added.value.id);
  return files;
}

function downloadPhase({ receivedBytes, sizeBytes, state }: Download): JobPhase {
  const isMoving = state.kind === "downloading";
  const waiting = { queued: "queue", paused: "person" } as const;
  return {
    kind: "download",
    receivedBytes,
    totalBytes: sizeBytes,
    bytesPerSecond: isMoving ? state.bytesPerSecond : null,
    secondsLeft: isMoving ? state.secondsLeft : null,
    waitingFor:
      state.kind === "waiting"
        ? state.for
        : state.kind === "queued" || state.kind === "paused"
          ? waiting[state.kind]
          : null,
  };
}

async function quantize(
  { start: { recipe }, target, texts }: QuantizeOrder,
  source: Source,
  tools: JobTools,
  { signal, onPhase }: JobControls,
): Promise<Outcome<{ sourceSha256: Sha256; file: string }>> {
  const [first] = source.paths;
  if (first === undefined) return fail("source-missing");
  const steps: PreparedStep[] = [];
  try {
    await mkdir(path.dirname(target), { recursive: true });
    for (const step of recipe.steps) {
      const prepared = await entryOf(step).prepare(step, { paths: source.paths, texts }, tools);
      if (!prepared.ok) return prepared;
      steps.push(prepared.value);
    }
  } catch (error) {
    const code = !(await exists(first))
      ? "source-missing"
      : (await Promise.all(Object.values(texts).map(exists))).includes(false)
        ? "text-unreadable"
        : "folder-unusable";
    return fail(code, { file: path.basename(first) }, error);
  }
  const outcome = await runJob(
    tools.fork,
    {
      appFolder: tools.appFolder,
      request: {
        kind: "quantize",
        source: first,
        target,
        targetName: `${source.name} ${recipe.type}`,
        threads: jobThreads(),
        recipe: { type: recipe.type, steps },
        appVersion: tools.appVersion,
      },
    },
    { signal, unfinished: tools.unfinished, onProgress: (progress) => onPhase({ kind: "work", progress }) },
  );
  if (!outcome.ok) {
    const explained = recipe.steps.reduce((failure, step) => entryOf(step).explain(step, failure), outcome.failure);
    return { ok: false, failure: explained };
  }
  if (outcome.value.kind !== "quantize") throw new Error("the job process answered another question");
  return succeed({ sourceSha256: Sha256.parse(outcome.value.sourceSha256), file: outcome.value.file });
}

/** Null when it went well. The model is made already, so nothing here makes the job fail. */
async function measure(
  { start }: QuantizeOrder,
  source: Source,
  { model, paths }: ModelFile,
  sourceSha256: Sha256,
  tools: JobTools,
  controls: JobControls,
): Promise<Failure | null> {
  const measured = await measureQuality(
    {
      source: {
        modelId: source.modelId,
        name: source.name,
        paths: source.paths,
        type: quantizationOf(path.basename(source.paths[0] ?? "")),
        steps: null,
      },
      candidates: [
        {
          modelId: model.id,
          name: model.name,
          paths,
          type: start.recipe.type,
          steps: stepKinds(start.recipe.steps),
        },
      ],
      sourceSha256,
    },
    tools,
    controls,
  );
  return measured.ok ? null : measured.failure;
}

/** The first part first: without it nothing loads the others. Then the folder, when that is empty. */
async function deleteSource(paths: readonly string[], { modelsChanged }: JobTools): Promise<void> {
  for (const file of paths) {
    await removeFile(file);
    await removeFile(originPath(file));
  }
  await rmdir(path.dirname(paths[0] ?? "")).catch(() => undefined);
  await modelsChanged();
}

function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
