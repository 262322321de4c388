// Developer check: the addon against llama-quantize, llama-imatrix and llama-perplexity built from the same source.
// npx tsx bench/quantizeReference.ts <model in F16> <text> [types, default five] ; needs cmake and a C++ compiler.
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, open, readFile, rm, stat, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { loadNativeAddon, type NativeAddon } from "../electron/engine/jobs/nativeAddon";
import { llamaCppCheckout } from "../scripts/buildNative";
import { cacheFolder } from "../scripts/cacheFolder";

const run = promisify(execFile);
const OUTPUT_LIMIT_BYTES = 64 * 1024 * 1024;
const TYPES = ["Q4_0", "Q4_K_M", "Q6_K", "IQ4_XS", "Q3_K_M"];
const TOOLS = ["llama-quantize", "llama-imatrix", "llama-perplexity", "llama-bench"];
/** Figures that llama.cpp's tools print may differ by this share. */
const TOLERANCE = 0.005;
const CHUNK_TOKENS = 512;
const PERPLEXITY_CHUNKS = Number(process.env["FACET_PERPLEXITY_CHUNKS"] ?? 8);
/** A multiple of llama-imatrix's batch of four: of a rest it leaves out a few tokens, which we count. */
const IMPORTANCE_CHUNKS = Number(process.env["FACET_IMPORTANCE_CHUNKS"] ?? 16);
/**
 * Each is run this often, by turns, and the cheapest counts. Processor time, not the clock's: it does not depend on
 * what else runs. Use one thread, since waiting threads of the evaluation burn time too.
 */
const ROUNDS = Number(process.env["FACET_ROUNDS"] ?? 3);

/** Builds the tools into the cache once; minutes. FACET_REFERENCE names a folder that has them already. */
async function referenceTools(): Promise<string> {
  const given = process.env["FACET_REFERENCE"];
  if (given) return given;
  const source = await llamaCppCheckout(["."]);
  if (source === null) throw new Error("git is missing");
  const output = path.join(cacheFolder(), `${path.basename(source)}-reference`);
  const binaries = path.join(output, "bin");
  if (TOOLS.every((tool) => existsSync(path.join(binaries, tool)))) return binaries;
  console.log(`building ${TOOLS.join(", ")} in ${output}`);
  const flags = ["BUILD_SERVER", "BUILD_TESTS", "BUILD_EXAMPLES", "CURL", "OPENSSL", "BUILD_UI"].map((name) => `-DLLAMA_${name}=OFF`);
  await run("cmake", ["-S", source, "-B", output, "-DCMAKE_BUILD_TYPE=Release", ...flags], { maxBuffer: OUTPUT_LIMIT_BYTES });
  await run("cmake", ["--build", output, "--parallel", String(os.availableParallelism()), "--target", ...TOOLS], { maxBuffer: OUTPUT_LIMIT_BYTES });
  return binaries;
}

