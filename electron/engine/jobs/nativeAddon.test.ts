// What goes wrong in the C++ addon arrives as a rejected promise with a code and a sentence, and the process goes on.
import { existsSync } from "node:fs";
import { mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ggufBytes, tinyModelContents, type GgufContents, type TensorEntry } from "../../testing/tinyGguf";
import { addonPath, loadNativeAddon, type NativeAddon } from "./nativeAddon";

const appFolder = path.join(import.meta.dirname, "../../..");
const WIDTH = 256;
/** ggml's type of 128 signs and one scale in 18 bytes. */
const Q1_0 = 41;

let folder: string;
let addon: NativeAddon;

const inFolder = (name: string) => path.join(folder, name);

async function writeModel(name: string, contents: GgufContents): Promise<string> {
  await writeFile(inFolder(name), ggufBytes(contents));
  return inFolder(name);
}

/** The tiny model with the weights of one tensor changed in place. */
function changed(tensorName: string, change: (weights: Float32Array) => void): GgufContents {
  const contents = tinyModelContents({ width: WIDTH });
  const tensors = contents.tensors.map((tensor): TensorEntry => {
    if (tensor.name !== tensorName) return tensor;
    const weights = new Float32Array(tensor.data.slice().buffer);
    change(weights);
    return { ...tensor, data: new Uint8Array(weights.buffer) };
  });
  return { ...contents, tensors };
}

/** `made`: its base and fine-tune. */
const lowRank = (made: { base: string; fineTune: string }, target: string) => ({
  ...made,
  target: inFolder(target),
  name: "A fine-tune",
  baseName: "Base",
  fineTuneName: "Fine-tune",
  appVersion: "0",
  threads: 2,
  rank: 4,
});

/** The error that the promise of a call is rejected with; a call that throws at once fails the test. */
async function rejection(call: () => Promise<unknown>): Promise<{ code?: string; message: string }> {
  const promise = call();
  expect(promise).toBeInstanceOf(Promise);
  return promise.then(
    () => expect.fail("the call succeeded"),
    (error: unknown) => {
      expect(error).toBeInstanceOf(Error);
      return error as Error & { code?: string };
    },
  );
}

