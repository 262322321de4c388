// delta.kl_gap_closed, delta.accuracy_loss: how much of a real fine-tune a 1-bit delta keeps, beside a LoRA of equal bytes.
import { mkdtemp, rm, stat } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { requantize } from "../e2e/f16Model";
import type { Fidelity, MakeDeltaRequest } from "../electron/contract/deltaJobs";
import type { JobResult } from "../electron/contract/jobs";
import { useDeltaKernels } from "../electron/engine/deltaKernels";
import { loadNativeAddon, type NativeText } from "../electron/engine/jobs/nativeAddon";
import { forkNodeJob } from "../electron/testing/forkNodeJob";
import { calibrationText, refinementChunks } from "../electron/core/jobs/JobTools";
import { runJob } from "../electron/core/jobs/runJob";
import type { Figures } from "./figures";
import { fineTunePair, type FineTunePair } from "./fineTunePair";
import { taskAccuracy } from "./taskAccuracy";
import {
  ANSWER_END,
  promptOf,
  taskQuestions,
  testQuestions,
  TRAIN_SEED,
  TRAINED_QUESTIONS,
  type TaskQuestion,
} from "./fineTune/taskQuestions";

/** Answers are short and alike, whole texts are neither; three evaluations of each. */
const ANSWERS_MEASURED = 24;
const TEXTS_MEASURED = 16;
const QUESTIONS_ASKED = Number(process.env["FACET_QUESTIONS"] ?? 200);
const CHUNK_TOKENS = 512;

const threads = Number(process.env["FACET_THREADS"] ?? os.availableParallelism());

