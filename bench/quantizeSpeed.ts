// Quantizing and importance matrices against llama.cpp's own tools, and the memory of a whole job: quantize.…, imatrix.time_ratio.
import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { writeF16Model } from "../e2e/f16Model";
import type { JobStage } from "../electron/contract/jobs";
import type { QuantizationType } from "../electron/contract/quantizeRecipe";
import { loadNativeAddon } from "../electron/engine/jobs/nativeAddon";
import { forkNodeJob } from "../electron/testing/forkNodeJob";
import { runJob } from "../electron/core/jobs/runJob";
import { list, median, type Figures } from "./figures";
import { referenceTools, runTool } from "./referenceTools";

const QUANTIZE_ROUNDS = 7;
const IMPORTANCE_ROUNDS = 2;
/** One: threads that wait burn processor time too. */
const THREADS = 1;
const CHUNK_TOKENS = 512;
/** A multiple of llama-imatrix's batch of four: of a rest it leaves out a few tokens, which we count. */
const IMPORTANCE_CHUNKS = 8;
const CALIBRATION = path.resolve("resources/calibration/calibration.txt");
const MEMORY_INTERVAL_MS = 10;

/** Processor time, not the clock's: it does not depend on what else runs. */
export async function quantizeSpeed(): Promise<Figures> {
  const tools = await referenceTools();
  const folder = await mkdtemp(path.join(os.tmpdir(), "facet-quantize-bench-"));
  try {
    const bench = { tools, folder, model: await writeF16Model(folder) };
    return {
      "quantize.q4_0_time_ratio": await quantizeRatio("Q4_0", bench),
      "quantize.q4_k_m_time_ratio": await quantizeRatio("Q4_K_M", bench),
      "imatrix.time_ratio": await importanceRatio(bench),
      "quantize.peak_mb": await wholeJob(bench),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Bench {
  tools: string;
  folder: string;
  model: string;
}

/** Of the quantization alone; what a job does beside it is among wholeJob's parts. The tool's own start, some milliseconds, is in its time. */
async function quantizeRatio(type: QuantizationType, { tools, folder, model }: Bench): Promise<number> {
  const addon = loadNativeAddon(process.cwd());
  const [ours, theirs] = [path.join(folder, "ours.gguf"), path.join(folder, "theirs.gguf")];
  return ratio(`quantize ${type}`, QUANTIZE_ROUNDS, {
    ours: () =>
      addon.quantize({
        source: model,
        target: ours,
        type,
        threads: THREADS,
        allowRequantize: false,
        importanceMatrix: null,
        metadata: {},
        sourceBytes: 0,
        bufferBytes: 0,
      }),
    theirs: () => runTool(tools, "llama-quantize", [model, theirs, type, String(THREADS)]),
  });
}

async function importanceRatio({ tools, folder, model }: Bench): Promise<number> {
  const addon = loadNativeAddon(process.cwd());
  const text = readFileSync(CALIBRATION, "utf8");
  const args = [
    "-m",
    model,
    "-f",
    CALIBRATION,
    "-o",
    path.join(folder, "theirs.imatrix.gguf"),
    "-t",
    String(THREADS),
    "--no-ppl",
    "-c",
    String(CHUNK_TOKENS),
    "--chunks",
    String(IMPORTANCE_CHUNKS),
  ];
  return ratio("importance matrix", IMPORTANCE_ROUNDS, {
    ours: () =>
      addon.collectImportance({
        model,
        texts: [text],
        datasetName: "calibration.txt",
        threads: THREADS,
        chunkTokens: CHUNK_TOKENS,
        chunkLimit: IMPORTANCE_CHUNKS,
        target: path.join(folder, "ours.imatrix.gguf"),
      }),
    theirs: () => runTool(tools, "llama-imatrix", args),
  });
}

/** The median of ours to theirs, round by round in changing order; a first round, which fills the page cache, does not count. */
async function ratio(
  what: string,
  rounds: number,
  { ours, theirs }: { ours: () => Promise<unknown>; theirs: () => Promise<{ cpuMs: number }> },
): Promise<number> {
  const oursMs = async () => {
    const before = process.cpuUsage();
    await ours();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  };
  const theirsMs = async () => (await theirs()).cpuMs;
  const all: { ours: number; theirs: number }[] = [];
  for (let round = 0; round <= rounds; round++) {
    const [first, second] = round % 2 === 0 ? [await oursMs(), await theirsMs()] : [await theirsMs(), await oursMs()];
    if (round > 0) all.push(round % 2 === 0 ? { ours: first, theirs: second } : { ours: second, theirs: first });
  }
  const seconds = (milliseconds: readonly number[]) => `${(median(milliseconds) / 1000).toFixed(2)} s`;
  const ratios = all.map((times) => times.ours / times.theirs);
  console.log(
    `  ${what}: ${seconds(all.map((times) => times.ours))}; llama.cpp's tool ${seconds(all.map((times) => times.theirs))}; ratios ${list(ratios, 3)}`,
  );
  return median(ratios);
}

/** A real job in its own process, from the hash of the source to the check of the result; returns its peak memory in MB. */
async function wholeJob({ folder, model }: { folder: string; model: string }): Promise<number> {
  const entry = path.resolve(".vite/build/job.mjs");
  const target = path.join(folder, "job.gguf");
  const memory = watchMemory(entry);
  const stages: { stage: JobStage; atMs: number }[] = [];
  const startedMs = performance.now();
  const outcome = await runJob(
    forkNodeJob(entry),
    {
      appFolder: process.cwd(),
      request: {
        kind: "quantize",
        source: model,
        target,
        targetName: "bench",
        threads: THREADS,
        recipe: { type: "Q4_0", steps: [] },
        appVersion: "bench",
      },
    },
    {
      signal: new AbortController().signal,
      onProgress({ stage }) {
        if (stages.at(-1)?.stage !== stage) stages.push({ stage, atMs: performance.now() });
      },
    },
  );
  const endedMs = performance.now();
  const peak = memory.stop();
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.failure));
  const parts = [
    `start ${Math.round((stages[0]?.atMs ?? endedMs) - startedMs)} ms`,
    ...stages.map(({ stage, atMs }, index) => `${stage} ${Math.round((stages[index + 1]?.atMs ?? endedMs) - atMs)} ms`),
  ];
  console.log(
    `whole job, by the clock: ${Math.round(endedMs - startedMs)} ms (${parts.join(", ")}); peak ${Math.round(peak.residentMb)} MB, of it ${Math.round(peak.ownMb)} MB its own, the rest pages of mapped files`,
  );
  return peak.residentMb;
}

/** Of this process's child that runs `script`. Linux: elsewhere there is nothing to read, and the figure is not a number. */
function watchMemory(script: string): { stop: () => { residentMb: number; ownMb: number } } {
  let residentMb = Number.NaN;
  let ownMb = 0;
  const field = (status: string, name: string) =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "mu").exec(status)?.[1] ?? Number.NaN) / 1000;
  const timer = setInterval(() => {
    for (const pid of childrenRunning(script)) {
      try {
        const status = readFileSync(`/proc/${pid}/status`, "utf8");
        residentMb = field(status, "VmHWM");
        ownMb = Math.max(ownMb, field(status, "RssAnon"));
      } catch {
        // It has just ended.
      }
    }
  }, MEMORY_INTERVAL_MS);
  return {
    stop() {
      clearInterval(timer);
      return { residentMb, ownMb };
    },
  };
}

function childrenRunning(script: string): string[] {
  try {
    return readdirSync("/proc/self/task")
      .flatMap((task) => readFileSync(`/proc/self/task/${task}/children`, "utf8").split(" "))
      .filter((pid) => pid !== "" && readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(script));
  } catch {
    return [];
  }
}