async function main(): Promise<void> {
  const [model, textFile, types] = process.argv.slice(2);
  if (model === undefined || textFile === undefined) throw new Error("usage: quantizeReference.ts <model in F16> <text> [types]");
  const threads = Number(process.env["FACET_THREADS"] ?? os.availableParallelism());
  const tools = await referenceTools();
  const addon = loadNativeAddon(process.cwd());
  const folder = await mkdtemp(path.join(os.tmpdir(), "facet-reference-"));
  const reference = async (tool: string, args: readonly string[]) => {
    // The shell knows what its children used; its last line is their user and system time.
    const script = '"$0" "$@"; status=$?; times; exit $status';
    const { stdout, stderr } = await run("sh", ["-c", script, path.join(tools, tool), ...args], { maxBuffer: OUTPUT_LIMIT_BYTES });
    return { text: stdout + stderr, cpuMs: childrenMs(stdout) };
  };
  const timed = async (work: () => Promise<unknown>) => {
    const before = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  };
  let failures = 0;
  const verdict = (what: string, isGood: boolean, figures: string) => {
    if (!isGood) failures += 1;
    console.log(`${isGood ? "ok  " : "FAIL"} ${what}  ${figures}`);
  };

  try {
    const text = await readFile(textFile, "utf8");
    const ourMatrix = path.join(folder, "ours.imatrix.gguf");
    const theirMatrix = path.join(folder, "theirs.imatrix.gguf");
    const imatrixOurs = await timed(() =>
      addon.collectImportance({
        model, text, datasetName: path.basename(textFile), threads, chunkTokens: CHUNK_TOKENS, chunkLimit: IMPORTANCE_CHUNKS, target: ourMatrix,
      }),
    );
    const imatrixTheirs = (
      await reference("llama-imatrix", ["-m", model, "-f", textFile, "-o", theirMatrix, "-t", String(threads), "--no-ppl", "-c", String(CHUNK_TOKENS), "--chunks", String(IMPORTANCE_CHUNKS)])
    ).cpuMs;
    const difference = await largestDifference(addon, ourMatrix, theirMatrix);
    verdict("importance matrix", difference < TOLERANCE, `largest relative difference ${difference.toExponential(1)}`);
    figure("imatrix.time_ratio", imatrixOurs / imatrixTheirs, `${seconds(imatrixOurs)} against ${seconds(imatrixTheirs)}`);

    for (const type of types?.split(",") ?? TYPES) {
      for (const matrix of [null, theirMatrix]) {
        const ours = path.join(folder, "ours.gguf");
        const theirs = path.join(folder, "theirs.gguf");
        let oursMs = Infinity;
        let theirsMs = Infinity;
        for (let round = 0; round < ROUNDS; round++) {
          oursMs = Math.min(oursMs, await timed(() =>
            addon.quantize({ source: model, target: ours, type, threads, allowRequantize: false, importanceMatrix: matrix, metadata: {}, sourceBytes: 0, bufferBytes: 0 }),
          ));
          const { cpuMs } = await reference("llama-quantize", [
            ...(matrix === null ? [] : ["--imatrix", matrix]), model, theirs, type === "MXFP4" ? "MXFP4_MOE" : type, String(threads),
          ]);
          theirsMs = Math.min(theirsMs, cpuMs);
        }
        const isSame = await sameTensors(addon, ours, theirs);
        verdict(`${type}${matrix === null ? "" : " calibrated"}`, isSame, isSame ? "bit-identical tensors" : "tensors differ");
        figure(`quantize.${type.toLowerCase()}${matrix === null ? "" : "_calibrated"}_time_ratio`, oursMs / theirsMs, `${seconds(oursMs)} against ${seconds(theirsMs)}`);
      }
    }

    const candidate = path.join(folder, "candidate.gguf");
    await addon.quantize({ source: model, target: candidate, type: "Q4_0", threads, allowRequantize: false, importanceMatrix: null, metadata: {}, sourceBytes: 0, bufferBytes: 0 });
    const report = await addon.measureQuality({
      source: model, candidates: [candidate], text, threads, chunkTokens: CHUNK_TOKENS, chunkLimit: PERPLEXITY_CHUNKS,
    });
    const logits = path.join(folder, "logits");
    const common = ["-f", textFile, "-t", String(threads), "-c", String(CHUNK_TOKENS), "--chunks", String(PERPLEXITY_CHUNKS)];
    await reference("llama-perplexity", ["-m", model, ...common, "--kl-divergence-base", logits]);
    const { text: output } = await reference("llama-perplexity", ["-m", candidate, ...common, "--kl-divergence", "--kl-divergence-base", logits]);
    const printed = (pattern: RegExp) => Number(pattern.exec(output)?.[1] ?? Number.NaN);
    const quality = report.candidates[0];
    if (quality === undefined) throw new Error("nothing measured");
    const rows: readonly (readonly [string, number, number])[] = [
      ["perplexity of the source", report.source.perplexity, printed(/Mean PPL\(base\) +: +([\d.]+)/u)],
      ["perplexity", quality.perplexity, printed(/Mean PPL\(Q\) +: +([\d.]+)/u)],
      ["mean KL", quality.klMean, printed(/Mean +KLD: +([\d.]+)/u)],
      ["99th percentile KL", quality.klPercentile99, printed(/99\.0% +KLD: +([\d.]+)/u)],
      ["same top token", quality.sameTopToken * 100, printed(/Same top p: +([\d.]+)/u)],
    ];
    for (const [what, ours, theirs] of rows) {
      verdict(what, Math.abs(ours / theirs - 1) < TOLERANCE, `${ours.toFixed(6)} against ${theirs.toFixed(6)}`);
    }
    figure("quantize.peak_mb", process.resourceUsage().maxRSS / 1024, "of this whole check, mapped files included");
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  if (failures > 0) process.exitCode = 1;
}

/** All weights, byte for byte: what follows the metadata, which differs by our own keys. */
async function sameTensors(addon: NativeAddon, left: string, right: string): Promise<boolean> {
  const [leftStart, rightStart] = await Promise.all([dataOffset(addon, left), dataOffset(addon, right)]);
  const [leftSize, rightSize] = [(await stat(left)).size - leftStart, (await stat(right)).size - rightStart];
  if (leftSize !== rightSize) return false;
  const [leftFile, rightFile] = [await open(left), await open(right)];
  const step = 16 * 1024 * 1024;
  const buffers = [Buffer.alloc(step), Buffer.alloc(step)] as const;
  try {
    for (let offset = 0; offset < leftSize; offset += step) {
      const [a, b] = await Promise.all([
        leftFile.read(buffers[0], 0, step, leftStart + offset),
        rightFile.read(buffers[1], 0, step, rightStart + offset),
      ]);
      if (!buffers[0].subarray(0, a.bytesRead).equals(buffers[1].subarray(0, b.bytesRead))) return false;
    }
    return true;
  } finally {
    await leftFile.close();
    await rightFile.close();
  }
}

async function dataOffset(addon: NativeAddon, file: string): Promise<number> {
  return (await addon.describeModelFile({ path: file })).metadataBytes;
}

/** Largest relative difference of two importance matrices' sums; they are F32 and lie in the same order. */
async function largestDifference(addon: NativeAddon, left: string, right: string): Promise<number> {
  const values = async (file: string) => {
    const bytes = (await readFile(file)).subarray(await dataOffset(addon, file));
    return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  };
  const [a, b] = await Promise.all([values(left), values(right)]);
  if (a.length !== b.length) return Infinity;
  return a.reduce((largest, value, index) => Math.max(largest, Math.abs(value - (b[index] ?? 0)) / Math.max(Math.abs(value), 1e-3)), 0);
}

/** The last line of the shell's `times`: "0m1.230s 0m0.040s". */
function childrenMs(text: string): number {
  const [, minutes, userSeconds, systemMinutes, systemSeconds] = /(\d+)m([\d.]+)s (\d+)m([\d.]+)s\s*$/u.exec(text) ?? [];
  return ((Number(minutes) + Number(systemMinutes)) * 60 + Number(userSeconds) + Number(systemSeconds)) * 1000;
}

const figures: Record<string, number> = {};
function figure(name: string, value: number, explanation: string): void {
  figures[name] = Number(value.toFixed(4));
  console.log(`     ${name} = ${value.toFixed(3)}  (${explanation})`);
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(2)} s`;
}

await main();
const output = process.env["FACET_FIGURES"];
if (output) await writeFile(output, JSON.stringify(figures, null, 2));
