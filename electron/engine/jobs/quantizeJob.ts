// Quantizes one model: hash the source, take the steps of its recipe, quantize, check the result. Job process.
import { access, stat } from "node:fs/promises";
import path from "node:path";
import { QUANTIZABLE_WEIGHT_TYPES, type JobProgress, type JobResult, type QuantizeRequest } from "../../contract/jobs";
import { stepKinds } from "../../contract/quantizeRecipe";
import { recipeMetadata } from "../gguf/recipeMetadata";
import { isSameFile, requireFreeSpace, writeUnfinished } from "./freshFile";
import { JobError } from "./JobError";
import type { NativeAddon } from "./nativeAddon";
import { plannedBytes } from "./previewJob";
import { progressMeter } from "./progressMeter";
import { clipMetadata, planOptions, prepareSteps, stepMetadata, stepOptions } from "./quantizeSteps";
import { hashSource, openSource, requireUnchanged } from "./sourceFile";

/** Rows in memory at once: enough for full speed, and bounded on small machines. */
const BUFFER_BYTES = 1024 * 1024 * 1024;

export async function quantizeJob(
  addon: NativeAddon,
  request: QuantizeRequest,
  report: (progress: JobProgress) => void,
): Promise<JobResult> {
  const startedMs = performance.now();
  const {
    target,
    threads,
    recipe: { type, steps },
  } = request;
  const fileName = path.basename(target);
  if (await isSameFile(request.source, target)) throw JobError.because("target-is-source", { file: fileName });
  if (await exists(target)) throw JobError.because("target-exists", { file: fileName });

  const source = await openSource(addon, request.source);
  if (!QUANTIZABLE_WEIGHT_TYPES.has(source.facts.weightType.toUpperCase())) {
    throw JobError.because("source-already-quantized", { type: source.facts.weightType.toUpperCase() });
  }
  const plan = await addon.planQuantize({ source: request.source, ...planOptions(type, stepKinds(steps)) });
  await requireFreeSpace(path.dirname(target), plannedBytes(source, plan));

  const sourceSha256 = await hashSource(source, progressMeter("read-source", "bytes", report));
  await prepareSteps(steps, { addon, model: request.source, threads, report });

  const write = async (unfinished: string) => {
    await addon
      .quantize(
        {
          source: request.source,
          target: unfinished,
          type,
          threads,
          allowRequantize: source.facts.weightType === "q8_0",
          ...stepOptions(steps),
          metadata: metadataFor(request, source.paths[0] ?? request.source, sourceSha256),
          sourceBytes: plan.reduce((sum, tensor) => sum + tensor.sourceBytes, 0),
          bufferBytes: BUFFER_BYTES,
        },
        progressMeter("quantize", "bytes", report),
      )
      .catch(async (error: unknown) => {
        throw await whyWritingFailed(target, error);
      });
    await requireUnchanged(source);
    const check = progressMeter("check", "bytes", report);
    check({ done: 0, total: 1, item: fileName });
    await requireWhole(
      unfinished,
      plan.reduce((sum, tensor) => sum + tensor.targetBytes, 0),
      target,
    );
    await addon.generateOneToken({ model: unfinished, threads }).catch((error: unknown) => {
      throw JobError.because("result-damaged", { file: fileName }, error);
    });
    check({ done: 1, total: 1, item: fileName });
    return (await stat(unfinished)).size;
  };
  const fileBytes = await writeUnfinished(target, write);
  const weightBytes = plan.reduce((sum, tensor) => sum + tensor.targetBytes, 0);
  return {
    kind: "quantize",
    file: target,
    fileBytes,
    bitsPerWeight: (weightBytes * 8) / source.facts.parameters,
    sourceSha256,
    tookMs: performance.now() - startedMs,
  };
}

function metadataFor(request: QuantizeRequest, source: string, sourceSha256: string): Record<string, string> {
  const { type, steps } = request.recipe;
  return {
    "general.name": clipMetadata(request.targetName),
    "facet.app_version": request.appVersion,
    "facet.source.file": clipMetadata(path.basename(source)),
    "facet.source.sha256": sourceSha256,
    ...recipeMetadata(type, stepKinds(steps)),
    ...stepMetadata(steps),
  };
}

/** llama.cpp does not notice every failed write, so a full disk may show only in the size. */
async function requireWhole(file: string, weightBytes: number, target: string): Promise<void> {
  const { size } = await stat(file);
  if (size < weightBytes) throw await whyWritingFailed(target, `wrote ${size} of more than ${weightBytes} bytes`);
}

async function whyWritingFailed(target: string, error: unknown): Promise<unknown> {
  const isFull = await requireFreeSpace(path.dirname(target), 0).then(
    () => false,
    () => true,
  );
  return isFull
    ? JobError.because("job-disk-full", {}, error)
    : error instanceof Error
      ? error
      : JobError.because("write-failed", {}, error);
}

function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
