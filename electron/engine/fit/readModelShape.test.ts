// What decides a model's memory is found without its vocabulary, in few bytes; hostile files are refused, not guessed at.
import type * as room from "../../files/room";
import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, it, vi } from "vitest";
import { ggufBytes, type GgufContents, type MetadataEntry } from "../../testing/tinyGguf";
import type { ByteSource } from "../gguf/ByteSource";
import { metadataNumber, metadataText, readGgufHeader } from "../gguf/readGgufHeader";
import { NoRoomError, requireRoom } from "../../files/room";
import { looksLikeHeader, readModelShape } from "./readModelShape";
import { headerOf, writeStub } from "./writeStub";

vi.mock("../../files/room", async (original) => {
  const real = await original<typeof room>();
  return { ...real, requireRoom: vi.fn<typeof requireRoom>(real.requireRoom) };
});

interface CountedSource extends ByteSource {
  fetchedBytes: () => number;
}

function sourceOf(bytes: Uint8Array): CountedSource {
  const blocks = new Set<number>();
  return {
    sizeBytes: bytes.length,
    read(offset, length) {
      for (let block = Math.floor(offset / 4096); block * 4096 < offset + length; block++) blocks.add(block);
      return Promise.resolve(bytes.subarray(offset, offset + length));
    },
    fetchedBytes: () => blocks.size * 4096,
  };
}

/** Noise, as quantized weights are. */
function noise(sizeBytes: number): Uint8Array {
  const bytes = new Uint8Array(sizeBytes);
  let state = 12_345;
  for (let index = 0; index < sizeBytes; index++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[index] = state >>> 24;
  }
  return bytes;
}

/** A model with a vocabulary of `tokens` words of several scripts, with scores and types, a long template, and more keys after it. */
function model(tokens: number, changes: Partial<GgufContents> = {}): Uint8Array {
  const words = Array.from({ length: tokens }, (_, index) =>
    index % 3 === 0 ? `слово${index}` : index % 3 === 1 ? `▁word${index}` : `語${index}`,
  );
  const metadata: (readonly [string, MetadataEntry])[] = [
    ["general.architecture", { type: "string", value: "llama" }],
    ["llama.context_length", { type: "uint32", value: 4096 }],
    ["llama.block_count", { type: "uint32", value: 1 }],
    ["tokenizer.ggml.model", { type: "string", value: "llama" }],
    ["tokenizer.ggml.tokens", { type: "strings", value: words }],
    ["tokenizer.ggml.token_type", { type: "int32s", value: words.map(() => 1) }],
    ["tokenizer.ggml.merges", { type: "strings", value: words.map((word) => `${word} a`) }],
    ["tokenizer.chat_template", { type: "string", value: "{% for message in messages %}".repeat(600) }],
    ["general.quantization_version", { type: "uint32", value: 2 }],
  ];
  const tensors = ["token_embd.weight", "blk.0.attn_q.weight", "output.weight"].map((name) => ({
    name,
    dimensions: [256, tokens],
    type: 12,
    data: noise(144 * tokens),
  }));
  return ggufBytes({ metadata, tensors, ...changes });
}

it.each([300, 20_000, 60_000])(
  "finds the tensors behind a vocabulary of %i words, and the stub of them passes every check",
  async (tokens) => {
    const bytes = model(tokens);
    const source = sourceOf(bytes);
    const shape = await readModelShape(source);
    if (!shape.ok) throw new Error(shape.failure.cause ?? shape.failure.code);
    const whole = await readGgufHeader(sourceOf(bytes));
    if (!whole.ok) throw new Error("the model itself is wrong");
    expect(Math.ceil(shape.value.tensorsEndBytes / 32) * 32).toBe(whole.value.dataOffsetBytes);
    expect(source.fetchedBytes()).toBeLessThan(400_000);

    const folder = await mkdtemp(path.join(tmpdir(), "facet-stub-"));
    try {
      const file = path.join(folder, "stub.gguf");
      expect((await writeStub(shape.value, bytes.length, file, "hole")).ok).toBe(true);
      const stub = await readGgufHeader(sourceOf(await readFile(file)));
      if (!stub.ok) throw new Error("the stub is wrong");
      // Without the hole it ends where the weights would begin, so that it takes no room on any disk.
      expect((await writeStub(shape.value, bytes.length, file, "nothing")).ok).toBe(true);
      expect((await stat(file)).size).toBe(stub.value.dataOffsetBytes);
      expect(stub.value.tensors).toEqual(whole.value.tensors);
      expect(metadataText(stub.value, "tokenizer.ggml.model")).toBe("no_vocab");
      expect(metadataNumber(stub.value, "llama.vocab_size")).toBe(tokens);
      // Behind the vocabulary and a long template.
      expect(metadataNumber(stub.value, "general.quantization_version")).toBe(2);
    } finally {
      await rm(folder, { recursive: true });
    }
  },
);

