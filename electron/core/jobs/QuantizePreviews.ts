// What each type would make of a model here or at the hub, whether it would fit, and which one is proposed.
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { fail, succeed, type Outcome } from "../../contract/failure";
import {
  QUANTIZABLE_WEIGHT_TYPES,
  type JobResult,
  type SourceFacts,
  type ToJob,
  type TypePreview,
} from "../../contract/jobs";
import type { PreviewQuestion, QuantizePreview } from "../../contract/quantize";
import { QUANTIZATION_TYPES, type StepKinds } from "../../contract/quantizeRecipe";
import type { Fork } from "../../process/Fork";
import { usualQuestion, type Estimator } from "../estimator/Estimator";
import type { FitModel } from "../estimator/FitQuestions";
import { proposeType } from "./proposeType";
import { runJob } from "./runJob";

/** Headers only: far more than it takes on a slow disk. */
const PREVIEW_TIMEOUT_MS = 60_000;
/** A file that is not a little smaller than its source is not worth the loss. */
const WORTHWHILE_SHARE = 0.95;

/** With and without a step of a few models: a page is looked at for long, and its verdicts change more often than its sizes. */
const MAX_REMEMBERED = 6;

export interface PreviewTools {
  fork: Fork<ToJob>;
  appFolder: string;
  estimator: Pick<Estimator, "judge" | "writeStub">;
}

type Preview = Pick<QuantizePreview, "source" | "types" | "proposal">;
type Read = Outcome<Extract<JobResult, { kind: "preview" }>>;

export class QuantizePreviews {
  readonly #tools: PreviewTools;
  /** By content and steps. */
  readonly #read = new Map<string, Promise<Read>>();

  constructor(tools: PreviewTools) {
    this.#tools = tools;
  }

  /** Failures: those of the job "preview" and of reading a header at the hub, "source-already-quantized". */
  async preview(
    model: FitModel,
    { steps, contextSizeTokens, kvCacheType }: Omit<PreviewQuestion, "source">,
  ): Promise<Outcome<Preview>> {
    const read = await this.#readOnce(model, steps);
    if (!read.ok) return read;
    const { source, previews } = read.value;
    if (!QUANTIZABLE_WEIGHT_TYPES.has(source.weightType.toUpperCase())) {
      return fail("source-already-quantized", { type: source.weightType.toUpperCase() });
    }
    const question = usualQuestion(contextSizeTokens, kvCacheType);
    const types: Preview["types"] = [];
    for (const preview of previews.filter((each) => isWorthwhile(each, source))) {
      const weightsShare = weightBytes(preview, "targetBytes") / Math.max(1, weightBytes(preview, "sourceBytes"));
      types.push({ preview, fit: (await this.#tools.estimator.judge(model, { ...question, weightsShare })).fit });
    }
    return succeed({ source, types, proposal: proposeType(types) });
  }

  /** One job process for each content; what failed is tried again when it is asked for again. */
  async #readOnce(model: FitModel, steps: StepKinds | null): Promise<Read> {
    const key = `${model.key} ${steps?.join(",") ?? "usual"}`;
    const reading = this.#read.get(key) ?? readPreviews(model, steps, this.#tools);
    this.#read.delete(key);
    this.#read.set(key, reading);
    const oldest = this.#read.keys().next().value;
    if (this.#read.size > MAX_REMEMBERED && oldest !== undefined) this.#read.delete(oldest);
    const read = await reading;
    if (!read.ok && this.#read.get(key) === reading) this.#read.delete(key);
    return read;
  }
}

/** MXFP4 is for experts only: where a model has none, llama.cpp would write another type under its name. */
function isWorthwhile({ type, fileBytes, bytesByTensorType }: TypePreview, source: SourceFacts): boolean {
  return fileBytes < source.fileBytes * WORTHWHILE_SHARE && (type !== "MXFP4" || (bytesByTensorType["mxfp4"] ?? 0) > 0);
}

function weightBytes({ tensors }: TypePreview, which: "sourceBytes" | "targetBytes"): number {
  return tensors.reduce((sum, tensor) => sum + tensor[which], 0);
}

async function readPreviews(model: FitModel, steps: StepKinds | null, tools: PreviewTools): Promise<Read> {
  const here = model.parts[0]?.path ?? null;
  if (here !== null) return runPreview(here, steps, tools);
  const folder = await mkdtemp(path.join(os.tmpdir(), "facet-preview-"));
  try {
    const stub = await tools.estimator.writeStub(model, path.join(folder, "model"));
    if (!stub.ok) return stub;
    const read = await runPreview(stub.value, steps, tools);
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

async function runPreview(source: string, steps: StepKinds | null, { fork, appFolder }: PreviewTools): Promise<Read> {
  const request = { kind: "preview" as const, source, types: [...QUANTIZATION_TYPES], steps };
  const outcome = await runJob(fork, { appFolder, request }, { signal: AbortSignal.timeout(PREVIEW_TIMEOUT_MS) });
  if (!outcome.ok) return outcome;
  if (outcome.value.kind !== "preview") throw new Error("the job process answered another question");
  return succeed(outcome.value);
}
