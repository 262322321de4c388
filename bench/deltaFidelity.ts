// How faithful a 1-bit delta of a real fine-tune is, beside a LoRA of equal bytes, on the fine-tune's own task: share of the KL gap closed.
// npx tsx bench/deltaFidelity.ts <base in F16> <fine-tune in F16> [dialogues to measure] [dialogues to fit on, 0 = no fit]
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type { ComparedText, MakeDeltaRequest } from "../electron/contract/deltaJobs";
import { forkNodeJob } from "../electron/services/jobs/forkNodeJob";
import { runJob } from "../electron/services/jobs/runJob";
import { ANSWER_END, promptOf, taskQuestions, testQuestions, TRAIN_SEED, type TaskQuestion } from "./fineTune/taskQuestions";

const TRAINED = 40_000;
const fork = forkNodeJob(path.resolve("electron/engine/jobs/job.ts"), ["--import", "tsx"]);
const threads = Number(process.env["FACET_THREADS"] ?? os.availableParallelism());

function dialogues(questions: readonly TaskQuestion[]): ComparedText {
  return { kind: "dialogues", dialogues: questions.map((question) => ({ prompt: promptOf(question), answer: question.answer + ANSWER_END })) };
}

async function main(): Promise<void> {
  const [base, fineTune, measured = "40", fitted = "8"] = process.argv.slice(2);
  if (base === undefined || fineTune === undefined) throw new Error("usage: deltaFidelity.ts <base> <fine-tune> [measure] [fit]");
  const folder = await mkdtemp(path.join(os.tmpdir(), "facet-fidelity-"));
  const trained = taskQuestions(TRAIN_SEED, TRAINED);
  const fitCount = Number(fitted);
  const test = testQuestions(trained, Number(measured) + fitCount);
  const make = async (name: string, change: Partial<MakeDeltaRequest>) => {
    const outcome = await runJob(
      fork,
      {
        appFolder: process.cwd(),
        request: {
          kind: "make-delta", base: path.resolve(base), fineTune: path.resolve(fineTune), target: path.join(folder, `${name}.gguf`),
          name, baseName: "base", fineTuneName: "fine-tune", result: { kind: "bitdelta", compact: false }, importanceMatrix: null,
          refinement: null, fidelity: { on: dialogues(test.slice(fitCount)), chunkLimit: 0 }, threads, appVersion: "bench", ...change,
        },
      },
      { signal: new AbortController().signal },
    );
    if (!outcome.ok || outcome.value.kind !== "make-delta") throw new Error(JSON.stringify(outcome));
    const { fileBytes, bitsPerWeight, captured, leftOutShare, fidelity, refinement } = outcome.value;
    console.log(
      `${name.padEnd(12)} ${(fileBytes / 1e6).toFixed(2)} MB  ${bitsPerWeight.toFixed(3)} bits  captured ${captured.toFixed(3)}  left out ${leftOutShare.toFixed(4)}  ` +
        `KL ${fidelity?.klBase.toFixed(4)} → ${fidelity?.klDelta.toFixed(5)}  gap closed ${fidelity?.gapClosed.toFixed(4)}  ` +
        `same top ${fidelity?.sameTopBase.toFixed(3)} → ${fidelity?.sameTopDelta.toFixed(3)}` +
        (refinement === null ? "" : `  fit kept: ${refinement.kept}, held out ${refinement.klBefore.toFixed(5)} → ${refinement.klAfter.toFixed(5)}`),
    );
    return outcome.value;
  };
  const rows: Record<string, unknown> = {};
  try {
    const oneBit = await make("1-bit", {});
    rows["1-bit"] = oneBit;
    if (fitCount > 0) {
      rows["1-bit-fit"] = await make("1-bit, fit", {
        refinement: { on: dialogues(trained.slice(0, fitCount)), heldOut: dialogues(test.slice(0, fitCount)), chunkLimit: fitCount },
      });
    }
    const rankOne = await make("rank 1", { result: { kind: "lora", rank: 1 }, fidelity: null });
    // Bytes grow by the same amount with each rank.
    const rankTwo = await make("rank 2", { result: { kind: "lora", rank: 2 }, fidelity: null });
    const rank = Math.max(1, Math.round((oneBit.fileBytes - rankOne.fileBytes) / (rankTwo.fileBytes - rankOne.fileBytes)) + 1);
    rows[`rank-${rank}`] = await make(`rank ${rank}`, { result: { kind: "lora", rank } });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const output = process.env["FACET_FIGURES"];
  if (output) await writeFile(output, JSON.stringify(rows, null, 2));
}

await main();