it("looks for room before it makes a hole that Windows fills", async () => {
  const bytes = model(300);
  const shape = await readModelShape(sourceOf(bytes));
  if (!shape.ok) throw new Error("the model itself is wrong");
  const folder = await mkdtemp(path.join(tmpdir(), "facet-stub-"));
  vi.mocked(requireRoom).mockRejectedValueOnce(new NoRoomError(3e9, 1e9));
  try {
    const file = path.join(folder, "stub.gguf");
    await expect(writeStub(shape.value, bytes.length, file, "hole", "win32")).rejects.toThrow(NoRoomError);
    expect(vi.mocked(requireRoom).mock.lastCall?.[1]).toBeGreaterThan(3 * 144 * 300);
    expect(await readdir(folder)).toEqual([]);
    expect((await writeStub(shape.value, bytes.length, file, "hole", "linux")).ok).toBe(true);
  } finally {
    await rm(folder, { recursive: true });
  }
});

/** The entries of a model with a long vocabulary, by name, to be put into any order. */
function entriesOf(tokens: number, templateLength: number): Record<string, readonly [string, MetadataEntry]> {
  const words = Array.from({ length: tokens }, (_, index) => `▁word${index}`);
  const entry = (key: string, value: MetadataEntry) => [key, value] as const;
  return {
    architecture: entry("general.architecture", { type: "string", value: "llama" }),
    blocks: entry("llama.block_count", { type: "uint32", value: 2 }),
    context: entry("llama.context_length", { type: "uint32", value: 4096 }),
    window: entry("llama.attention.sliding_window", { type: "uint32", value: 512 }),
    kind: entry("tokenizer.ggml.model", { type: "string", value: "gpt2" }),
    tokens: entry("tokenizer.ggml.tokens", { type: "strings", value: words }),
    types: entry("tokenizer.ggml.token_type", { type: "int32s", value: words.map(() => 1) }),
    merges: entry("tokenizer.ggml.merges", { type: "strings", value: words.map((word) => `${word} a`) }),
    bos: entry("tokenizer.ggml.bos_token_id", { type: "uint32", value: 1 }),
    template: entry("tokenizer.chat_template", { type: "string", value: "{% if true %}".repeat(templateLength / 13) }),
    quantization: entry("general.quantization_version", { type: "uint32", value: 2 }),
  };
}

const USUAL = "architecture blocks context window kind tokens types merges bos template quantization";

