// Jobs on deltas in real processes with the real addon, on tiny random models. Skipped only where no compiler could build the addon.
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { MakeDeltaRequest } from "../../contract/deltaJobs";
import { succeed } from "../../contract/failure";
import { ModelId } from "../../contract/ids";
import type { StartMakeDelta } from "../../contract/jobQueue";
import { carriedWeights, madeBytes, undividedWidth, type PairFacts } from "../../contract/makeDelta";
import { UNFINISHED_SUFFIX, type JobRequest, type JobResult, type ToJob } from "../../contract/jobs";
import type { Fork } from "../../process/Fork";
import { deltaDetails } from "../../engine/deltas/deltaDetails";
import { inspectDelta } from "../../engine/deltas/inspectDelta";
import { readBaseShapes } from "../../engine/deltas/matchDelta";
import { previewPair } from "../../engine/deltas/previewPair";
import { readDeltaHeader } from "../../engine/deltas/readDeltaHeader";
import { writeLora } from "../../testing/deltaGguf";
import { ggufBytes, tinyModelContents, type GgufContents } from "../../testing/tinyGguf";
import { DeltaLibrary, DeltaList } from "../deltas/DeltaLibrary";
import { CrashNote } from "../CrashNote";
import { openJsonFile } from "../JsonFile";
import { forkNodeJob } from "../../testing/forkNodeJob";
import { UnfinishedFiles } from "../UnfinishedFiles";
import type { JobTools } from "./JobTools";
import { runMakeDelta } from "./runMakeDelta";
import { runJob } from "./runJob";

const appFolder = path.resolve(fileURLToPath(new URL("../../..", import.meta.url)));
const addon = path.join(appFolder, "native/build", `${process.platform}-${process.arch}`, "facet.node");
const TIMEOUT_MS = 120_000;
const WIDTH = 128;

/** The same model after some training: each weight of the blocks moves a little. */
function trained(base: GgufContents, step: number): GgufContents {
  let state = 11;
  const random = () => (state = (state * 1103515245 + 12345) % 2 ** 31) / 2 ** 31 - 0.5;
  const tensors = base.tensors.map((tensor) => {
    if (tensor.name.startsWith("token_embd") || tensor.dimensions.length < 2) return tensor;
    const values = new Float32Array(tensor.data.slice().buffer);
    for (const [index, value] of values.entries()) values[index] = value + step * random();
    return { ...tensor, data: new Uint8Array(values.buffer) };
  });
  return { ...base, tensors };
}