/** The app's own way: scales fitted on the text that comes with it, which has nothing to do with the task. */
export async function deltaFidelity(): Promise<Figures> {
  const pair = fineTunePair();
  const folder = await mkdtemp(path.join(os.tmpdir(), "facet-fidelity-"));
  try {
    const { oneBit, lora } = await makeDeltas(pair, folder);
    const figures = await klGaps(pair, { oneBit, lora });
    const shortBase = path.join(folder, "base.Q4_0.gguf");
    await requantize(pair.base, shortBase, "Q4_0");
    return { ...figures, ...(await accuracies(pair, shortBase, oneBit)) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Paths of the 1-bit delta and of the LoRA whose rank gives as many bytes. */
export async function makeDeltas(
  { base, fineTune }: FineTunePair,
  folder: string,
): Promise<{ oneBit: string; lora: string }> {
  const fork = forkNodeJob(path.resolve("electron/engine/jobs/job.ts"), ["--import", "tsx"]);
  const make = async (
    name: string,
    change: Partial<MakeDeltaRequest>,
  ): Promise<Extract<JobResult, { kind: "make-delta" }> & { path: string }> => {
    const target = path.join(folder, `${name}.gguf`);
    const request: MakeDeltaRequest = {
      kind: "make-delta",
      base,
      fineTune,
      target,
      name,
      baseName: "base",
      fineTuneName: "fine-tune",
      result: { kind: "bitdelta", compact: false },
      importanceMatrix: null,
      refinement: null,
      fidelity: null,
      threads,
      appVersion: "bench",
      ...change,
    };
    const outcome = await runJob(fork, { appFolder: process.cwd(), request }, { signal: new AbortController().signal });
    if (!outcome.ok || outcome.value.kind !== "make-delta") throw new Error(JSON.stringify(outcome));
    const { fileBytes, bitsPerWeight, captured, leftOutShare, refinement, tookMs } = outcome.value;
    console.log(
      `  ${name}: ${(fileBytes / 1e6).toFixed(1)} MB, ${bitsPerWeight.toFixed(3)} bits a weight, captured ${captured.toFixed(3)}, left out ${leftOutShare.toFixed(5)}, ` +
        `${(tookMs / 1000).toFixed(0)} s` +
        (refinement === null
          ? ""
          : `; fit ${refinement.kept ? "kept" : "not kept"}, held-out KL ${refinement.klBefore.toFixed(4)} → ${refinement.klAfter.toFixed(4)}`),
    );
    return { ...outcome.value, path: target };
  };
  const chunkLimit = refinementChunks((await stat(base)).size);
  const oneBit = await make("1-bit", {
    refinement: { on: { kind: "texts", paths: [calibrationText(process.cwd())] }, heldOut: null, chunkLimit },
  });
  // Bytes grow by the same amount with each rank.
  const [one, two] = [
    await make("rank 1", { result: { kind: "lora", rank: 1 } }),
    await make("rank 2", { result: { kind: "lora", rank: 2 } }),
  ];
  const rank = Math.max(1, Math.round((oneBit.fileBytes - one.fileBytes) / (two.fileBytes - one.fileBytes)) + 1);
  const lora = await make(`rank ${rank}`, { result: { kind: "lora", rank } });
  return { oneBit: oneBit.path, lora: lora.path };
}

/** On questions that nothing was trained or fitted on. */
export async function klGaps(
  { base, fineTune }: FineTunePair,
  { oneBit, lora }: { oneBit: string; lora: string },
): Promise<Figures> {
  const addon = loadNativeAddon(process.cwd());
  useDeltaKernels((_, message) => console.log(`  ${message}`));
  const measure = async (what: string, delta: string, on: NativeText): Promise<number> => {
    const found: Fidelity = await addon.measureFidelity({
      base,
      fineTune,
      delta,
      on,
      threads,
      chunkTokens: CHUNK_TOKENS,
      chunkLimit: 0,
      note: false,
    });
    console.log(
      `  ${what}: KL ${found.klBase.toFixed(4)} → ${found.klDelta.toFixed(5)}, gap closed ${found.gapClosed.toFixed(4)}, ` +
        `same top token ${found.sameTopBase.toFixed(3)} → ${found.sameTopDelta.toFixed(3)}, ${found.positions} tokens`,
    );
    return found.gapClosed;
  };
  const questions = unseenQuestions(ANSWERS_MEASURED);
  const answers = {
    dialogues: questions.map((question) => ({ prompt: promptOf(question), answer: question.answer + ANSWER_END })),
  };
  // Without a prompt all of it counts.
  const texts = {
    dialogues: questions
      .slice(0, TEXTS_MEASURED)
      .map((question) => ({ prompt: "", answer: promptOf(question) + question.answer + ANSWER_END })),
  };
  return {
    "delta.kl_gap_closed": await measure("1-bit delta, task text with the questions", oneBit, texts),
    "delta.kl_gap_closed_answers": await measure("1-bit delta, answers alone", oneBit, answers),
    "lora.kl_gap_closed": await measure("LoRA of equal bytes, task text with the questions", lora, texts),
    "lora.kl_gap_closed_answers": await measure("LoRA of equal bytes, answers alone", lora, answers),
  };
}

/** Of the fine-tune, and of the delta on the base in 16 bits and in 4 bits, as users run it. */
export async function accuracies(
  { base, fineTune }: FineTunePair,
  shortBase: string,
  oneBit: string,
): Promise<Figures> {
  const questions = unseenQuestions(QUESTIONS_ASKED);
  const ask = async (what: string, model: string, delta: string | null): Promise<number> => {
    const accuracy = await taskAccuracy(model, delta, questions, threads);
    console.log(`  ${what}: ${(100 * accuracy).toFixed(1)} % of ${questions.length} questions right`);
    return accuracy;
  };
  const tuned = await ask("fine-tune, F16", fineTune, null);
  await ask("base, F16", base, null);
  const onWhole = await ask("base, F16, with the 1-bit delta", base, oneBit);
  await ask("base, Q4_0", shortBase, null);
  const onShort = await ask("base, Q4_0, with the 1-bit delta", shortBase, oneBit);
  return { "delta.accuracy_loss": tuned - onShort, "delta.accuracy_loss_f16": tuned - onWhole };
}

function unseenQuestions(count: number): TaskQuestion[] {
  return testQuestions(taskQuestions(TRAIN_SEED, TRAINED_QUESTIONS), count);
}