it.each([
  ["before the vocabulary", USUAL, 2_000, 400_000],
  ["before a very long template", USUAL, 100_000, 600_000],
  ["all last", "kind tokens types merges bos template architecture blocks context window quantization", 2_000, 400_000],
  [
    "all last, before a very long template",
    "kind tokens types merges bos blocks context window architecture template quantization",
    100_000,
    600_000,
  ],
  [
    "between the tokenizer's kind and its tokens",
    "kind bos template architecture blocks window context tokens types merges quantization",
    2_000,
    400_000,
  ],
  [
    "between the lists of the vocabulary",
    "kind architecture tokens blocks context types window merges bos template quantization",
    2_000,
    null,
  ],
  [
    "one of them between the lists",
    "architecture blocks context kind tokens bos window types template merges quantization",
    2_000,
    null,
  ],
  [
    "behind lists that come before the tokens",
    "kind merges types tokens bos template architecture blocks window context quantization",
    2_000,
    null,
  ],
  [
    "behind the tokens of an unknown kind, which is said last",
    "tokens merges types architecture blocks context window bos template quantization kind",
    2_000,
    400_000,
  ],
])("counts what stands %s", async (_where, order, templateLength, mostBytes) => {
  const tokens = 40_000;
  const entries = entriesOf(tokens, templateLength);
  const metadata = order.split(" ").map((name) => entries[name]!);
  const bytes = model(tokens, { metadata });
  const read = async (source: ByteSource, exact: boolean) => {
    const shape = await readModelShape(source, { exact });
    if (!shape.ok) throw new Error(shape.failure.cause ?? shape.failure.code);
    const header = await headerOf(shape.value, bytes.length);
    if (!header.ok) throw new Error(header.failure.cause ?? header.failure.code);
    return { shape: shape.value, header: header.value };
  };
  for (const exact of [false, true]) {
    const source = sourceOf(bytes);
    const { shape, header } = await read(source, exact);
    expect([...header.metadata.keys()].toSorted()).toEqual(
      metadata
        .map(([key]) => key)
        .filter((key) => !key.startsWith("tokenizer."))
        .toSorted(),
    );
    expect(metadataNumber(header, "llama.attention.sliding_window")).toBe(512);
    expect(shape).toMatchObject({ hasTokenizer: true, vocabulary: { tokens } });
    expect(header.tensors).toHaveLength(3);
    // By ranges little is fetched; where it must be walked, the header is, and nothing of the weights but what is read ahead.
    const walkedBytes = shape.tensorsEndBytes + 1_100_000;
    expect(source.fetchedBytes()).toBeLessThan(exact ? walkedBytes : (mostBytes ?? walkedBytes));
  }
});

it("says unknown when the list of tensors is not there", async () => {
  const shape = await readModelShape(sourceOf(model(3000, { tensorCount: 4n })));
  expect(shape).toMatchObject({ ok: false, failure: { code: "estimate-failed" } });
});

it("says unknown, not damaged, when a long text stands before the vocabulary", async () => {
  const metadata: GgufContents["metadata"] = [["general.description", { type: "string", value: "a".repeat(300_000) }]];
  const shape = await readModelShape(sourceOf(model(100, { metadata })));
  expect(shape).toMatchObject({ ok: false, failure: { code: "estimate-failed" } });
});

it.each<[string, Uint8Array, string]>([
  ["a web page", new TextEncoder().encode("<!doctype html><html></html>"), "model-not-gguf"],
  ["nothing", new Uint8Array(0), "model-not-gguf"],
  ["an absurd count of tensors", model(100, { tensorCount: 2n ** 60n }), "model-damaged"],
  ["an absurd count of metadata", model(100, { metadataCount: 2n ** 60n }), "model-damaged"],
  ["an unknown version", model(100, { version: 77 }), "model-damaged"],
])("refuses %s", async (_what, bytes, code) => {
  expect(await readModelShape(sourceOf(bytes))).toMatchObject({ ok: false, failure: { code } });
});

it("never hangs, throws or reads far in a file that is cut anywhere", async () => {
  const bytes = model(2000);
  for (let length = 0; length < bytes.length; length += 4001) {
    const source = sourceOf(bytes.subarray(0, length));
    const shape = await readModelShape(source);
    // Cut behind the tensor list: the check against the length comes with the stub.
    const outcome = shape.ok ? await writeStub(shape.value, length, "/dev/null", "nothing") : shape;
    expect(outcome.ok).toBe(false);
    expect(source.fetchedBytes()).toBeLessThan(600_000);
  }
});

it("tells a vocabulary's scores from weights", () => {
  const scores = new Uint8Array(Float32Array.from({ length: 1024 }, (_, index) => -200_001 - index).buffer);
  expect(looksLikeHeader(scores)).toBe(true);
  expect(looksLikeHeader(noise(4096))).toBe(false);
});
