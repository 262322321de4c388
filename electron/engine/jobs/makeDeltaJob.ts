// Makes a delta from a fine-tune and its base, a 1-bit one or a LoRA, and measures how faithful it is. Job process.
import { access, stat } from "node:fs/promises";
import path from "node:path";
import { isRefined, type ComparedText, type Fidelity, type MakeDeltaRequest } from "../../contract/deltaJobs";
import { QUANTIZABLE_WEIGHT_TYPES, type JobProgress, type JobResult } from "../../contract/jobs";
import { isSameFile, requireFreeSpace, writeUnfinished } from "./freshFile";
import { JobError } from "./JobError";
import { makingOf } from "./makingKinds";
import type { NativeAddon, NativeText } from "./nativeAddon";
import { progressMeter } from "./progressMeter";
import { readTexts } from "./readTexts";
import { openSource, requireUnchanged, type SourceFile } from "./sourceFile";

const CHUNK_TOKENS = 512;
/** Fitting takes some fifteen evaluations, so they are short. */
const REFINEMENT_CHUNK_TOKENS = 96;

export async function makeDeltaJob(
  addon: NativeAddon,
  request: MakeDeltaRequest,
  report: (progress: JobProgress) => void,
): Promise<JobResult> {
  const startedMs = performance.now();
  const { base, fineTune, target, threads } = request;
  const making = makingOf(request);
  const file = path.basename(target);
  for (const source of [base, fineTune])
    if (await isSameFile(source, target)) throw JobError.because("target-is-source", { file });
  if (
    await access(target).then(
      () => true,
      () => false,
    )
  )
    throw JobError.because("target-exists", { file });
  if (await isSameFile(base, fineTune)) throw JobError.because("pair-equal");

  const sources = [await openUnquantized(addon, base), await openUnquantized(addon, fineTune)];
  await requireFreeSpace(path.dirname(target), ((sources[0]?.facts.parameters ?? 0) * making.mostBitsPerWeight) / 8);
  const options = {
    base,
    fineTune,
    threads,
    name: request.name,
    baseName: request.baseName,
    fineTuneName: request.fineTuneName,
    appVersion: request.appVersion,
  };
  const { made, refinement, fidelity, size } = await writeUnfinished(target, async (unfinished) => {
    const meter = progressMeter("make-delta", "bytes", report);
    const made = await making.make(addon, { ...options, target: unfinished }, meter).catch(async (error: unknown) => {
      throw await whyWritingFailed(target, error);
    });
    for (const source of sources) await requireUnchanged(source);
    making.prepareEngine();
    const refinement = await refine(addon, request, unfinished, report);
    const fidelity = await measure(addon, request, unfinished, report);
    return { made, refinement, fidelity, size: (await stat(unfinished)).size };
  });
  const { captured, leftOutShare, leftOut, foldedNorms } = made;
  return {
    kind: "make-delta",
    fileBytes: size,
    bitsPerWeight: (size * 8) / made.weights,
    captured,
    leftOutShare,
    leftOut,
    foldedNorms,
    refinement,
    fidelity,
    tookMs: performance.now() - startedMs,
  };
}

async function refine(
  addon: NativeAddon,
  { base, fineTune, result, refinement, threads }: MakeDeltaRequest,
  delta: string,
  report: (progress: JobProgress) => void,
): Promise<{ kept: boolean; klBefore: number; klAfter: number } | null> {
  if (refinement === null || !isRefined(result)) return null;
  const whole = await nativeText(refinement.on);
  const [on, heldOut] = refinement.heldOut === null ? halves(whole) : [whole, await nativeText(refinement.heldOut)];
  return addon.refineDelta(
    {
      base,
      fineTune,
      delta,
      threads,
      on,
      heldOut,
      chunkTokens: REFINEMENT_CHUNK_TOKENS,
      chunkLimit: refinement.chunkLimit,
    },
    progressMeter("refine-delta", "tokens", report),
  );
}

async function nativeText(on: ComparedText): Promise<NativeText> {
  return on.kind === "texts" ? { text: await readTexts(on.paths) } : { dialogues: on.dialogues };
}

/** A text is divided at the end of a line. */
function halves(whole: NativeText): [NativeText, NativeText] {
  if ("dialogues" in whole) {
    const middle = Math.floor(whole.dialogues.length / 2);
    return [{ dialogues: whole.dialogues.slice(0, middle) }, { dialogues: whole.dialogues.slice(middle) }];
  }
  const lineEnd = whole.text.indexOf("\n", whole.text.length / 2);
  const middle = lineEnd === -1 ? Math.floor(whole.text.length / 2) : lineEnd;
  return [{ text: whole.text.slice(0, middle) }, { text: whole.text.slice(middle) }];
}

/** Throws JobError "delta-useless" for what is no nearer to the fine-tune than the base. llama.cpp cannot load the compact form. */
async function measure(
  addon: NativeAddon,
  request: MakeDeltaRequest,
  delta: string,
  report: (progress: JobProgress) => void,
): Promise<Fidelity | null> {
  const { base, fineTune, fidelity, threads } = request;
  if (fidelity === null || !makingOf(request).isLoadable) return null;
  const found = await addon.measureFidelity(
    {
      base,
      fineTune,
      delta,
      threads,
      on: await nativeText(fidelity.on),
      chunkTokens: CHUNK_TOKENS,
      chunkLimit: fidelity.chunkLimit,
      note: true,
    },
    progressMeter("fidelity", "tokens", report),
  );
  if (found.gapClosed <= 0)
    throw JobError.because("delta-useless", {}, `KL ${found.klDelta} with it, ${found.klBase} without`);
  return found;
}

/** The change is smaller than what quantizing to few bits does: it would be lost in it. */
async function openUnquantized(addon: NativeAddon, model: string): Promise<SourceFile> {
  const source = await openSource(addon, model);
  const type = source.facts.weightType.toUpperCase();
  if (!QUANTIZABLE_WEIGHT_TYPES.has(type))
    throw JobError.because("pair-quantized", { type, file: path.basename(model) });
  return source;
}

async function whyWritingFailed(target: string, error: unknown): Promise<unknown> {
  const isFull = await requireFreeSpace(path.dirname(target), 0).then(
    () => false,
    () => true,
  );
  return isFull ? JobError.because("job-disk-full", {}, error) : error;
}