describe.skipIf(!existsSync(addon))("jobs on deltas", { timeout: TIMEOUT_MS }, () => {
  let built = "";
  let fork: Fork<ToJob>;
  let folder = "";
  let request: MakeDeltaRequest;

  beforeAll(async () => {
    built = await mkdtemp(path.join(os.tmpdir(), "facet-delta-build-"));
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
    fork = forkNodeJob(path.join(built, "job.js"));
  }, TIMEOUT_MS);
  afterAll(() => rm(built, { recursive: true, force: true }));

  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), "facet-delta-jobs-"));
    const base = tinyModelContents({ width: WIDTH });
    await writeFile(path.join(folder, "base.gguf"), ggufBytes(base));
    await writeFile(path.join(folder, "tuned.gguf"), ggufBytes(trained(base, 0.05)));
    await writeFile(
      path.join(folder, "held-out.txt"),
      "You and the world of paper, stone and light in a river. ".repeat(40),
    );
    request = {
      kind: "make-delta",
      base: path.join(folder, "base.gguf"),
      fineTune: path.join(folder, "tuned.gguf"),
      target: path.join(folder, "delta.gguf"),
      name: "Tuned",
      baseName: "Tiny",
      fineTuneName: "Tiny tuned",
      result: { kind: "bitdelta", compact: false },
      importanceMatrix: null,
      refinement: null,
      fidelity: { on: { kind: "texts", paths: [path.join(folder, "held-out.txt")] }, chunkLimit: 1 },
      threads: 1,
      appVersion: "0.0.0",
    };
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const run = (job: JobRequest) => runJob(fork, { appFolder, request: job }, { signal: new AbortController().signal });
  const result = async <Kind extends JobResult["kind"]>(
    kind: Kind,
    job: JobRequest,
  ): Promise<Extract<JobResult, { kind: Kind }>> => {
    const outcome = await run(job);
    if (!outcome.ok || outcome.value.kind !== kind) throw new Error(JSON.stringify(outcome));
    return outcome.value as Extract<JobResult, { kind: Kind }>;
  };
  const pairOf = async (base: string, fineTune: string): Promise<PairFacts> => {
    const [baseShapes, fineTuneShapes] = [await readBaseShapes(base), await readBaseShapes(fineTune)];
    const pair = baseShapes.ok && fineTuneShapes.ok ? previewPair(baseShapes.value, fineTuneShapes.value) : null;
    if (!pair?.ok) throw new Error(JSON.stringify(pair));
    return pair.value;
  };
  const inFolder = (name: string) => path.join(folder, name);

  it("makes a 1-bit delta that goes most of the way, and says so in its file", async () => {
    const made = await result("make-delta", request);
    expect(made.fileBytes).toBe((await readFile(request.target)).length);
    expect(made.captured).toBeGreaterThan(0.6);
    expect(made.leftOut).toEqual([]);
    expect(made.fidelity!.klBase).toBeGreaterThan(0);
    expect(made.fidelity!.gapClosed).toBeGreaterThan(0.5);
    const again = await result("make-delta", { ...request, target: inFolder("again.gguf") });
    expect((await readFile(inFolder("again.gguf"))).equals(await readFile(request.target))).toBe(true);
    expect(again.fidelity).toEqual(made.fidelity);
    expect((await readdir(folder)).filter((name) => name.includes(UNFINISHED_SUFFIX))).toEqual([]);

    const read = await inspectDelta(request.target);
    expect(read.ok && read.value.facts).toMatchObject({ kind: "bitdelta", name: "Tuned", baseName: "Tiny" });
    expect(read.ok && read.value.facts.fidelity).toBeCloseTo(made.fidelity!.gapClosed, 5);
    expect(read.ok && read.value.facts.baseFingerprint).toMatch(/^[0-9a-f]{16}-[0-9a-f]{16}$/u);
  });

  it("has the predicted size, and says how it was made in its details", async () => {
    const preview = await pairOf(request.base, request.fineTune);
    for (const [result, predicted] of [
      [request.result, madeBytes(preview.matrices, { kind: "bitdelta" })],
      [{ kind: "lora", rank: 8 }, madeBytes(preview.matrices, { kind: "lora", rank: 8 })],
    ] as const) {
      const target = inFolder(`${result.kind}.gguf`);
      const made = await run({ ...request, result, target });
      if (!made.ok || made.value.kind !== "make-delta") throw new Error(JSON.stringify(made));
      const header = await readDeltaHeader(target);
      if (!header.ok) throw new Error(JSON.stringify(header.failure));
      expect(header.value.header.weightsBytes / predicted).toBeCloseTo(1, 2);
      const { weights, bitsPerWeight, making } = deltaDetails(header.value);
      expect(weights).toBe(carriedWeights(preview.matrices));
      expect(bitsPerWeight).toBeCloseTo((predicted * 8) / weights, 1);
      const { fidelity, captured } = made.value;
      expect(making).toMatchObject({
        fineTuneName: "Tiny tuned",
        appVersion: "0.0.0",
        leftOut: [],
        foldedNorms: 0,
        calibrated: false,
        refined: false,
      });
      expect(making!.captured).toBeCloseTo(captured, 5);
      expect(making!.fidelity!.klDelta).toBeCloseTo(fidelity!.klDelta, 5);
      expect(making!.fidelity!.positions).toBe(fidelity!.positions);
    }
  });

  it("names what it leaves out, largest share first", async () => {
    const base = tinyModelContents({ width: WIDTH });
    const moved = trained(base, 0.05).tensors.map((tensor) => {
      const step = tensor.name === "token_embd.weight" ? 0.02 : tensor.name === "blk.0.ffn_norm.weight" ? 0.01 : 0;
      return step === 0
        ? tensor
        : {
            ...tensor,
            data: new Uint8Array(new Float32Array(tensor.data.slice().buffer).map((value) => value + step).buffer),
          };
    });
    await writeFile(request.fineTune, ggufBytes({ ...base, tensors: moved }));
    const made = await result("make-delta", { ...request, fidelity: null });
    const header = await readDeltaHeader(request.target);
    const making = header.ok ? deltaDetails(header.value).making : null;
    expect(making?.leftOut[0]?.name).toBe("token_embd.weight");
    expect(making?.leftOutShare).toBeCloseTo(made.leftOutShare, 5);
    expect(making).toMatchObject({ foldedNorms: made.foldedNorms.length, fidelity: null });
  });

  it("fits the scales to the fine-tune's answers, and never makes it worse", async () => {
    const dialogues = (first: number) =>
      Array.from({ length: 4 }, (_, index) => ({
        prompt: `<|im_start|>user number ${first + index}`,
        answer: " the light of a river in the world",
      }));
    const made = await result("make-delta", {
      ...request,
      refinement: {
        on: { kind: "dialogues", dialogues: dialogues(0) },
        heldOut: { kind: "dialogues", dialogues: dialogues(10) },
        chunkLimit: 4,
      },
      fidelity: { on: { kind: "dialogues", dialogues: dialogues(10) }, chunkLimit: 0 },
    });
    expect(made.refinement!.klAfter).toBeLessThan(made.refinement!.klBefore * 1.5);
    expect(made.refinement!.kept).toBe(made.refinement!.klAfter < made.refinement!.klBefore);
    // Not to the last digit: the fitted scales are stored in half precision.
    const expected = made.refinement!.kept ? made.refinement!.klAfter : made.refinement!.klBefore;
    expect(Math.abs(made.fidelity!.klDelta / expected - 1)).toBeLessThan(0.02);
    const header = await readDeltaHeader(request.target);
    expect(header.ok && deltaDetails(header.value).making!.refined).toBe(made.refinement!.kept);
    // Its fingerprint still knows the base, after the scales changed.
    const verdict = async (model: string) =>
      (await result("check-delta-base", { kind: "check-delta-base", delta: request.target, model })).verdict;
    expect(await verdict(request.base)).toBe("same");
    expect(await verdict(request.fineTune)).toBe("is-fine-tune");
    expect((await readdir(folder)).sort()).toEqual(["base.gguf", "delta.gguf", "held-out.txt", "tuned.gguf"]);
  });

  it("extracts a LoRA: the larger its rank, the nearer", async () => {
    const small = await result("make-delta", {
      ...request,
      result: { kind: "lora", rank: 4 },
      target: inFolder("small.gguf"),
    });
    const large = await result("make-delta", {
      ...request,
      result: { kind: "lora", rank: 96 },
      target: inFolder("large.gguf"),
    });
    expect(small.fileBytes).toBeLessThan(large.fileBytes);
    expect(small.captured).toBeLessThan(large.captured);
    expect(large.captured).toBeGreaterThan(0.95);
    expect(large.fidelity!.gapClosed).toBeGreaterThan(0.9);
    expect(small.fidelity!.gapClosed).toBeLessThan(large.fidelity!.gapClosed);
  });

  it("changes the form and back", async () => {
    await result("make-delta", request);
    const compact = await result("convert-delta", {
      kind: "convert-delta",
      source: request.target,
      target: inFolder("compact.gguf"),
      compact: true,
    });
    const full = await result("convert-delta", {
      kind: "convert-delta",
      source: inFolder("compact.gguf"),
      target: inFolder("full.gguf"),
      compact: false,
    });
    expect(compact.fileBytes).toBeLessThan(full.fileBytes);
    expect(full.fileBytes).toBe((await readFile(request.target)).length);
    expect(
      await run({ kind: "convert-delta", source: request.target, target: inFolder("full.gguf"), compact: true }),
    ).toMatchObject({
      ok: false,
      failure: { code: "target-exists" },
    });
    expect(
      await run({ kind: "convert-delta", source: request.base, target: inFolder("x.gguf"), compact: true }),
    ).toMatchObject({
      ok: false,
      failure: { code: "delta-damaged" },
    });
  });

  it("refuses in words a file whose header would end llama.cpp", async () => {
    const unsound = inFolder("unsound.gguf");
    // gguf.cpp: GGML_ASSERT(!key.empty())
    await writeLora(unsound, { metadata: { "": { type: "bool", value: true } } });
    const target = inFolder("x.gguf");
    for (const [job, code] of [
      [{ kind: "convert-delta", source: unsound, target, compact: true }, "model-damaged"],
      [{ kind: "check-delta-base", delta: unsound, model: request.base }, "model-damaged"],
      [{ kind: "check-delta-base", delta: request.base, model: unsound }, "model-damaged"],
      [{ kind: "preview", source: unsound, types: ["Q4_0"], steps: null }, "model-damaged"],
      [{ kind: "import-importance-matrix", source: unsound, model: request.base, target }, "importance-matrix-invalid"],
    ] as const satisfies readonly (readonly [Parameters<typeof run>[0], string])[])
      expect([job.kind, await run(job)]).toMatchObject([job.kind, { ok: false, failure: { code } }]);
  });

  it("knows the base again, quantized too, and no other model", async () => {
    await result("make-delta", request);
    await result("quantize", {
      kind: "quantize",
      source: request.base,
      target: inFolder("q4.gguf"),
      targetName: "Tiny",
      threads: 1,
      recipe: { type: "Q4_0", steps: [] },
      appVersion: "0.0.0",
    });
    await writeFile(inFolder("other.gguf"), ggufBytes(tinyModelContents({ width: WIDTH, seed: 2 })));
    await writeFile(inFolder("narrow.gguf"), ggufBytes(tinyModelContents()));
    const verdict = async (model: string) =>
      (await result("check-delta-base", { kind: "check-delta-base", delta: request.target, model: inFolder(model) }))
        .verdict;
    expect(await verdict("base.gguf")).toBe("same");
    expect(await verdict("q4.gguf")).toBe("same");
    expect(await verdict("tuned.gguf")).toBe("is-fine-tune");
    expect(await verdict("other.gguf")).toBe("other-weights");
    expect(await verdict("narrow.gguf")).toBe("other-shapes");
  });

  it.each([
    ["the base twice", () => ({ fineTune: request.base }), "pair-equal"],
    ["a target that is a source", () => ({ target: request.base }), "target-is-source"],
    ["a missing fine-tune", () => ({ fineTune: inFolder("none.gguf") }), "source-missing"],
    [
      "a text that is none",
      () => ({ fidelity: { on: { kind: "texts" as const, paths: [request.base] }, chunkLimit: 1 } }),
      "text-unreadable",
    ],
  ])("refuses %s, and leaves nothing", async (_, change, code) => {
    const before = (await readdir(folder)).sort();
    expect(await run({ ...request, ...change() })).toMatchObject({ ok: false, failure: { code } });
    expect((await readdir(folder)).sort()).toEqual(before);
  });

  it("refuses widths that blocks of 128 do not divide, which a LoRA takes", async () => {
    const base = tinyModelContents();
    await writeFile(request.base, ggufBytes(base));
    await writeFile(request.fineTune, ggufBytes(trained(base, 0.05)));
    expect(await run(request)).toMatchObject({ ok: false, failure: { code: "pair-width-unsupported" } });
    expect(undividedWidth((await pairOf(request.base, request.fineTune)).matrices)).toBe(64);
    expect((await result("make-delta", { ...request, result: { kind: "lora", rank: 8 } })).captured).toBeGreaterThan(0);
  });

  it("refuses weights that are no numbers, and damaged models", async () => {
    const whole = await readFile(request.fineTune);
    const wild = Buffer.from(whole);
    wild.writeFloatLE(Number.NaN, whole.length - 4000);
    await writeFile(request.fineTune, wild);
    expect(await run(request)).toMatchObject({ ok: false, failure: { code: "model-damaged" } });
    await writeFile(request.fineTune, whole.subarray(0, whole.length / 2));
    expect(await run(request)).toMatchObject({ ok: false, failure: { code: "model-damaged" } });
    expect((await readdir(folder)).sort()).toEqual(["base.gguf", "held-out.txt", "tuned.gguf"]);
  });

  it("refuses finite weights that are far too large, of which no share could be computed", async () => {
    const base = tinyModelContents({ width: WIDTH });
    const tensors = base.tensors.map((tensor) => {
      if (tensor.name !== "blk.0.ffn_up.weight") return tensor;
      const values = new Float32Array(tensor.data.slice().buffer);
      return { ...tensor, data: new Uint8Array(values.fill(3.4e38, 0, 20_000).buffer) };
    });
    await writeFile(request.fineTune, ggufBytes({ ...base, tensors }));
    for (const made of [{ kind: "lora", rank: 8 }, request.result] as const) {
      const outcome = await run({ ...request, result: made, fidelity: null });
      expect(outcome).toMatchObject({ ok: false, failure: { code: "model-damaged" } });
      expect(!outcome.ok && outcome.failure.cause).toMatch(/blk\.0\.ffn_up\.weight .*far too large/u);
    }
    expect((await readdir(folder)).sort()).toEqual(["base.gguf", "held-out.txt", "tuned.gguf"]);
  });

  it("says at once that a base whose weights are no numbers is damaged, when a delta is checked with it", async () => {
    await result("make-delta", { ...request, fidelity: null });
    const base = tinyModelContents({ width: WIDTH });
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, 3.4e38]) {
      const tensors = base.tensors.map((tensor) => ({
        ...tensor,
        data: tensor.name.startsWith("token_embd")
          ? tensor.data
          : new Uint8Array(new Float32Array(tensor.data.slice().buffer).fill(bad).buffer),
      }));
      await writeFile(inFolder("broken.gguf"), ggufBytes({ ...base, tensors }));
      const outcome = await run({ kind: "check-delta-base", delta: request.target, model: inFolder("broken.gguf") });
      expect([bad, outcome]).toMatchObject([bad, { ok: false, failure: { code: "model-damaged" } }]);
      expect(!outcome.ok && outcome.failure.cause).toContain("not finite");
    }
  });

  it("from the queue end in the library of deltas; a failed one leaves nothing there", async () => {
    const { file } = await openJsonFile(inFolder("deltas.json"), DeltaList, () => 0);
    const library = new DeltaLibrary({
      folder: inFolder("deltas"),
      list: file,
      loading: CrashNote.ofDeltas(inFolder("loading-deltas")),
      look: async () => succeed(undefined),
      inspect: async (delta) => {
        const read = await inspectDelta(delta);
        return read.ok ? succeed(read.value.facts) : read;
      },
      now: () => 1,
      onChanged: () => undefined,
      changeForm: async (source, target, compact) => {
        const done = await run({ kind: "convert-delta", source, target, compact });
        return done.ok ? succeed(undefined) : done;
      },
    });
    const model = (id: string, name: string, modelFile: string) => ({
      model: { id, name },
      path: modelFile,
      paths: [modelFile],
    });
    const known = [model("base", "Tiny", request.base), model("tuned", "Tiny tuned", request.fineTune)];
    const tools = {
      fork,
      appFolder,
      appVersion: "0.0.0",
      deltasFolder: inFolder("deltas"),
      importanceFolder: inFolder("importance"),
      unfinished: UnfinishedFiles.withoutFile(),
      findModel: async (id: string) => known.find((each) => each.model.id === id) ?? null,
      addDelta: library.addOwnFile.bind(library),
    } as unknown as JobTools;
    const stages = new Set<string>();
    const make = (fineTuneId: string, result: StartMakeDelta["result"]) => {
      const start: StartMakeDelta = {
        kind: "make-delta",
        baseId: ModelId.parse("base"),
        fineTuneId: ModelId.parse(fineTuneId),
        name: "Tuned",
        result,
        measureFidelity: false,
      };
      return runMakeDelta({ kind: "make-delta", start, modelName: "Tiny tuned" }, tools, {
        signal: new AbortController().signal,
        onPhase: (phase) => phase.kind === "work" && stages.add(phase.progress.stage),
      });
    };
    const made = await make("tuned", { kind: "lora", rank: 4 });
    if (!made.ok) throw new Error(JSON.stringify(made.failure));
    expect(library.list()).toMatchObject([
      {
        id: made.value.deltaId,
        name: "Tuned",
        facts: { kind: "lora", rank: 4 },
        origin: { kind: "made", baseName: "Tiny", fineTuneName: "Tiny tuned" },
      },
    ]);
    expect(await readdir(inFolder("deltas"))).toEqual([`${made.value.deltaId}.gguf`]);
    expect([...stages]).toEqual(["make-delta"]);

    // A 1-bit delta is fitted to the fine-tune's predictions, without asking.
    const fitted = await make("tuned", { kind: "bitdelta", compact: false });
    if (!fitted.ok) throw new Error(JSON.stringify(fitted.failure));
    expect([...stages]).toEqual(["make-delta", "refine-delta"]);
    const header = await readDeltaHeader(path.join(inFolder("deltas"), `${fitted.value.deltaId}.gguf`));
    if (!header.ok) throw new Error(JSON.stringify(header.failure));
    expect(deltaDetails(header.value).making?.fineTuneName).toBe("Tiny tuned");

    // Compact and back it is the same file, so the library has it already.
    const oneBit = inFolder("one-bit.gguf");
    await result("make-delta", { ...request, target: oneBit });
    const kept = await library.addFile(oneBit, { kind: "file", fileName: "one-bit.gguf" });
    if (!kept.ok) throw new Error(JSON.stringify(kept.failure));
    expect(await library.exportTo(kept.value.id, { target: inFolder("compact.gguf"), compact: true })).toEqual({
      ok: true,
      value: undefined,
    });
    expect((await readFile(inFolder("compact.gguf"))).length).toBeLessThan((await readFile(oneBit)).length);
    expect(await library.addFile(inFolder("compact.gguf"), { kind: "file", fileName: "compact.gguf" })).toMatchObject({
      ok: true,
      value: { id: kept.value.id },
    });
    await library.delete(kept.value.id, (file) => rm(file));

    await writeFile(request.fineTune, "no model");
    expect(await make("tuned", { kind: "lora", rank: 4 })).toMatchObject({
      ok: false,
      failure: { code: "model-damaged" },
    });
    expect(await make("lost", { kind: "lora", rank: 4 })).toMatchObject({
      ok: false,
      failure: { code: "source-missing" },
    });
    expect(await readdir(inFolder("deltas"))).toHaveLength(2);
  });
});
