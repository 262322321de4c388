// What each type would make of a model here or at the hub, whether it would fit, and which one is proposed. Main process or plain Node.
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { fail, succeed, type Outcome } from "../../contract/failure";
import type { KvCacheType } from "../../contract/fit";
import { QUANTIZABLE_WEIGHT_TYPES, QUANTIZATION_TYPES, type JobResult, type SourceFacts, type TypePreview } from "../../contract/jobs";
import type { QuantizePreview } from "../../contract/quantize";
import { usualQuestion, type Estimator, type FitModel } from "../estimator/Estimator";
import { proposeType } from "./proposeType";
import { runJob, type ForkJob } from "./runJob";

/** Headers only: far more than it takes on a slow disk. */
const PREVIEW_TIMEOUT_MS = 60_000;
/** A file that is not a little smaller than its source is not worth the loss. */
const WORTHWHILE_SHARE = 0.95;

export interface PreviewTools {
  fork: ForkJob;
  appFolder: string;
  estimator: Pick<Estimator, "judge" | "writeStub">;
}

type Preview = Pick<QuantizePreview, "source" | "types" | "proposal">;

/** Failures: those of the job "preview" and of reading a header at the hub, "source-already-quantized". */
export async function previewQuantize(
  model: FitModel,
  { contextSizeTokens, kvCacheType }: { contextSizeTokens: number; kvCacheType: KvCacheType },
  tools: PreviewTools,
): Promise<Outcome<Preview>> {
  const read = await readPreviews(model, tools);
  if (!read.ok) return read;
  const { source, previews } = read.value;
  if (!QUANTIZABLE_WEIGHT_TYPES.has(source.weightType.toUpperCase())) {
    return fail("source-already-quantized", { type: source.weightType.toUpperCase() });
  }
  const types: Preview["types"] = [];
  for (const preview of previews.filter((each) => isWorthwhile(each, source))) {
    const share = weightBytes(preview, "targetBytes") / Math.max(1, weightBytes(preview, "sourceBytes"));
    types.push({ preview, fit: (await tools.estimator.judge(model, { ...usualQuestion(contextSizeTokens, kvCacheType), weightsShare: share })).fit });
  }
  return succeed({ source, types, proposal: proposeType(types) });
}

/** MXFP4 is for experts only: where a model has none, llama.cpp would write another type under its name. */
function isWorthwhile({ type, fileBytes, bytesByTensorType }: TypePreview, source: SourceFacts): boolean {
  return fileBytes < source.fileBytes * WORTHWHILE_SHARE && (type !== "MXFP4" || (bytesByTensorType["mxfp4"] ?? 0) > 0);
}

function weightBytes({ tensors }: TypePreview, which: "sourceBytes" | "targetBytes"): number {
  return tensors.reduce((sum, tensor) => sum + tensor[which], 0);
}

async function readPreviews(model: FitModel, tools: PreviewTools): Promise<Outcome<Extract<JobResult, { kind: "preview" }>>> {
  const here = model.parts[0]?.path ?? null;
  if (here !== null) return runPreview(here, tools);
  const folder = await mkdtemp(path.join(os.tmpdir(), "facet-preview-"));
  try {
    const stub = await tools.estimator.writeStub(model, path.join(folder, "model"));
    if (!stub.ok) return stub;
    const read = await runPreview(stub.value, tools);
    if (!read.ok) return read;
    // The stub has no vocabulary; the file to come has the whole of it.
    const { source, previews } = read.value;
    const leftOutBytes = Math.max(0, model.parts.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) - source.fileBytes);
    return succeed({
      kind: "preview",
      source: { ...source, fileBytes: source.fileBytes + leftOutBytes },
      previews: previews.map((preview) => ({ ...preview, fileBytes: preview.fileBytes + leftOutBytes })),
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function runPreview(source: string, { fork, appFolder }: PreviewTools): Promise<Outcome<Extract<JobResult, { kind: "preview" }>>> {
  const request = { kind: "preview" as const, source, types: [...QUANTIZATION_TYPES] };
  const outcome = await runJob(fork, { appFolder, request }, { signal: AbortSignal.timeout(PREVIEW_TIMEOUT_MS) });
  if (!outcome.ok) return outcome;
  if (outcome.value.kind !== "preview") throw new Error("the job process answered another question");
  return succeed(outcome.value);
}
