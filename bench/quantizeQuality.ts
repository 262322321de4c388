// Quality and speed of every type of one model, without and with the importance matrix, on the held-out text, through real jobs.
// npx tsx bench/quantizeQuality.ts <model in F16> [types] [chunks of calibration] [chunks of evaluation]
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { QUANTIZATION_TYPES, QuantizationType, type JobRequest, type JobResult } from "../electron/contract/jobs";
import { forkNodeJob } from "../electron/services/jobs/forkNodeJob";
import { runJob } from "../electron/services/jobs/runJob";

const CALIBRATION = "resources/calibration/calibration.txt";
const EVALUATION = "resources/evaluation/evaluation.txt";

const fork = forkNodeJob(path.resolve("electron/engine/jobs/job.ts"), ["--import", "tsx"]);
const threads = Number(process.env["FACET_THREADS"] ?? os.availableParallelism());

async function job(request: JobRequest): Promise<JobResult> {
  const outcome = await runJob(fork, { appFolder: process.cwd(), request }, { signal: new AbortController().signal });
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.failure));
  return outcome.value;
}

async function main(): Promise<void> {
  const [source, typeList, calibrationChunks = "0", evaluationChunks = "0"] = process.argv.slice(2);
  if (source === undefined) throw new Error("usage: quantizeQuality.ts <model in F16> [types] [chunks] [chunks]");
  const types = typeList?.split(",").map((type) => QuantizationType.parse(type)) ?? QUANTIZATION_TYPES;
  const folder = await mkdtemp(path.join(os.tmpdir(), "facet-quality-"));
  const rows: object[] = [];
  const kl = new Map<string, number>();
  try {
    const calibration = { matrixPath: path.join(folder, "imatrix.gguf"), texts: [path.resolve(CALIBRATION)], chunkLimit: Number(calibrationChunks) };
    for (const type of types) {
      const plain = path.join(folder, `${type}.gguf`);
      const calibrated = path.join(folder, `${type}-calibrated.gguf`);
      const base = { kind: "quantize", source: path.resolve(source), targetName: type, type, threads, appVersion: "bench" } as const;
      await job({ ...base, target: plain, calibration: null });
      await job({ ...base, target: calibrated, calibration });
      const report = await job({
        kind: "quality", source: path.resolve(source), sourceSha256: "", candidates: [plain, calibrated], texts: [path.resolve(EVALUATION)],
        threads, chunkLimit: Number(evaluationChunks), withSpeed: process.env["FACET_SPEED"] === "1",
      });
      if (report.kind !== "quality") throw new Error("not a quality report");
      for (const row of [...(rows.length === 0 ? [report.source] : []), ...report.candidates]) {
        rows.push(row);
        const speed = row.speed === null ? "" : `  ${row.speed.prefillTokensPerSecond.toFixed(0)} / ${row.speed.decodeTokensPerSecond.toFixed(1)} tokens/s`;
        console.log(
          `${row.fileName.padEnd(28)} ${(row.fileBytes / 1e6).toFixed(1).padStart(7)} MB  ${row.bitsPerWeight.toFixed(2)} bits  ` +
            `perplexity ${row.perplexity.toFixed(3)}  KL ${row.klMean.toFixed(5)} ± ${row.klMeanError.toFixed(5)}  99 % ${row.klPercentile99.toFixed(3)}  same top ${(row.sameTopToken * 100).toFixed(1)} %${speed}`,
        );
      }
      kl.set(type, (report.candidates[1]?.klMean ?? Number.NaN) / (report.candidates[0]?.klMean ?? Number.NaN));
      console.log(`${type}: calibrated KL / uncalibrated KL = ${kl.get(type)?.toFixed(3)}`);
      await Promise.all([plain, calibrated].map((file) => rm(file)));
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const output = process.env["FACET_FIGURES"];
  if (output) await writeFile(output, JSON.stringify({ rows, klRatio: Object.fromEntries(kl) }, null, 2));
}

await main();
