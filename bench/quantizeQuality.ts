// Quality and speed of every type of a model, without and with the importance matrix, on the held-out text, through real jobs: quality.….
// By itself, for the table: node scripts/run.mjs bench/quantizeQuality.ts <smollm2, gemma or a model in F16> [types] [chunks of evaluation, 0 = all]
// FACET_SPEED=1 measures prefill and decode too, FACET_CALIBRATION_CHUNKS other than the app's chunks, FACET_FIGURES names a file for the rows.
import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { F16_FILE, GEMMA_F16_FILE, writeF16Model, type F16File } from "../e2e/f16Model";
import type { JobRequest, JobResult, ModelQuality } from "../electron/contract/jobs";
import {
  isUsualStep,
  QUANTIZATION_TYPES,
  QuantizationType,
  type PreparedStep,
} from "../electron/contract/quantizeRecipe";
import { calibrationChunks } from "../electron/core/jobs/JobTools";
import { forkNodeJob } from "../electron/testing/forkNodeJob";
import { runJob } from "../electron/core/jobs/runJob";
import type { Figures } from "./figures";

const CALIBRATION = path.resolve("resources/calibration/calibration.txt");
const EVALUATION = path.resolve("resources/evaluation/evaluation.txt");
/** Of 30: enough to tell calibrated from not calibrated many times over its error. */
const BENCH_EVALUATION_CHUNKS = 12;
/** All are in memory at once. */
const TYPES_TOGETHER = 5;

/** By name, for the command line. */
const MODELS: Readonly<Record<string, F16File>> = { smollm2: F16_FILE, gemma: GEMMA_F16_FILE };

const fork = forkNodeJob(path.resolve("electron/engine/jobs/job.ts"), ["--import", "tsx"]);
const threads = Number(process.env["FACET_THREADS"] ?? os.availableParallelism());

/** The starter model in 16 bits. "3bit" is Q3_K_M; IQ3_M, which gains more, is printed beside it. */
export async function quantizeQuality(): Promise<Figures> {
  const { klRatios } = await withModel(F16_FILE, (model) =>
    measureTypes(model, {
      types: ["Q4_0", "Q3_K_M", "IQ3_M"],
      evaluationChunks: BENCH_EVALUATION_CHUNKS,
      withSpeed: false,
    }),
  );
  return {
    "quality.q4_0_kl_ratio": klRatios.get("Q4_0") ?? Number.NaN,
    "quality.3bit_kl_ratio": klRatios.get("Q3_K_M") ?? Number.NaN,
  };
}

async function withModel<Value>(fileName: F16File, use: (model: string) => Promise<Value>): Promise<Value> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "facet-quality-bench-"));
  try {
    return await use(await writeF16Model(folder, fileName));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Measured {
  rows: ModelQuality[];
  /** Mean KL calibrated, divided by mean KL uncalibrated; files of the same size, but for a few tensors of Q4_0. */
  klRatios: Map<QuantizationType, number>;
}

/** With the app's own calibration; `evaluationChunks` of 512 tokens, 0 = the whole text. */
async function measureTypes(
  source: string,
  how: { types: readonly QuantizationType[]; evaluationChunks: number; withSpeed: boolean },
): Promise<Measured> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "facet-quality-"));
  const chunkLimit = Number(process.env["FACET_CALIBRATION_CHUNKS"] ?? calibrationChunks((await stat(source)).size));
  const calibrate: PreparedStep = {
    kind: "calibrate",
    matrixPath: path.join(folder, "imatrix.gguf"),
    texts: [CALIBRATION],
    chunkLimit,
  };
  const file = (type: QuantizationType, isCalibrated: boolean) =>
    path.join(folder, `${type}${isCalibrated ? "-calibrated" : ""}.gguf`);
  const measured: Measured = { rows: [], klRatios: new Map() };
  try {
    // Together, so that the source is read once for all of them.
    for (let start = 0; start < how.types.length; start += TYPES_TOGETHER) {
      const types = how.types.slice(start, start + TYPES_TOGETHER);
      const candidates: string[] = [];
      for (const type of types) {
        for (const isCalibrated of isUsualStep("calibrate", type) ? [false, true] : [false]) {
          const target = file(type, isCalibrated);
          await job({
            kind: "quantize",
            source,
            target,
            targetName: type,
            threads,
            recipe: { type, steps: isCalibrated ? [calibrate] : [] },
            appVersion: "bench",
          });
          candidates.push(target);
        }
      }
      const report = await job({
        kind: "quality",
        source,
        sourceSha256: "",
        candidates,
        texts: [EVALUATION],
        threads,
        chunkLimit: how.evaluationChunks,
        withSpeed: how.withSpeed,
      });
      if (report.kind !== "quality") throw new Error("not a quality report");
      for (const row of [...(start === 0 ? [report.source] : []), ...report.candidates]) {
        measured.rows.push(row);
        console.log(rowText(row));
      }
      const klOf = (type: QuantizationType, isCalibrated: boolean) =>
        report.candidates[candidates.indexOf(file(type, isCalibrated))]?.klMean ?? Number.NaN;
      for (const type of types.filter((each) => isUsualStep("calibrate", each))) {
        measured.klRatios.set(type, klOf(type, true) / klOf(type, false));
        console.log(`  ${type}: calibrated KL / uncalibrated KL = ${measured.klRatios.get(type)?.toFixed(3)}`);
      }
      await Promise.all(candidates.map((candidate) => rm(candidate)));
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return measured;
}

function rowText({
  fileName,
  fileBytes,
  bitsPerWeight,
  perplexity,
  klMean,
  klMeanError,
  klPercentile99,
  sameTopToken,
  speed,
}: ModelQuality): string {
  const speeds =
    speed === null
      ? ""
      : `  ${speed.prefillTokensPerSecond.toFixed(0)} / ${speed.decodeTokensPerSecond.toFixed(1)} tokens/s`;
  return (
    `${fileName.padEnd(28)} ${(fileBytes / 1e6).toFixed(1).padStart(7)} MB  ${bitsPerWeight.toFixed(2)} bits  perplexity ${perplexity.toFixed(3)}  ` +
    `KL ${klMean.toFixed(5)} ± ${klMeanError.toFixed(5)}  99 % ${klPercentile99.toFixed(3)}  same top ${(sameTopToken * 100).toFixed(1)} %${speeds}`
  );
}

async function job(request: JobRequest): Promise<JobResult> {
  const outcome = await runJob(fork, { appFolder: process.cwd(), request }, { signal: new AbortController().signal });
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.failure));
  return outcome.value;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const [source, typeList, evaluationChunks = "0"] = process.argv.slice(2);
  if (source === undefined)
    throw new Error("usage: quantizeQuality.ts <smollm2, gemma or a model in F16> [types] [chunks]");
  const types =
    typeList?.split(",").map((type) => QuantizationType.parse(type)) ??
    QUANTIZATION_TYPES.filter((type) => type !== "MXFP4");
  const measure = (model: string) =>
    measureTypes(model, {
      types,
      evaluationChunks: Number(evaluationChunks),
      withSpeed: process.env["FACET_SPEED"] === "1",
    });
  const known = MODELS[source];
  const { rows, klRatios } = await (known === undefined ? measure(path.resolve(source)) : withModel(known, measure));
  const output = process.env["FACET_FIGURES"];
  if (output) await writeFile(output, JSON.stringify({ rows, klRatios: Object.fromEntries(klRatios) }, null, 2));
}
