// Jobs in real processes with the real addon, on a tiny random model. Skipped only where no compiler could build the addon.
import { execFileSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { link, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  UNFINISHED_SUFFIX,
  type JobProgress,
  type JobRequest,
  type QuantizeRequest,
  type ToJob,
} from "../../contract/jobs";
import type { PreparedRecipe } from "../../contract/quantizeRecipe";
import { describeModel } from "../../engine/fit/describeModel";
import { FileByteSource } from "../../engine/gguf/ByteSource";
import type { Fork } from "../../process/Fork";
import { writeTinyModel } from "../../testing/tinyGguf";
import { forkNodeJob } from "../../testing/forkNodeJob";
import { runJob } from "./runJob";

const appFolder = path.resolve(fileURLToPath(new URL("../../..", import.meta.url)));
const addon = path.join(appFolder, "native/build", `${process.platform}-${process.arch}`, "facet.node");
const TIMEOUT_MS = 60_000;

const words = ["the", "and", "of", "to", "a", "in", "you", "world", "river", "stone", "paper", "light"];

/** `count` words in an order that `seed` decides. The tiny model reads nearly each letter as a token. */
function prose(seed: number, count: number): string {
  let state = seed;
  return Array.from({ length: count }, () => {
    state = (state * 1103515245 + 12345) % 2 ** 31;
    return words[state % words.length];
  }).join(" ");
}

describe.skipIf(!existsSync(addon))("jobs", { timeout: TIMEOUT_MS }, () => {
  let built = "";
  let entry = "";
  let fork: Fork<ToJob>;
  let folder = "";
  let source = "";
  let text = "";
  let heldOut = "";

  // Bundled once, as in the app: loading TypeScript again for each process would take most of the time.
  beforeAll(async () => {
    built = await mkdtemp(path.join(os.tmpdir(), "facet-job-build-"));
    await build({
      configFile: false,
      logLevel: "warn",
      build: {
        ssr: path.join(appFolder, "electron/engine/jobs/job.ts"),
        outDir: built,
        target: "node20",
        emptyOutDir: false,
      },
      ssr: { noExternal: true, external: ["electron"] },
    });
    await writeFile(path.join(built, "package.json"), '{"type":"module"}');
    entry = path.join(built, "job.js");
    fork = forkNodeJob(entry);
  }, TIMEOUT_MS);
  afterAll(() => rm(built, { recursive: true, force: true }));

  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), "facet-jobs-"));
    source = path.join(folder, "tiny.gguf");
    text = path.join(folder, "calibration.txt");
    heldOut = path.join(folder, "held-out.txt");
    await writeTinyModel(source);
    await writeFile(text, prose(1, 1000));
    await writeFile(heldOut, prose(2, 1000));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const run = (
    request: JobRequest,
    how: { fork?: Fork<ToJob>; signal?: AbortSignal; onProgress?: (progress: JobProgress) => void } = {},
  ) =>
    runJob(
      how.fork ?? fork,
      { appFolder, request },
      { signal: how.signal ?? new AbortController().signal, ...(how.onProgress ? { onProgress: how.onProgress } : {}) },
    );
  const quantize = (change: Partial<QuantizeRequest> = {}): QuantizeRequest => ({
    kind: "quantize",
    source,
    target: path.join(folder, "tiny-Q4_0.gguf"),
    targetName: "Tiny",
    threads: 1,
    recipe: { type: "Q4_0", steps: [] },
    appVersion: "0.0.0",
    ...change,
  });
  const calibrated = (matrixPath: string, texts = [text], chunkLimit = 0): PreparedRecipe => ({
    type: "Q4_0",
    steps: [{ kind: "calibrate", matrixPath, texts, chunkLimit }],
  });
  const madeFrom = async (name: string) => {
    const file = await FileByteSource.open(path.join(folder, name));
    if (!file.ok) throw new Error(file.failure.code);
    const facts = await describeModel(file.value);
    await file.value.close();
    return facts.ok ? facts.value.madeFrom : null;
  };
  const unfinished = async () => (await readdir(folder)).filter((name) => name.includes(UNFINISHED_SUFFIX));

  it("says before what it will write, to within a few kilobytes", async () => {
    const outcome = await run({ kind: "preview", source, types: ["Q8_0", "Q4_K_M", "Q4_0"], steps: null });
    if (!outcome.ok || outcome.value.kind !== "preview") throw new Error(JSON.stringify(outcome));
    expect(outcome.value.source).toMatchObject({ architecture: "llama", weightType: "f32" });
    const [q8, q4k, q4] = outcome.value.previews;
    // 64 columns are no multiple of 256: there is no K-quant for them.
    expect(Object.keys(q4k!.bytesByTensorType).filter((type) => type.endsWith("_K"))).toEqual([]);
    expect(q8!.bitsPerWeight).toBeGreaterThan(q4!.bitsPerWeight);

    const written = await run(quantize());
    if (!written.ok || written.value.kind !== "quantize") throw new Error(JSON.stringify(written));
    expect(written.value.fileBytes).toBeLessThanOrEqual(q4!.fileBytes);
    expect(q4!.fileBytes - written.value.fileBytes).toBeLessThan(8192);
  });

  it("quantizes with an importance matrix, keeps the matrix, uses it again, and notes what it did", async () => {
    const matrixPath = path.join(folder, "tiny.imatrix.gguf");
    const stages = new Set<string>();
    const recipe = calibrated(matrixPath);
    const outcome = await run(quantize({ recipe }), { onProgress: ({ stage }) => stages.add(stage) });
    expect(outcome).toMatchObject({ ok: true, value: { kind: "quantize" } });
    expect([...stages]).toEqual(["read-source", "importance-matrix", "quantize", "check"]);
    expect(await unfinished()).toEqual([]);
    expect(await madeFrom("tiny-Q4_0.gguf")).toMatchObject({
      sourceFileName: "tiny.gguf",
      type: "Q4_0",
      steps: ["calibrate"],
      appVersion: "0.0.0",
    });
    const written = (await readFile(path.join(folder, "tiny-Q4_0.gguf"))).toString("latin1");
    expect(written).toContain("quantize.imatrix.chunks_count");
    const before = await stat(matrixPath);
    const again = await run(quantize({ recipe, target: path.join(folder, "again.gguf") }));
    expect(again.ok).toBe(true);
    expect((await stat(matrixPath)).mtimeMs).toBe(before.mtimeMs);
    // Same source, same matrix, same type: same file.
    expect(
      (await readFile(path.join(folder, "again.gguf"))).equals(await readFile(path.join(folder, "tiny-Q4_0.gguf"))),
    ).toBe(true);
  });

  it("calibrates with a part of each text, however long the others are", async () => {
    const own = path.join(folder, "own.txt");
    await writeFile(own, prose(5, 3000));
    const matrixPath = path.join(folder, "own.imatrix.gguf");
    expect(await run(quantize({ recipe: calibrated(matrixPath, [own, text], 2) }))).toMatchObject({
      ok: true,
    });
    expect(
      await run({ kind: "import-importance-matrix", source: matrixPath, model: source, target: `${matrixPath}.2` }),
    ).toMatchObject({
      ok: true,
      value: { chunks: 4, datasets: ["own.txt, calibration.txt"] },
    });
  });

  it("measures the smaller file as further from the source", async () => {
    const small = path.join(folder, "small.gguf");
    const large = path.join(folder, "large.gguf");
    await run(quantize({ target: small, recipe: { type: "Q2_K", steps: [] } }));
    await run(quantize({ target: large, recipe: { type: "Q8_0", steps: [] } }));
    const outcome = await run({
      kind: "quality",
      source,
      sourceSha256: null,
      candidates: [small, large],
      texts: [heldOut],
      threads: 1,
      chunkLimit: 0,
      withSpeed: true,
    });
    if (!outcome.ok || outcome.value.kind !== "quality") throw new Error(JSON.stringify(outcome));
    const [smallRow, largeRow] = outcome.value.candidates;
    expect(outcome.value.source).toMatchObject({ klMean: 0, sameTopToken: 1, fileName: "tiny.gguf" });
    expect(largeRow!.klMean).toBeGreaterThan(0);
    expect(smallRow!.klMean).toBeGreaterThan(largeRow!.klMean * 2);
    expect(smallRow!.sameTopToken).toBeLessThan(1);
    expect(smallRow!.klPercentile99).toBeGreaterThan(smallRow!.klMean);
    expect(smallRow!.speed!.decodeTokensPerSecond).toBeGreaterThan(0);
  });

  it("imports an importance matrix and refuses what is none", async () => {
    const matrixPath = path.join(folder, "made.gguf");
    await run(quantize({ recipe: calibrated(matrixPath) }));
    const target = path.join(folder, "imported.gguf");
    expect(await run({ kind: "import-importance-matrix", source: matrixPath, model: source, target })).toMatchObject({
      ok: true,
      value: { entries: 14, datasets: ["calibration.txt"] },
    });
    expect((await readFile(target)).equals(await readFile(matrixPath))).toBe(true);
    const bytes = await readFile(matrixPath);
    for (const [index, bad] of [
      bytes.subarray(0, bytes.length - 100),
      Buffer.from("nonsense"),
      Buffer.alloc(4096, 255),
      Buffer.alloc(0),
    ].entries()) {
      const file = path.join(folder, `bad-${index}`);
      await writeFile(file, bad);
      expect(
        await run({ kind: "import-importance-matrix", source: file, model: source, target: `${file}.out` }),
      ).toMatchObject({
        ok: false,
        failure: { code: "importance-matrix-invalid" },
      });
      expect(existsSync(`${file}.out`)).toBe(false);
    }
    // A model is no importance matrix either.
    expect(await run({ kind: "import-importance-matrix", source, model: source, target: `${target}.2` })).toMatchObject(
      { ok: false },
    );
  });

  it("reads llama-imatrix's older form", async () => {
    const old = path.join(folder, "old.dat");
    await writeFile(old, olderMatrix("blk.0.attn_q.weight", 64));
    const target = path.join(folder, "new.gguf");
    expect(await run({ kind: "import-importance-matrix", source: old, model: source, target })).toMatchObject({
      ok: true,
      value: { entries: 1, chunks: 7 },
    });
  });

  it.each([
    ["of another width", "blk.0.attn_q.weight", 96],
    ["of no weight of it", "blk.77.attn_q.weight", 64],
  ])("refuses a matrix for another model: %s", async (_, name, width) => {
    const file = path.join(folder, "other.dat");
    await writeFile(file, olderMatrix(name, width));
    const target = path.join(folder, "new.gguf");
    expect(await run({ kind: "import-importance-matrix", source: file, model: source, target })).toMatchObject({
      ok: false,
      failure: { code: "importance-matrix-invalid" },
    });
    expect(existsSync(target)).toBe(false);
  });

  it.each([
    ["the source itself", () => Promise.resolve(source)],
    [
      "a symbolic link to it",
      async () => {
        const to = path.join(folder, "link.gguf");
        await symlink(source, to);
        return to;
      },
    ],
    [
      "a hard link to it",
      async () => {
        const to = path.join(folder, "hard.gguf");
        await link(source, to);
        return to;
      },
    ],
  ])("refuses to write over %s", async (_, makeTarget) => {
    const before = await readFile(source);
    expect(await run(quantize({ target: await makeTarget() }))).toMatchObject({
      ok: false,
      failure: { code: "target-is-source" },
    });
    expect((await readFile(source)).equals(before)).toBe(true);
  });

  it("never writes over another file", async () => {
    const target = path.join(folder, "mine.gguf");
    await writeFile(target, "mine");
    expect(await run(quantize({ target }))).toMatchObject({ ok: false, failure: { code: "target-exists" } });
    expect(await readFile(target, "utf8")).toBe("mine");
  });

  it("refuses a source that is quantized already, or missing", async () => {
    const small = path.join(folder, "small.gguf");
    await run(quantize({ target: small }));
    expect(await run(quantize({ source: small, target: path.join(folder, "x.gguf") }))).toMatchObject({
      ok: false,
      failure: { code: "source-already-quantized", details: { type: "Q4_0" } },
    });
    expect(await run(quantize({ source: path.join(folder, "none.gguf") }))).toMatchObject({
      ok: false,
      failure: { code: "source-missing" },
    });
  });

  it("writes the experts of a mixture in MXFP4, and calibrates each expert", async () => {
    await writeTinyModel(source, { experts: 4 });
    const preview = await run({ kind: "preview", source, types: ["MXFP4", "Q4_0"], steps: null });
    if (!preview.ok || preview.value.kind !== "preview") throw new Error(JSON.stringify(preview));
    const [mxfp4] = preview.value.previews;
    expect(mxfp4!.tensors.filter(({ targetType }) => targetType === "mxfp4").map(({ name }) => name)).toEqual(
      [0, 1].flatMap((layer) => ["down", "gate", "up"].map((part) => `blk.${layer}.ffn_${part}_exps.weight`)),
    );
    const written = await run(
      quantize({ recipe: { type: "MXFP4", steps: [] }, target: path.join(folder, "mxfp4.gguf") }),
    );
    expect(written).toMatchObject({ ok: true, value: { bitsPerWeight: mxfp4!.bitsPerWeight } });
    const matrixPath = path.join(folder, "experts.imatrix.gguf");
    expect(await run(quantize({ recipe: calibrated(matrixPath) }))).toMatchObject({
      ok: true,
    });
    expect(await madeFrom("tiny-Q4_0.gguf")).toMatchObject({ steps: ["calibrate"] });
    expect(
      await run({ kind: "import-importance-matrix", source: matrixPath, model: source, target: `${matrixPath}.2` }),
    ).toMatchObject({ ok: true });
  });

  it("quantizes from Q8_0", async () => {
    const q8 = path.join(folder, "q8.gguf");
    await run(quantize({ target: q8, recipe: { type: "Q8_0", steps: [] } }));
    expect(await run(quantize({ source: q8 }))).toMatchObject({ ok: true });
  });

  it.each([0, 0.02, 0.3, 0.6, 0.99])("survives a source cut to %f of its length", async (keepFraction) => {
    await writeTinyModel(source, { keepFraction });
    const outcome = await run(quantize());
    expect(outcome.ok).toBe(false);
    expect(await readdir(folder)).not.toContain("tiny-Q4_0.gguf");
    expect(await unfinished()).toEqual([]);
  });

  it("survives random damage to the source: a whole file or a failure, never a half one", async () => {
    const whole = await readFile(source);
    let state = 7;
    const random = (below: number) => (state = (state * 1103515245 + 12345) % 2 ** 31) % below;
    for (let round = 0; round < 12; round++) {
      const damaged = Buffer.from(whole);
      // Mostly the header, where the structure is.
      for (let i = 0; i < 8; i++) damaged[random(round % 3 === 0 ? damaged.length : 4096)] = random(256);
      await writeFile(source, damaged);
      const target = path.join(folder, `damaged-${round}.gguf`);
      const outcome = await run(quantize({ target }));
      expect(existsSync(target)).toBe(outcome.ok);
      expect(await unfinished()).toEqual([]);
    }
  });

  it("refuses texts that are too short or no text", async () => {
    const matrixPath = path.join(folder, "m.gguf");
    await writeFile(text, "Too short.");
    expect(await run(quantize({ recipe: calibrated(matrixPath) }))).toMatchObject({
      ok: false,
      failure: { code: "text-too-short" },
    });
    await writeFile(text, Buffer.from([0xff, 0xfe, 0x00]));
    expect(await run(quantize({ recipe: calibrated(matrixPath) }))).toMatchObject({
      ok: false,
      failure: { code: "text-unreadable" },
    });
    expect(existsSync(matrixPath)).toBe(false);
  });

  it.each(["importance-matrix", "quantize"] as const)(
    "stops at once when cancelled in the stage %s, and leaves nothing",
    async (when) => {
      await writeFile(text, prose(3, 60_000));
      const matrixPath = path.join(folder, "m.gguf");
      const controller = new AbortController();
      let cancelledMs = 0;
      const outcome = await run(quantize(when === "quantize" ? {} : { recipe: calibrated(matrixPath) }), {
        signal: controller.signal,
        onProgress: ({ stage }) => {
          if (stage !== when) return;
          cancelledMs ||= performance.now();
          controller.abort();
        },
      });
      expect(cancelledMs).toBeGreaterThan(0);
      expect(outcome).toEqual({ ok: false, failure: { code: "request-cancelled" } });
      expect(performance.now() - cancelledMs).toBeLessThan(5000);
      expect((await readdir(folder)).sort()).toEqual(["calibration.txt", "held-out.txt", "tiny.gguf"]);
    },
  );

  it("gives a model a number where something got its name meanwhile", async () => {
    const target = path.join(folder, "tiny-Q4_0.gguf");
    const outcome = await run(quantize(), {
      onProgress: () => writeFileSync(target, "of somebody else"),
    });
    expect(outcome).toMatchObject({ ok: true, value: { file: path.join(folder, "tiny-Q4_0-2.gguf") } });
    expect(await readFile(target, "utf8")).toBe("of somebody else");
    expect(await unfinished()).toEqual([]);
  });

  it.skipIf(process.platform === "win32")("tells that the process was killed, and leaves nothing", async () => {
    await writeFile(text, prose(3, 60_000));
    let hasKilled = false;
    const outcome = await run(quantize({ recipe: calibrated(path.join(folder, "m.gguf")) }), {
      onProgress: ({ stage }) => {
        if (stage !== "importance-matrix" || hasKilled) return;
        hasKilled = true;
        for (const pid of childrenRunning(entry)) process.kill(pid, "SIGKILL");
      },
    });
    expect(hasKilled).toBe(true);
    expect(outcome).toMatchObject({ ok: false, failure: { code: "job-crashed" } });
    expect(await unfinished()).toEqual([]);
  });

  it("sends a heartbeat a second while native code computes", async () => {
    // More than any computer reads in three seconds.
    await writeFile(text, prose(3, 1_000_000));
    const beats: number[] = [];
    const controller = new AbortController();
    let stage: string | null = null;
    const counting: Fork<ToJob> = (listeners) =>
      fork({
        ...listeners,
        onMessage(message) {
          const isBeat = (message as { kind: string }).kind === "heartbeat";
          if (isBeat && stage === "importance-matrix" && beats.push(performance.now()) === 3) controller.abort();
          listeners.onMessage(message);
        },
      });
    await run(quantize({ recipe: calibrated(path.join(folder, "m.gguf"), [text]) }), {
      fork: counting,
      signal: controller.signal,
      onProgress: (progress) => {
        stage = progress.stage;
      },
    });
    expect(beats).toHaveLength(3);
  });

  it("refuses to start where the space is not enough", async () => {
    // No disk has room for petabytes.
    const { requireFreeSpace } = await import("../../engine/jobs/freshFile");
    await expect(requireFreeSpace(folder, 1e18)).rejects.toMatchObject({ code: "job-disk-full" });
  });

  it("says that the addon is missing", async () => {
    expect(
      await runJob(fork, { appFolder: folder, request: quantize() }, { signal: new AbortController().signal }),
    ).toMatchObject({
      ok: false,
      failure: { code: "addon-missing" },
    });
  });
});

/** One weight in the form that llama-imatrix wrote before GGUF: its name, chunks, values, then the number of chunks. */
function olderMatrix(name: string, width: number): Buffer {
  const bytes = Buffer.alloc(4 + 4 + name.length + 8 + width * 4 + 4);
  bytes.writeInt32LE(1, 0);
  bytes.writeInt32LE(name.length, 4);
  bytes.write(name, 8);
  bytes.writeInt32LE(7, 8 + name.length);
  bytes.writeInt32LE(width, 12 + name.length);
  for (let i = 0; i < width; i++) bytes.writeFloatLE(i, 16 + name.length + i * 4);
  bytes.writeInt32LE(7, bytes.length - 4);
  return bytes;
}

/** This process's own job processes. */
function childrenRunning(script: string): number[] {
  const lines = execFileSync("ps", ["-o", "pid=,args=", "--ppid", String(process.pid)])
    .toString()
    .split("\n");
  return lines.filter((line) => line.includes(script)).map((line) => Number.parseInt(line.trim(), 10));
}
