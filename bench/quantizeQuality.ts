// Quality and speed of every type of a model, without and with the importance matrix, on the held-out text, through real jobs: quality.….
// By itself: npx tsx bench/quantizeQuality.ts <model in F16> [types] [chunks of calibration] [chunks of evaluation]
import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { writeF16Model } from "../e2e/f16Model";
import { QUANTIZATION_TYPES, QuantizationType, type JobRequest, type JobResult, type ModelQuality } from "../electron/contract/jobs";
import { calibrationChunks } from "../electron/services/jobs/JobTools";
import { forkNodeJob } from "../electron/services/jobs/forkNodeJob";
import { runJob } from "../electron/services/jobs/runJob";
import type { Figures } from "./figures";

const CALIBRATION = path.resolve("resources/calibration/calibration.txt");
const EVALUATION = path.resolve("resources/evaluation/evaluation.txt");
/** Of 30: enough to tell calibrated from not calibrated many times over its error. */
const BENCH_EVALUATION_CHUNKS = 12;

const fork = forkNodeJob(path.resolve("electron/engine/jobs/job.ts"), ["--import", "tsx"]);
const threads = Number(process.env["FACET_THREADS"] ?? os.availableParallelism());

/** The starter model in 16 bits. "3bit" is Q3_K_M; IQ3_M, which gains more, is printed beside it. */
export async function quantizeQuality(): Promise<Figures> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "facet-quality-bench-"));
  try {
    const model = await writeF16Model(folder);
    const { ratios } = await measureTypes(model, { types: ["Q4_0", "Q3_K_M", "IQ3_M"], calibrationChunks: calibrationChunks((await stat(model)).size), evaluationChunks: BENCH_EVALUATION_CHUNKS, withSpeed: false });
    return { "quality.q4_0_kl_ratio": ratios.get("Q4_0") ?? Number.NaN, "quality.3bit_kl_ratio": ratios.get("Q3_K_M") ?? Number.NaN };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Measured {
  rows: ModelQuality[];
  /** Mean KL calibrated, divided by mean KL uncalibrated; files of the same size. */
  ratios: Map<QuantizationType, number>;
}

/** Chunks of 512 tokens; 0 = the whole text. */
async function measureTypes(
  source: string,
  how: { types: readonly QuantizationType[]; calibrationChunks: number; evaluationChunks: number; withSpeed: boolean },
): Promise<Measured> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "facet-quality-"));
  const calibration = { matrixPath: path.join(folder, "imatrix.gguf"), texts: [CALIBRATION], chunkLimit: how.calibrationChunks };
  const measured: Measured = { rows: [], ratios: new Map() };
  try {
    for (const type of how.types) {
      const plain = path.join(folder, `${type}.gguf`);
      const calibrated = path.join(folder, `${type}-calibrated.gguf`);
      const base = { kind: "quantize", source, targetName: type, type, threads, appVersion: "bench" } as const;
      await job({ ...base, target: plain, calibration: null });
      await job({ ...base, target: calibrated, calibration });
      const report = await job({
        kind: "quality", source, sourceSha256: "", candidates: [plain, calibrated], texts: [EVALUATION],
        threads, chunkLimit: how.evaluationChunks, withSpeed: how.withSpeed,
      });
      if (report.kind !== "quality") throw new Error("not a quality report");
      for (const row of [...(measured.rows.length === 0 ? [report.source] : []), ...report.candidates]) {
        measured.rows.push(row);
        console.log(rowText(row));
      }
      const ratio = (report.candidates[1]?.klMean ?? Number.NaN) / (report.candidates[0]?.klMean ?? Number.NaN);
      measured.ratios.set(type, ratio);
      console.log(`${type}: calibrated KL / uncalibrated KL = ${ratio.toFixed(3)}`);
      await Promise.all([plain, calibrated].map((file) => rm(file)));
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return measured;
}

function rowText({ fileName, fileBytes, bitsPerWeight, perplexity, klMean, klMeanError, klPercentile99, sameTopToken, speed }: ModelQuality): string {
  const speeds = speed === null ? "" : `  ${speed.prefillTokensPerSecond.toFixed(0)} / ${speed.decodeTokensPerSecond.toFixed(1)} tokens/s`;
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
  const [source, typeList, calibrationChunks = "0", evaluationChunks = "0"] = process.argv.slice(2);
  if (source === undefined) throw new Error("usage: quantizeQuality.ts <model in F16> [types] [chunks] [chunks]");
  const types = typeList?.split(",").map((type) => QuantizationType.parse(type)) ?? QUANTIZATION_TYPES;
  const { rows, ratios } = await measureTypes(path.resolve(source), {
    types, calibrationChunks: Number(calibrationChunks), evaluationChunks: Number(evaluationChunks), withSpeed: process.env["FACET_SPEED"] === "1",
  });
  const output = process.env["FACET_FIGURES"];
  if (output) await writeFile(output, JSON.stringify({ rows, klRatio: Object.fromEntries(ratios) }, null, 2));
}
