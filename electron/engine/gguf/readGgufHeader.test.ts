// A hostile file gets a Failure that names the check, quickly; a good one is read right.
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import {
  ByteWriter,
  ggufBytes,
  tinyModelBytes,
  tinyModelContents,
  type GgufContents,
  type MetadataEntry,
} from "../../testing/tinyGguf";
import type { FailureCode } from "../../contract/failure";
import { detailsOf } from "../../contract/failureDetails";
import type { ByteSource } from "./ByteSource";
import {
  MAX_ALIGNMENT_BYTES,
  MAX_ARRAY_LENGTH,
  MAX_HEADER_BYTES,
  MAX_METADATA_ENTRIES,
  MAX_READ_TIME_MS,
  MAX_STRING_BYTES,
  MAX_TENSORS,
} from "./ggufLimits";
import { metadataNumber, metadataText, readGgufHeader } from "./readGgufHeader";

const TIME_LIMIT_MS = 1000;

class Bytes implements ByteSource {
  readonly #bytes: Uint8Array;
  readonly sizeBytes: number;
  largestRead = 0;
  constructor(bytes: Uint8Array, claimedSizeBytes = bytes.length) {
    this.#bytes = bytes;
    this.sizeBytes = claimedSizeBytes;
  }
  read(offset: number, lengthBytes: number): Promise<Uint8Array> {
    this.largestRead = Math.max(this.largestRead, lengthBytes);
    return Promise.resolve(this.#bytes.subarray(offset, offset + lengthBytes));
  }
}

async function failureOf(bytes: Uint8Array | ByteSource) {
  const startedMs = performance.now();
  const outcome = await readGgufHeader(bytes instanceof Uint8Array ? new Bytes(bytes) : bytes);
  expect(performance.now() - startedMs).toBeLessThan(TIME_LIMIT_MS);
  if (outcome.ok) throw new Error("the file passed");
  return outcome.failure;
}

const text = (value: string): MetadataEntry => ({ type: "string", value });
const tensor = (over: Partial<GgufContents["tensors"][number]> = {}) => ({
  name: "a",
  dimensions: [8, 4],
  type: 0,
  data: new Uint8Array(128),
  ...over,
});
const good: GgufContents = {
  metadata: [
    ["general.architecture", text("llama")],
    ["general.alignment", { type: "uint32", value: 32 }],
  ],
  tensors: [tensor(), tensor({ name: "b" })],
};
const goodBytes = ggufBytes(good);

/** A header up to the metadata, then whatever the case writes. */
function header(write: (writer: ByteWriter) => void, { entries = 1n, tensors = 0n, version = 3 } = {}): Uint8Array {
  const writer = new ByteWriter()
    .bytes(new TextEncoder().encode("GGUF"))
    .uint32(version)
    .uint64(tensors)
    .uint64(entries);
  write(writer);
  return writer.finish();
}
const entry = (type: number, write: (writer: ByteWriter) => void = () => {}) =>
  header((writer) => {
    write(writer.string("key").uint32(type));
  });
const withTensor = (over: Parameters<typeof tensor>[0]) => ggufBytes({ ...good, tensors: [tensor(over)] });
const withAlignment = (value: MetadataEntry, alignment = 32) =>
  ggufBytes({ ...good, alignment, metadata: [["general.alignment", value]] });
/** One fork's Q2_0: 34 bytes for 128 weights, where llama.cpp has 18 for 64. */
const wideBlocks = (count: number) =>
  ggufBytes({
    ...good,
    tensors: Array.from({ length: count }, (_, index) =>
      tensor({ name: `t${index}`, dimensions: [2560, 64], type: 42, data: new Uint8Array((2560 * 64 * 34) / 128) }),
    ),
  });
const poked = (offset: number, bytes: number[]) => {
  const copy = goodBytes.slice();
  copy.set(bytes, offset);
  return copy;
};
const encode = (value: string) => new TextEncoder().encode(value);

describe("readGgufHeader", () => {
  it("reads a good file", async () => {
    const outcome = await readGgufHeader(new Bytes(goodBytes));
    if (!outcome.ok) throw new Error(outcome.failure.cause);
    expect(outcome.value.version).toBe(3);
    expect(metadataText(outcome.value, "general.architecture")).toBe("llama");
    expect(metadataNumber(outcome.value, "general.alignment")).toBe(32);
    expect(
      outcome.value.tensors.map(({ name, dimensions, typeName, offsetBytes, sizeBytes }) => [
        name,
        dimensions,
        typeName,
        offsetBytes,
        sizeBytes,
      ]),
    ).toEqual([
      ["a", [8, 4], "F32", 0, 128],
      ["b", [8, 4], "F32", 128, 128],
    ]);
    expect(outcome.value.weightsBytes).toBe(256);
  });

  it("reads a whole model, and walks over its vocabulary without keeping it", async () => {
    const outcome = await readGgufHeader(new Bytes(tinyModelBytes()));
    if (!outcome.ok) throw new Error(outcome.failure.cause);
    expect(outcome.value.metadata.get("tokenizer.ggml.tokens")).toMatchObject({ kind: "array", values: null });
    expect(outcome.value.tensors).toHaveLength(tinyModelContents().tensors.length);
  });

  it("reads a vocabulary of 300,000 tokens in well under a second", async () => {
    const tokens = Array.from({ length: 300_000 }, (_, index) => `token ${index}`);
    const bytes = ggufBytes({ ...good, metadata: [["tokenizer.ggml.tokens", { type: "strings", value: tokens }]] });
    const startedMs = performance.now();
    expect((await readGgufHeader(new Bytes(bytes))).ok).toBe(true);
    expect(performance.now() - startedMs).toBeLessThan(TIME_LIMIT_MS);
  });

  it("accepts alignments up to the limit", async () => {
    for (const alignment of [1, 8, 64, 4096, MAX_ALIGNMENT_BYTES])
      expect((await readGgufHeader(new Bytes(withAlignment({ type: "uint32", value: alignment }, alignment)))).ok).toBe(
        true,
      );
  });

  it("takes a source that fails as unreadable", async () => {
    const source: ByteSource = { sizeBytes: 1000, read: () => Promise.reject(new Error("the disk is gone")) };
    expect((await failureOf(source)).code).toBe("model-unreadable");
  });

  it("takes a source that ends early as truncated", async () => {
    expect((await failureOf(new Bytes(goodBytes.subarray(0, 60), goodBytes.length))).code).toBe("model-truncated");
  });

  it("keeps little in memory however much a file holds", async () => {
    // 40 strings of 1 MiB: over what is kept in all.
    const metadata = Array.from({ length: 40 }, (_, index) => [`key${index}`, text("x".repeat(1024 * 1024))] as const);
    const source = new Bytes(ggufBytes({ ...good, metadata }));
    const outcome = await readGgufHeader(source);
    if (!outcome.ok) throw new Error(outcome.failure.cause);
    const kept = [...outcome.value.metadata.values()].filter(({ kind }) => kind === "scalar").length;
    expect(kept).toBeLessThanOrEqual(16);
    expect(source.largestRead).toBeLessThanOrEqual(1024 * 1024);
  });
});

describe("hostile headers", () => {
  const cases: [name: string, bytes: Uint8Array, code: FailureCode][] = [
    ["empty file", new Uint8Array(0), "model-not-gguf"],
    ["one byte", encode("G"), "model-not-gguf"],
    ["text file", encode("Hello, this is a text file that was renamed to model.gguf\n"), "model-not-gguf"],
    ["magic in lower case", ggufBytes({ ...good, magic: "gguf" }), "model-not-gguf"],
    ["magic reversed", ggufBytes({ ...good, magic: "FUGG" }), "model-not-gguf"],
    ["old GGML magic", encode("lmgg\u0001\0\0\0".repeat(8)), "model-not-gguf"],
    ["ZIP file", encode("PK\u0003\u0004" + "\0".repeat(60)), "model-not-gguf"],
    ["HTML error page", encode("<!DOCTYPE html><html><body>404</body></html>"), "model-not-gguf"],
    ["magic only", encode("GGUF"), "model-truncated"],
    ["half a version", encode("GGUF\u0003"), "model-truncated"],
    ["no counts", goodBytes.subarray(0, 8), "model-truncated"],
    ["half a count", goodBytes.subarray(0, 12), "model-truncated"],
    ["no metadata", goodBytes.subarray(0, 24), "model-truncated"],
    ["cut in a key", goodBytes.subarray(0, 40), "model-truncated"],
    ["cut in a value", goodBytes.subarray(0, 70), "model-truncated"],
    ["cut before the tensors", goodBytes.subarray(0, 110), "model-truncated"],
    ["cut in the tensor data", goodBytes.subarray(0, goodBytes.length - 100), "model-truncated"],
    ["a model cut at half", tinyModelBytes({ keepFraction: 0.5 }), "model-truncated"],
    ["a model without its last byte of data", tinyModelBytes().subarray(0, -40), "model-truncated"],
    ["version 0", ggufBytes({ ...good, version: 0 }), "model-damaged"],
    ["version 1", ggufBytes({ ...good, version: 1 }), "model-damaged"],
    ["version 4", ggufBytes({ ...good, version: 4 }), "model-damaged"],
    ["version 2^32 - 1", ggufBytes({ ...good, version: 0xffff_ffff }), "model-damaged"],
    ["big-endian", ggufBytes({ ...good, version: 0x0300_0000 }), "model-damaged"],
    ["tensor count over the limit", ggufBytes({ ...good, tensorCount: BigInt(MAX_TENSORS) + 1n }), "model-damaged"],
    ["tensor count 2^63", ggufBytes({ ...good, tensorCount: 2n ** 63n }), "model-damaged"],
    ["tensor count 2^64 - 1", ggufBytes({ ...good, tensorCount: 2n ** 64n - 1n }), "model-damaged"],
    ["more tensors than bytes", ggufBytes({ ...good, tensorCount: 19_000n }), "model-truncated"],
    ["one tensor too many", ggufBytes({ ...good, tensorCount: 3n }), "model-damaged"],
    [
      "metadata count over the limit",
      ggufBytes({ ...good, metadataCount: BigInt(MAX_METADATA_ENTRIES) + 1n }),
      "model-damaged",
    ],
    ["metadata count 2^64 - 1", ggufBytes({ ...good, metadataCount: 2n ** 64n - 1n }), "model-damaged"],
    ["more metadata than bytes", ggufBytes({ ...good, metadataCount: 9000n }), "model-truncated"],
    [
      "key of 2^40 bytes",
      header((writer) => {
        writer.uint64(2n ** 40n);
      }),
      "model-damaged",
    ],
    [
      "key longer than the file",
      header((writer) => {
        writer.uint64(1000n).uint8(65);
      }),
      "model-truncated",
    ],
    [
      "empty key",
      header((writer) => {
        writer.string("").uint32(4).uint32(1);
      }),
      "model-damaged",
    ],
    [
      "key that is not UTF-8",
      header((writer) => {
        writer.uint64(2n).bytes(Uint8Array.of(0xc3, 0x28)).uint32(4).uint32(1);
      }),
      "model-damaged",
    ],
    [
      "key with a zero byte",
      header((writer) => {
        writer.string("a\0b").uint32(4).uint32(1);
      }),
      "model-damaged",
    ],
    ["key __proto__", ggufBytes({ ...good, metadata: [["__proto__", text("x")]] }), "model-damaged"],
    [
      "key general.__proto__.polluted",
      ggufBytes({ ...good, metadata: [["general.__proto__.polluted", text("x")]] }),
      "model-damaged",
    ],
    ["key a.constructor", ggufBytes({ ...good, metadata: [["a.constructor", text("x")]] }), "model-damaged"],
    ["key prototype", ggufBytes({ ...good, metadata: [["prototype.a", text("x")]] }), "model-damaged"],
    [
      "duplicate key",
      ggufBytes({
        ...good,
        metadata: [
          ["a", text("x")],
          ["a", text("y")],
        ],
      }),
      "model-damaged",
    ],
    ["unknown value type 13", entry(13), "model-damaged"],
    ["unknown value type 2^32 - 1", entry(0xffff_ffff), "model-damaged"],
    ["value missing", entry(4), "model-truncated"],
    [
      "half a value",
      entry(12, (writer) => {
        writer.uint32(1);
      }),
      "model-truncated",
    ],
    [
      "boolean of 7",
      entry(7, (writer) => {
        writer.uint8(7);
      }),
      "model-damaged",
    ],
    [
      "string of 1.5 GB in 60 bytes",
      entry(8, (writer) => {
        writer.uint64(1_500_000_000n);
      }),
      "model-damaged",
    ],
    [
      "string longer than the file",
      entry(8, (writer) => {
        writer.uint64(BigInt(MAX_STRING_BYTES));
      }),
      "model-truncated",
    ],
    [
      "string of 2^64 - 1",
      entry(8, (writer) => {
        writer.uint64(2n ** 64n - 1n);
      }),
      "model-damaged",
    ],
    [
      "string of 40 bytes with none there",
      entry(8, (writer) => {
        writer.uint64(40n);
      }),
      "model-truncated",
    ],
    [
      "array of 2^40",
      entry(9, (writer) => {
        writer.uint32(4).uint64(2n ** 40n);
      }),
      "model-damaged",
    ],
    [
      "array over the limit",
      entry(9, (writer) => {
        writer.uint32(0).uint64(BigInt(MAX_ARRAY_LENGTH) + 1n);
      }),
      "model-damaged",
    ],
    [
      "array longer than the file",
      entry(9, (writer) => {
        writer.uint32(0).uint64(1000n);
      }),
      "model-truncated",
    ],
    [
      "array of wide values longer than the file",
      entry(9, (writer) => {
        writer.uint32(12).uint64(300n).bytes(new Uint8Array(400));
      }),
      "model-truncated",
    ],
    [
      "array of unknown type",
      entry(9, (writer) => {
        writer.uint32(99).uint64(1n).uint32(0);
      }),
      "model-damaged",
    ],
    [
      "array of arrays",
      entry(9, (writer) => {
        writer.uint32(9).uint64(1n).uint32(4).uint64(0n);
      }),
      "model-damaged",
    ],
    [
      "array without a length",
      entry(9, (writer) => {
        writer.uint32(4);
      }),
      "model-truncated",
    ],
    [
      "string in an array longer than the file",
      entry(9, (writer) => {
        writer.uint32(8).uint64(2n).string("a").uint64(5000n);
      }),
      "model-truncated",
    ],
    [
      "string in a long array of 2^63",
      entry(9, (writer) => {
        writer
          .uint32(8)
          .uint64(400n)
          .uint64(2n ** 63n)
          .bytes(new Uint8Array(4000));
      }),
      "model-damaged",
    ],
    ["alignment 0", withAlignment({ type: "uint32", value: 0 }), "model-damaged"],
    ["alignment 3", withAlignment({ type: "uint32", value: 3 }), "model-damaged"],
    ["alignment 2^31", withAlignment({ type: "uint32", value: 2 ** 31 }), "model-damaged"],
    ["alignment over the limit", withAlignment({ type: "uint32", value: MAX_ALIGNMENT_BYTES * 2 }), "model-damaged"],
    ["alignment as text", withAlignment(text("32")), "model-damaged"],
    ["alignment as a fraction", withAlignment({ type: "float32", value: 0.5 }), "model-damaged"],
    ["alignment as an array", withAlignment({ type: "int32s", value: [32] }), "model-damaged"],
    ["tensor of 5 dimensions", withTensor({ dimensions: [1, 1, 1, 1, 1] }), "model-damaged"],
    [
      "tensor of 2^32 - 1 dimensions",
      header(
        (writer) => {
          writer.string("a").uint32(0xffff_ffff);
        },
        { entries: 0n, tensors: 1n },
      ),
      "model-damaged",
    ],
    ["tensor of no length", withTensor({ dimensions: [0, 4] }), "model-damaged"],
    ["tensor whose size overflows 64 bits", withTensor({ dimensions: [2 ** 40, 2 ** 40] }), "model-damaged"],
    ["tensor whose size wraps to a small one", withTensor({ dimensions: [2 ** 32, 2 ** 32, 1, 1] }), "model-damaged"],
    ["tensor larger than the file", withTensor({ dimensions: [1_000_000, 1000] }), "model-truncated"],
    ["tensor of a removed type", withTensor({ type: 4 }), "model-needs-other-build"],
    ["tensor of a type to come", withTensor({ type: 43 }), "model-needs-other-build"],
    ["tensor of a fork's type", withTensor({ type: 142 }), "model-needs-other-build"],
    ["tensor of a number that is no type", withTensor({ type: 5000 }), "model-damaged"],
    ["Q2_0 in blocks of 128, side by side", wideBlocks(2), "model-needs-other-build"],
    ["Q2_0 in blocks of 128, alone", wideBlocks(1), "model-needs-other-build"],
    ["tensor of type 2^32 - 1", withTensor({ type: 0xffff_ffff }), "model-damaged"],
    ["tensor row that is no whole block", withTensor({ type: 2, dimensions: [33, 1] }), "model-damaged"],
    ["tensor row of Q4_K that is no whole block", withTensor({ type: 12, dimensions: [128, 2] }), "model-damaged"],
    ["tensor offset not aligned", withTensor({ offset: 4n }), "model-damaged"],
    ["tensor offset 2^63", withTensor({ offset: 2n ** 63n }), "model-damaged"],
    ["tensor offset past the end", withTensor({ offset: 4096n }), "model-truncated"],
    ["tensor offset that wraps with its size", withTensor({ offset: 2n ** 64n - 32n }), "model-damaged"],
    [
      "tensors that overlap",
      ggufBytes({ ...good, tensors: [tensor(), tensor({ name: "b", offset: 64n })] }),
      "model-damaged",
    ],
    [
      "tensors at the same place",
      ggufBytes({ ...good, tensors: [tensor(), tensor({ name: "b", offset: 0n })] }),
      "model-damaged",
    ],
    ["duplicate tensor name", ggufBytes({ ...good, tensors: [tensor(), tensor()] }), "model-damaged"],
    ["tensor name of 64 bytes", withTensor({ name: "n".repeat(64) }), "model-damaged"],
    ["tensor name that is not UTF-8", poked(goodBytes.length - 256 - 2 * 45 + 8, [0xff]), "model-damaged"],
  ];

  it("are at least 60", () => {
    expect(cases.length).toBeGreaterThanOrEqual(60);
  });

  it.each(cases)("%s", async (_name, bytes, code) => {
    const failure = await failureOf(bytes);
    expect(failure.code).toBe(code);
    const { check, neededBytes, type } = detailsOf(failure);
    const facts: Partial<Record<FailureCode, unknown>> = {
      "model-damaged": check,
      "model-truncated": neededBytes,
      "model-needs-other-build": type,
    };
    expect(facts[code] ?? code === "model-not-gguf").toBeTruthy();
  });

  it("a header longer than any real one, in a file that is long enough", async () => {
    const part = header(
      (writer) => {
        for (let index = 0; index < 5; index++) writer.string(`key${index}`).uint32(8).uint64(BigInt(MAX_STRING_BYTES));
      },
      { entries: 5n },
    );
    // The source has 1 TiB of zeros after the first entry: strings that are really there.
    const source: ByteSource = {
      sizeBytes: 2 ** 40,
      read: (offset, lengthBytes) => {
        const bytes = new Uint8Array(lengthBytes);
        const entryBytes = 8 + 4 + 4 + 8;
        for (let index = 0; index < 5; index++) {
          const at = 24 + index * (entryBytes + MAX_STRING_BYTES);
          const from = 24 + index * entryBytes;
          for (let byte = 0; byte < entryBytes; byte++)
            if (at + byte >= offset && at + byte < offset + lengthBytes)
              bytes[at + byte - offset] = part[from + byte] ?? 0;
        }
        for (let byte = offset; byte < 24; byte++) bytes[byte - offset] = part[byte] ?? 0;
        return Promise.resolve(bytes);
      },
    };
    expect(5 * MAX_STRING_BYTES).toBeGreaterThan(MAX_HEADER_BYTES);
    expect(await failureOf(source)).toMatchObject({ code: "model-damaged" });
  });

  it("a source that is slow is not called damaged", async () => {
    vi.spyOn(performance, "now")
      .mockReturnValueOnce(0)
      .mockReturnValue(MAX_READ_TIME_MS + 1);
    expect(await readGgufHeader(new Bytes(goodBytes))).toMatchObject({
      ok: false,
      failure: { code: "model-unreadable" },
    });
  });

  it("mutations of a good header: a header or a Failure, quickly, and never an exception", async () => {
    const whole = ggufBytes(good);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ at: fc.nat(whole.length - 257), value: fc.nat(255) }), { minLength: 1, maxLength: 6 }),
        fc.option(fc.nat(whole.length), { nil: undefined }),
        async (changes, cutAt) => {
          const bytes = whole.slice();
          for (const { at, value } of changes) bytes[at] = value;
          const startedMs = performance.now();
          const outcome = await readGgufHeader(new Bytes(cutAt === undefined ? bytes : bytes.subarray(0, cutAt)));
          expect(performance.now() - startedMs).toBeLessThan(TIME_LIMIT_MS);
          expect(["passed", "model-not-gguf", "model-truncated", "model-damaged", "model-needs-other-build"]).toContain(
            outcome.ok ? "passed" : outcome.failure.code,
          );
        },
      ),
      { numRuns: 2000 },
    );
  });

  it("random bytes after the magic", async () => {
    expect.hasAssertions();
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (random) => {
        const bytes = Uint8Array.of(0x47, 0x47, 0x55, 0x46, 3, 0, 0, 0, ...random);
        const outcome = await readGgufHeader(new Bytes(bytes));
        expect(["passed", "model-truncated", "model-damaged", "model-needs-other-build"]).toContain(
          outcome.ok ? "passed" : outcome.failure.code,
        );
      }),
      { numRuns: 500 },
    );
  });
});
