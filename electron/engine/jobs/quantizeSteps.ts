// What the job process does for each kind of step of a recipe, and the one place where a recipe becomes what the addon takes.
import { access, mkdir } from "node:fs/promises";
import path from "node:path";
import type { JobProgress } from "../../contract/jobs";
import type { PreparedStep, QuantizationType, StepKinds } from "../../contract/quantizeRecipe";
import { writeKeptFile } from "./freshFile";
import type { NativeAddon } from "./nativeAddon";
import { progressMeter } from "./progressMeter";
import { readEachText } from "./readTexts";

/** llama-imatrix's own default. */
const CHUNK_TOKENS = 512;
/** llama.cpp keeps 127 bytes of a metadata value. */
const METADATA_LIMIT_BYTES = 127;

export interface StepJob {
  addon: NativeAddon;
  /** The source's first file. */
  model: string;
  threads: number;
  report: (progress: JobProgress) => void;
}

interface StepWork {
  /** Before the weights are written. */
  prepare: (job: StepJob) => Promise<void>;
  options: { importanceMatrix?: string };
  metadata: Readonly<Record<string, string>>;
}

/** A new kind of step is one case. */
function workOf(step: PreparedStep): StepWork {
  switch (step.kind) {
    case "calibrate":
      return {
        prepare: (job) => provideMatrix(step, job),
        options: { importanceMatrix: step.matrixPath },
        metadata: { "quantize.imatrix.file": clipMetadata(path.basename(step.matrixPath)) },
      };
  }
}

export async function prepareSteps(steps: readonly PreparedStep[], job: StepJob): Promise<void> {
  for (const step of steps) await workOf(step).prepare(job);
}

/** For addon.planQuantize. */
export function planOptions(type: QuantizationType, kinds: StepKinds): { type: string; calibrated: boolean } {
  return { type, calibrated: kinds.includes("calibrate") };
}

/** For addon.quantize. */
export function stepOptions(steps: readonly PreparedStep[]): { importanceMatrix: string | null } {
  return steps.reduce<{ importanceMatrix: string | null }>(
    (options, step) => ({ ...options, ...workOf(step).options }),
    {
      importanceMatrix: null,
    },
  );
}

export function stepMetadata(steps: readonly PreparedStep[]): Record<string, string> {
  return steps.reduce<Record<string, string>>((metadata, step) => ({ ...metadata, ...workOf(step).metadata }), {});
}

/** Cut to whole characters within llama.cpp's limit. */
export function clipMetadata(text: string): string {
  // A character cut through decodes to U+FFFD.
  return Buffer.from(text)
    .subarray(0, METADATA_LIMIT_BYTES)
    .toString("utf8")
    .replace(/\uFFFD$/u, "");
}

/** Computes the importance matrix where none is stored yet. */
async function provideMatrix(
  { matrixPath, texts, chunkLimit }: Extract<PreparedStep, { kind: "calibrate" }>,
  { addon, model, threads, report }: StepJob,
): Promise<void> {
  if (await exists(matrixPath)) return;
  await mkdir(path.dirname(matrixPath), { recursive: true, mode: 0o700 });
  const contents = await readEachText(texts);
  await writeKeptFile(matrixPath, (unfinished) =>
    addon.collectImportance(
      {
        model,
        texts: contents,
        datasetName: texts
          .map((file) => path.basename(file))
          .join(", ")
          .slice(0, METADATA_LIMIT_BYTES),
        threads,
        chunkTokens: CHUNK_TOKENS,
        chunkLimit,
        target: unfinished,
      },
      progressMeter("importance-matrix", "tokens", report),
    ),
  );
}

function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
