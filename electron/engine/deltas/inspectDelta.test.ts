// Delta files with every kind of mistake, each refused with its own code before llama.cpp sees it; and correct ones.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loraBytes, tinyMatrices, type LoraOptions } from "../../testing/deltaGguf";
import { tinyModelBytes, type TensorEntry } from "../../testing/tinyGguf";
import { inspectDelta } from "./inspectDelta";
import { matchDelta, readBaseShapes } from "./matchDelta";

let folder: string;
let count = 0;

async function fileOf(bytes: Uint8Array): Promise<string> {
  const file = path.join(folder, `${++count}.gguf`);
  await writeFile(file, bytes);
  return file;
}

async function inspect(bytes: Uint8Array) {
  const outcome = await inspectDelta(await fileOf(bytes));
  return outcome.ok ? "sound" : outcome.failure.code;
}

const withTensors = (tensors: (all: TensorEntry[]) => TensorEntry[]) => loraBytes({ tensors });
/** Writes a number's bits over the one at `index` of the last tensor. */
const withNumber = (bits: number, index = 3) =>
  withTensors((all) => {
    const data = all.at(-1)!.data.slice();
    new DataView(data.buffer).setUint32(index * 4, bits, true);
    return [...all.slice(0, -1), { ...all.at(-1)!, data }];
  });
const asType = (
  type: number,
  blockWeights: number,
  blockBytes: number,
  fill: (bytes: Uint8Array) => void,
): Uint8Array => {
  const [columns, rows] = [256, 256];
  const factor = (name: string): TensorEntry => {
    const data = new Uint8Array((columns * rows * blockBytes) / blockWeights);
    fill(data);
    return { name, dimensions: [columns, rows], type, data };
  };
  return loraBytes({ tensors: () => [factor("blk.0.attn_q.weight.lora_a"), factor("blk.0.attn_q.weight.lora_b")] });
};

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "facet-inspect-"));
});
afterAll(() => rm(folder, { recursive: true }));

describe("a sound delta", () => {
  it("is a LoRA, with what its header says", async () => {
    const outcome = await inspectDelta(
      await fileOf(
        loraBytes({
          rank: 8,
          metadata: {
            "general.license": { type: "string", value: "apache-2.0" },
            "general.base_model.0.name": { type: "string", value: "Tiny\nbase\u202e" },
          },
        }),
      ),
    );
    expect(outcome).toMatchObject({
      ok: true,
      value: {
        facts: {
          kind: "lora",
          architecture: "llama",
          rank: 8,
          changedTensorCount: 3,
          licence: "apache-2.0",
          baseName: "Tiny base",
          fidelity: null,
        },
      },
    });
  });

  it.each<[string, LoraOptions]>([
    ["without alpha", { alpha: undefined }],
    ["with alpha 0", { alpha: 0 }],
    ["with a strong, rank-stabilised alpha", { rank: 4, alpha: 4 * 64 }],
    ["of rank 1", { rank: 1 }],
    ["for one matrix", { matrices: tinyMatrices.slice(0, 1) }],
  ])("may be %s", async (_name, options) => {
    expect(await inspect(loraBytes(options))).toBe("sound");
  });

  it("is a 1-bit delta where its factors are of one bit", async () => {
    const bytes = asType(41, 128, 18, (data) => data.fill(0x2a));
    const outcome = await inspectDelta(await fileOf(bytes));
    expect(outcome).toMatchObject({ ok: true, value: { facts: { kind: "bitdelta", rank: null } } });
  });
});

