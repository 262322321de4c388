// Developer check: the addon gives what llama-quantize, llama-imatrix and llama-perplexity give, built from the same source.
// node scripts/run.mjs bench/quantizeReference.ts <model in F16> <text> [types, default five] ; needs git and a C++ compiler.
import { mkdtemp, open, readFile, rm, stat } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { loadNativeAddon, type NativeAddon } from "../electron/engine/jobs/nativeAddon";
import { referenceTools, runTool } from "./referenceTools";

const TYPES = ["Q4_0", "Q4_K_M", "Q6_K", "IQ4_XS", "Q3_K_M"];
/** Figures that llama.cpp's tools print may differ by this share. */
const TOLERANCE = 0.005;
const CHUNK_TOKENS = 512;
const PERPLEXITY_CHUNKS = Number(process.env["FACET_PERPLEXITY_CHUNKS"] ?? 8);
/** A multiple of llama-imatrix's batch of four: of a rest it leaves out a few tokens, which we count. */
const IMPORTANCE_CHUNKS = Number(process.env["FACET_IMPORTANCE_CHUNKS"] ?? 16);
async function main(): Promise<void> {
  const [model, textFile, types] = process.argv.slice(2);
  if (model === undefined || textFile === undefined)
    throw new Error("usage: quantizeReference.ts <model in F16> <text> [types]");
  const threads = Number(process.env["FACET_THREADS"] ?? os.availableParallelism());
  const tools = await referenceTools();
  const addon = loadNativeAddon(process.cwd());
  const folder = await mkdtemp(path.join(os.tmpdir(), "facet-reference-"));
  const reference = (tool: string, args: readonly string[]) => runTool(tools, tool, args);
  let failures = 0;
  const verdict = (what: string, isGood: boolean, figures: string) => {
    if (!isGood) failures += 1;
    console.log(`${isGood ? "ok  " : "FAIL"} ${what}  ${figures}`);
  };

  try {
    const text = await readFile(textFile, "utf8");
    const ourMatrix = path.join(folder, "ours.imatrix.gguf");
    const theirMatrix = path.join(folder, "theirs.imatrix.gguf");
    await addon.collectImportance({
      model,
      texts: [text],
      datasetName: path.basename(textFile),
      threads,
      chunkTokens: CHUNK_TOKENS,
      chunkLimit: IMPORTANCE_CHUNKS,
      target: ourMatrix,
    });
    await reference("llama-imatrix", [
      "-m",
      model,
      "-f",
      textFile,
      "-o",
      theirMatrix,
      "-t",
      String(threads),
      "--no-ppl",
      "-c",
      String(CHUNK_TOKENS),
      "--chunks",
      String(IMPORTANCE_CHUNKS),
    ]);
    const difference = await largestDifference(addon, ourMatrix, theirMatrix);
    verdict("importance matrix", difference < TOLERANCE, `largest relative difference ${difference.toExponential(1)}`);

    for (const type of types?.split(",") ?? TYPES) {
      for (const matrix of [null, theirMatrix]) {
        const ours = path.join(folder, "ours.gguf");
        const theirs = path.join(folder, "theirs.gguf");
        await addon.quantize({
          source: model,
          target: ours,
          type,
          threads,
          allowRequantize: false,
          importanceMatrix: matrix,
          metadata: {},
          sourceBytes: 0,
          bufferBytes: 0,
        });
        await reference("llama-quantize", [
          ...(matrix === null ? [] : ["--imatrix", matrix]),
          model,
          theirs,
          type === "MXFP4" ? "MXFP4_MOE" : type,
          String(threads),
        ]);
        const isSame = await sameTensors(addon, ours, theirs);
        verdict(
          `${type}${matrix === null ? "" : " calibrated"}`,
          isSame,
          isSame ? "bit-identical tensors" : "tensors differ",
        );
      }
    }

    const candidate = path.join(folder, "candidate.gguf");
    await addon.quantize({
      source: model,
      target: candidate,
      type: "Q4_0",
      threads,
      allowRequantize: false,
      importanceMatrix: null,
      metadata: {},
      sourceBytes: 0,
      bufferBytes: 0,
    });
    const report = await addon.measureQuality({
      source: model,
      candidates: [candidate],
      text,
      threads,
      chunkTokens: CHUNK_TOKENS,
      chunkLimit: PERPLEXITY_CHUNKS,
    });
    const logits = path.join(folder, "logits");
    const common = [
      "-f",
      textFile,
      "-t",
      String(threads),
      "-c",
      String(CHUNK_TOKENS),
      "--chunks",
      String(PERPLEXITY_CHUNKS),
    ];
    await reference("llama-perplexity", ["-m", model, ...common, "--kl-divergence-base", logits]);
    const { text: output } = await reference("llama-perplexity", [
      "-m",
      candidate,
      ...common,
      "--kl-divergence",
      "--kl-divergence-base",
      logits,
    ]);
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

/** Largest relative difference of two importance matrices' sums; both are F32, in the same order. */
async function largestDifference(addon: NativeAddon, left: string, right: string): Promise<number> {
  const values = async (file: string) => {
    const bytes = (await readFile(file)).subarray(await dataOffset(addon, file));
    return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  };
  const [a, b] = await Promise.all([values(left), values(right)]);
  if (a.length !== b.length) return Infinity;
  return a.reduce(
    (largest, value, index) => Math.max(largest, Math.abs(value - (b[index] ?? 0)) / Math.max(Math.abs(value), 1e-3)),
    0,
  );
}

await main();