// Without a compiler there is no addon.
describe.skipIf(!existsSync(addonPath(appFolder)))("the native addon", () => {
  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), "facet-addon-"));
    addon = loadNativeAddon(appFolder);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it("says which file it cannot read", async () => {
    const error = await rejection(async () => addon.describeModelFile({ path: inFolder("not there.gguf") }));
    expect(error).toMatchObject({ code: "model-unreadable" });
    expect(error.message).toMatch(/^describeModelFile: .*not there\.gguf/);
  });

  it("rejects wrong options instead of throwing", async () => {
    const model = await writeModel("model.gguf", tinyModelContents({ width: WIDTH }));
    const speed = { model, threads: 1, prefillTokens: 8, decodeTokens: 1, repeats: 1 };
    const wrong: [call: () => Promise<unknown>, message: RegExp][] = [
      [async () => addon.describeModelFile(undefined as never), /options are missing/],
      [async () => addon.describeModelFile({} as never), /path must be a string/],
      [async () => addon.measureSpeed({ ...speed, threads: 0 }), /threads is out of range/],
      [async () => addon.measureSpeed({ ...speed, threads: Number.NaN }), /threads is out of range/],
      [async () => addon.measureSpeed({ ...speed, prefillTokens: 2 ** 32 - 1 }), /prefillTokens is out of range/],
      [async () => addon.measureSpeed({ ...speed, decodeTokens: 0.5 }), /decodeTokens is out of range/],
      [async () => addon.planQuantize({ source: model, type: "Q9_9", calibrated: false }), /Q9_9/],
      [
        async () =>
          addon.quantize({
            source: model,
            target: inFolder("q.gguf"),
            type: "Q8_0",
            threads: 1,
            allowRequantize: false,
            importanceMatrix: null,
            metadata: {},
            sourceBytes: -1,
            bufferBytes: 0,
          }),
        /sourceBytes is out of range/,
      ],
    ];
    for (const [call, message] of wrong) expect((await rejection(call)).message).toMatch(message);
  });

  it("refuses changes whose figures would not be finite", async () => {
    const base = await writeModel("base.gguf", tinyModelContents({ width: WIDTH }));
    const large = changed("blk.1.ffn_up.weight", (weights) => void weights.fill(3.4e38, 0, 20_000));
    const fineTune = await writeModel("large.gguf", large);
    const error = await rejection(async () => addon.makeLowRankDelta(lowRank({ base, fineTune }, "large-delta.gguf")));
    expect(error).toMatchObject({ code: "model-damaged" });
    expect(error.message).toMatch(/blk\.1\.ffn_up\.weight changes by numbers that are not finite, or far too large/);
  });

  it("refuses to check a base whose weights are not numbers", async () => {
    const base = await writeModel("base.gguf", tinyModelContents({ width: WIDTH }));
    const trained = changed(
      "blk.0.attn_q.weight",
      (weights) => void weights.set(weights.map((weight) => weight * 1.1)),
    );
    const fineTune = await writeModel("trained.gguf", trained);
    const delta = inFolder("delta.gguf");
    const made = await addon.makeLowRankDelta(lowRank({ base, fineTune }, "delta.gguf"));
    expect(made.captured).toBeGreaterThan(0);
    expect(await addon.checkDeltaBase({ delta, model: base })).toMatchObject({ verdict: "same" });

    const broken = changed("blk.1.attn_k.weight", (weights) => void weights.fill(Number.NaN));
    const model = await writeModel("broken.gguf", broken);
    const error = await rejection(async () => addon.checkDeltaBase({ delta, model }));
    expect(error).toMatchObject({ code: "model-damaged" });
    expect(error.message).toMatch(/the base holds numbers that are not finite/);
  });

  it("refuses weights that are stored at odd addresses", async () => {
    const base = await writeModel("base.gguf", tinyModelContents({ width: WIDTH }));
    let refused = 0;
    // The name's length moves the weights: one in four is where floats may be.
    for (const name of ["a", "ab", "abc", "abcd"]) {
      const contents = tinyModelContents({ width: WIDTH, name });
      const metadata = [...contents.metadata, ["general.alignment", { type: "uint32", value: 1 }] as const];
      const fineTune = await writeModel("misaligned.gguf", { ...contents, metadata, alignment: 1 });
      const error = await rejection(async () => addon.makeLowRankDelta(lowRank({ base, fineTune }, "no.gguf")));
      if (error.code === "pair-equal") continue;
      refused += 1;
      expect(error).toMatchObject({ code: "model-unreadable" });
      expect(error.message).toMatch(/is not a multiple of 4: convert the model again/);
    }
    expect(refused).toBe(3);
  });

  it("says that there is no memory for a model that fits none, and goes on working", async () => {
    // 2^46 weights: 9 TB of signs, which the disk does not have to hold, and more floats than an address can name.
    const rows = 2 ** 33;
    const columns = 2 ** 13;
    const writeHuge = async (name: string, firstByte: number) => {
      const huge = { name: "blk.0.attn_q.weight", dimensions: [columns, rows], type: Q1_0 };
      const header = ggufBytes({
        metadata: [["general.architecture", { type: "string", value: "llama" }]],
        tensors: [{ ...huge, data: new Uint8Array(32).fill(firstByte) }],
      });
      await writeFile(inFolder(name), header);
      await truncate(inFolder(name), header.length - 32 + ((columns * rows) / 128) * 18);
      return inFolder(name);
    };
    const made = { base: await writeHuge("huge.gguf", 1), fineTune: await writeHuge("huge-tuned.gguf", 2) };
    const error = await rejection(async () => addon.makeLowRankDelta(lowRank(made, "huge-delta.gguf")));
    expect(error).toMatchObject({ code: "out-of-memory" });
    expect(error.message).toBe("makeLowRankDelta: there is not enough memory");
    const model = await writeModel("model.gguf", tinyModelContents({ width: WIDTH }));
    expect(await addon.describeModelFile({ path: model })).toMatchObject({ architecture: "llama" });
  });
});