describe("is refused, with its own sentence:", () => {
  const text = (value: string) => ({ type: "string", value }) as const;
  it.each<[string, string, () => Uint8Array]>([
    ["delta-not-an-adapter", "an empty file", () => new Uint8Array()],
    ["delta-not-an-adapter", "another kind of file", () => new TextEncoder().encode("PK\u0003\u0004 and so on")],
    ["delta-not-an-adapter", "a whole model", () => tinyModelBytes()],
    ["delta-not-an-adapter", "no type", () => loraBytes({ metadata: { "general.type": undefined } })],
    [
      "delta-not-an-adapter",
      "a type that is a number",
      () => loraBytes({ metadata: { "general.type": { type: "uint32", value: 7 } } }),
    ],
    ["delta-not-an-adapter", "nothing that it changes", () => withTensors(() => [])],
    [
      "delta-kind-unsupported",
      "another kind of adapter",
      () => loraBytes({ metadata: { "adapter.type": text("dora") } }),
    ],
    [
      "delta-kind-unsupported",
      "an adapter that waits for words",
      () => loraBytes({ metadata: { "adapter.alora.invocation_tokens": { type: "int32s", value: [1] } } }),
    ],
    [
      "delta-kind-unsupported",
      "a norm, which no adapter changes",
      () =>
        withTensors((all) => [
          ...all,
          { name: "blk.0.attn_norm.weight", dimensions: [64], type: 0, data: new Uint8Array(256) },
        ]),
    ],
    ...["blk.0.attn_norm.weight", "output_norm.weight", "blk.1.attn_q.bias", "blk.0.ssm_conv1d.weight"].map(
      (name): [string, string, () => Uint8Array] => [
        "delta-kind-unsupported",
        `factors for ${name}, which llama.cpp would ignore`,
        () => loraBytes({ matrices: [...tinyMatrices, { name, columns: 64, rows: 1 }] }),
      ],
    ),
    ["delta-kind-unsupported", "weights of an odd type", () => asType(26, 1, 4, () => {})],
    ["delta-damaged", "no architecture", () => loraBytes({ metadata: { "general.architecture": undefined } })],
    [
      "delta-damaged",
      "alpha of a type that would bring llama.cpp down",
      () => loraBytes({ metadata: { "adapter.lora.alpha": { type: "uint32", value: 8 } } }),
    ],
    ["delta-damaged", "half a pair", () => withTensors((all) => all.slice(1))],
    [
      "delta-damaged",
      "halves that do not go together",
      () => withTensors(([a, b, ...rest]) => [a!, { ...b!, dimensions: [2, 128] }, ...rest]),
    ],
    [
      "delta-damaged",
      "embeddings the wrong way round",
      () => loraBytes({ matrices: [{ name: "token_embd.weight", columns: 64, rows: 278 }] }),
    ],
    ["delta-alpha-invalid", "a huge alpha", () => loraBytes({ rank: 4, alpha: 1e6 })],
    ["delta-alpha-invalid", "an infinite alpha", () => loraBytes({ alpha: Number.POSITIVE_INFINITY })],
    ["delta-alpha-invalid", "no number for alpha", () => loraBytes({ alpha: Number.NaN })],
    ["delta-alpha-invalid", "a negative alpha", () => loraBytes({ alpha: -4 })],
    ["delta-weights-not-finite", "NaN", () => withNumber(0x7fc0_0000)],
    ["delta-weights-not-finite", "infinity", () => withNumber(0x7f80_0000)],
    ["delta-weights-not-finite", "minus infinity in the first place", () => withNumber(0xff80_0000, 0)],
    [
      "delta-weights-not-finite",
      "NaN in half precision",
      () => asType(1, 1, 2, (data) => data.set([0x00, 0x7e], 1000)),
    ],
    [
      "delta-weights-not-finite",
      "infinity in bfloat16",
      () => asType(30, 1, 2, (data) => data.set([0x80, 0xff], 1000)),
    ],
    [
      "delta-weights-not-finite",
      "an infinite scale of 8-bit blocks",
      () => asType(8, 32, 34, (data) => data.set([0x00, 0x7c], 34 * 17)),
    ],
    [
      "delta-weights-not-finite",
      "an infinite scale of 1-bit blocks",
      () => asType(41, 128, 18, (data) => data.set([0x00, 0xfc], 18 * 511)),
    ],
  ])("%s: %s", async (code, _name, bytes) => {
    expect(await inspect(bytes())).toBe(code);
  });

  it("a file that is cut anywhere, without a crash", async () => {
    const whole = loraBytes();
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: whole.length - 1 }), async (length) => {
        expect(await inspect(whole.subarray(0, length))).toMatch(/^delta-(damaged|not-an-adapter)$/u);
      }),
      { numRuns: 60 },
    );
  });

  it("any file with wild bytes in its header: found sound or refused, never a crash", async () => {
    const whole = loraBytes();
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat({ max: 900 }), fc.nat({ max: 255 })), { minLength: 1, maxLength: 6 }),
        async (changes) => {
          const bytes = whole.slice();
          for (const [at, byte] of changes) bytes[at] = byte;
          expect(await inspect(bytes)).toMatch(/^(sound|delta-[a-z-]+)$/u);
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe("with a base", () => {
  async function match(options: LoraOptions) {
    const base = await readBaseShapes(await fileOf(tinyModelBytes()));
    const delta = await inspectDelta(await fileOf(loraBytes(options)));
    if (!base.ok || !delta.ok) throw new Error("both files are sound");
    const matched = matchDelta(delta.value, base.value);
    return matched.ok ? matched.value : matched.failure;
  }

  it("fits by its shapes", async () => {
    expect(await match({})).toBe("shapes-fit");
  });

  it.each<[string, string, LoraOptions]>([
    ["delta-other-architecture", "another architecture", { architecture: "qwen2" }],
    ["delta-shapes-differ", "a wider input", { matrices: [{ ...tinyMatrices[0]!, columns: 96 }] }],
    ["delta-shapes-differ", "fewer rows", { matrices: [{ ...tinyMatrices[0]!, rows: 32 }] }],
    [
      "delta-shapes-differ",
      "a layer that is not there",
      { matrices: [{ ...tinyMatrices[0]!, name: "blk.2.attn_q.weight" }] },
    ],
    ["delta-shapes-differ", "a name that is none", { matrices: [{ ...tinyMatrices[0]!, name: "../../etc/passwd" }] }],
  ])("%s: %s", async (code, _name, options) => {
    expect(await match(options)).toMatchObject({ code });
  });
});
