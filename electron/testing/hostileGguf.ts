// Makes GGUF files that no reader should take: cut at every field, with absurd counts, lengths, types, names and places.
import { open } from "node:fs/promises";
import type { FailureCode } from "../contract/failure";
import { ByteWriter, ggufBytes, tinyModelBytes } from "./tinyGguf";

export interface HostileGguf {
  name: string;
  /** Of the file; what `pieces` leave out is zero, and takes no room on the disk. */
  sizeBytes: number;
  pieces: readonly { at: number; bytes: Uint8Array }[];
  /** How a reader of the whole header may put it. */
  codes: readonly FailureCode[];
}

type FieldKind =
  | "magic"
  | "version"
  | "count"
  | "length"
  | "text"
  | "value-type"
  | "element-type"
  | "value"
  | "dimension-count"
  | "dimension"
  | "tensor-type"
  | "offset";

interface Field {
  name: string;
  kind: FieldKind;
  at: number;
  sizeBytes: number;
}

const UINT64_MAX = 2n ** 64n - 1n;
const UINT32_MAX = 2 ** 32 - 1;
const ALIGNMENT = 32;
const CUT: readonly FailureCode[] = ["model-truncated", "model-not-gguf"];
const WRONG: readonly FailureCode[] = ["model-damaged", "model-truncated"];
const OTHER_TYPE: readonly FailureCode[] = ["model-needs-other-build"];
const OTHER: readonly FailureCode[] = ["model-not-gguf"];

/** All of them, the same each time. */
export function hostileGgufs(): HostileGguf[] {
  const { bytes, fields, dataAt } = goodFile();
  const all: HostileGguf[] = [];
  const add = (name: string, content: Uint8Array, codes: readonly FailureCode[]) =>
    all.push({ name, sizeBytes: content.length, pieces: [{ at: 0, bytes: content }], codes });

  for (const field of fields) {
    add(`cut before ${field.name}`, bytes.subarray(0, field.at), CUT);
    if (field.sizeBytes > 1)
      add(`cut in ${field.name}`, bytes.subarray(0, field.at + Math.floor(field.sizeBytes / 2)), CUT);
  }
  add("cut before the weights", bytes.subarray(0, dataAt), CUT);
  add("cut before the last weights", bytes.subarray(0, bytes.length - ALIGNMENT), CUT);
  add("a real model cut at half", tinyModelBytes({ keepFraction: 0.5 }), CUT);
  add("a real model cut at one percent", tinyModelBytes({ keepFraction: 0.01 }), CUT);

  for (const field of fields) {
    for (const [word, value] of absurdValues(field, bytes.length)) {
      add(
        `${field.name} is ${word}`,
        withField(bytes, field, value),
        field.kind === "tensor-type" && value < 4096 ? OTHER_TYPE : WRONG,
      );
    }
  }

  for (const [name, key] of badKeys()) add(`metadata key ${name}`, withKey(key), WRONG);
  for (const [name, tensor] of badKeys())
    if (!name.startsWith("like a prototype")) add(`tensor name ${name}`, withTensorName(tensor), WRONG);
  add(
    "the same metadata key twice",
    ggufBytes({ metadata: [...description, ["a.b", text("x")], ["a.b", text("y")]], tensors: [] }),
    WRONG,
  );
  add(
    "general.architecture twice, of two types",
    ggufBytes({ metadata: [...description, ["general.architecture", { type: "uint32", value: 7 }]], tensors: [] }),
    WRONG,
  );
  add("the same tensor name twice", ggufBytes({ metadata: description, tensors: [tensor("a"), tensor("a")] }), WRONG);

  for (const alignment of [0, 3, 31, 48, 65_537, 2 ** 31, UINT32_MAX]) {
    add(
      `alignment ${alignment}`,
      ggufBytes({
        metadata: [...description, ["general.alignment", { type: "uint32", value: alignment }]],
        tensors: [tensor("a")],
      }),
      WRONG,
    );
  }
  add(
    "alignment as text",
    ggufBytes({ metadata: [...description, ["general.alignment", text("32")]], tensors: [tensor("a")] }),
    WRONG,
  );
  add(
    "alignment as an array",
    ggufBytes({
      metadata: [...description, ["general.alignment", { type: "int32s", value: [32] }]],
      tensors: [tensor("a")],
    }),
    WRONG,
  );

  for (const [name, dimensions] of [
    ["64 bits overflow", [2n ** 40n, 2n ** 40n]],
    ["64 bits overflow to 0", [2n ** 32n, 2n ** 32n]],
    ["64 bits overflow to 64", [2n ** 63n + 32n, 2n]],
    ["the sign bit", [2n ** 63n, 1n]],
    ["all bits", [UINT64_MAX, 1n]],
    ["2^53 and one", [2n ** 53n + 32n, 1n]],
    ["no rows", [32n, 0n]],
    ["no columns", [0n, 32n]],
    ["four large", [2n ** 16n, 2n ** 16n, 2n ** 16n, 2n ** 16n]],
    ["a petabyte", [2n ** 25n, 2n ** 25n]],
  ] as const)
    add(`tensor shape: ${name}`, withShape(dimensions), WRONG);
  for (const [name, type, columns] of [
    ["Q4_0", 2, 33n],
    ["Q8_0", 8, 31n],
    ["Q4_K", 12, 128n],
    ["Q6_K", 14, 255n],
    ["Q1_0", 41, 100n],
  ] as const)
    add(`a row that is no whole block of ${name}`, withShape([columns, 2n], type), WRONG);

  const placed = (...offsets: bigint[]) =>
    ggufBytes({ metadata: description, tensors: offsets.map((offset, index) => ({ ...tensor(`t${index}`), offset })) });
  add("two tensors at one place", placed(0n, 0n), WRONG);
  add("tensors that overlap", placed(0n, 64n), WRONG);
  add("tensors that overlap, listed backwards", placed(64n, 0n), WRONG);
  add("three tensors, the last over the first", placed(32n, 160n, 0n), WRONG);
  add("a tensor past the end", placed(4096n), WRONG);
  add("a tensor that ends past the end", placed(32n), WRONG);
  add("an offset that is not aligned", placed(4n), WRONG);
  add("an offset that wraps with its size", placed(2n ** 64n - 32n), WRONG);
  add(
    "one tensor fewer than counted",
    ggufBytes({ metadata: description, tensors: [tensor("a")], tensorCount: 2n }),
    WRONG,
  );
  add(
    "one entry fewer than counted",
    ggufBytes({ metadata: description, tensors: [tensor("a")], metadataCount: BigInt(description.length + 1) }),
    WRONG,
  );

  for (const depth of [1, 2, 16, 1000])
    add(
      `an array of arrays, ${depth} deep`,
      withEntry((writer) => {
        writer.uint32(9);
        for (let level = 0; level < depth; level++) writer.uint32(9).uint64(1n);
        writer.uint32(4).uint64(1n).uint32(7);
      }),
      WRONG,
    );
  for (const [name, element, length] of [
    ["2^63 texts", 8, 2n ** 63n],
    ["2^40 bytes", 0, 2n ** 40n],
    ["2^61 numbers of 8 bytes", 10, 2n ** 61n],
    ["more texts than bytes", 8, 5000n],
    ["more numbers than bytes", 12, 300n],
  ] as const) {
    add(
      `an array of ${name}`,
      withEntry((writer) => writer.uint32(9).uint32(element).uint64(length)),
      WRONG,
    );
    add(
      `a vocabulary that is an array of ${name}`,
      withEntry((writer) => writer.uint32(9).uint32(element).uint64(length), "tokenizer.ggml.tokens"),
      WRONG,
    );
  }
  add(
    "a boolean of 7",
    withEntry((writer) => writer.uint32(7).uint8(7)),
    WRONG,
  );
  add(
    "a text of 1.5 GB in a small file",
    withEntry((writer) => writer.uint32(8).uint64(1_500_000_000n)),
    WRONG,
  );
  add(
    "a text of all bytes there are, less one",
    withEntry((writer) => writer.uint32(8).uint64(UINT64_MAX - 1n)),
    WRONG,
  );

  for (const [name, start] of [
    ["an empty file", ""],
    ["GGUF in small letters", "gguf\u0003\0\0\0"],
    ["GGUF backwards", "FUGG\u0003\0\0\0"],
    ["an old GGML file", "lmgg\u0001\0\0\0"],
    ["an old GGJT file", "tjgg\u0003\0\0\0"],
    ["a ZIP file", "PK\u0003\u0004\u0014\0\0\0"],
    ["a web page", "<!DOCTYPE html><html><body>Log in</body></html>"],
    ["JSON", '{"error":"Repository not found"}'],
    ["a pointer of Git LFS", "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n"],
    ["a program", "\u007fELF\u0002\u0001\u0001\0"],
    ["a byte order mark before GGUF", "\u00ef\u00bb\u00bfGGUF\u0003\0\0\0"],
    ["a space before GGUF", " GGUF\u0003\0\0\0"],
  ] as const)
    add(
      name,
      start === "" ? new Uint8Array(0) : Buffer.concat([Buffer.from(start, "latin1"), Buffer.alloc(200)]),
      OTHER,
    );

  return [...all, ...largeOnes()];
}

/** Well formed, with values on which llama.cpp would end its process. */
export function impossibleModels(): HostileGguf[] {
  return (
    [
      ["block_count", 0],
      ["block_count", 100_000],
      ["block_count", UINT32_MAX],
      ["expert_count", UINT32_MAX],
      ["attention.head_count", 0],
      ["attention.head_count_kv", 0],
    ] as const
  ).map(([key, value]) => {
    const bytes = tinyModelBytes({ metadata: { [`llama.${key}`]: { type: "uint32", value } } });
    return {
      name: `${key} of ${value}`,
      sizeBytes: bytes.length,
      pieces: [{ at: 0, bytes }],
      codes: ["model-damaged"],
    };
  });
}

/** Writes one to the disk; large ones take no room there. */
export async function writeHostileGguf(file: string, { sizeBytes, pieces }: HostileGguf): Promise<void> {
  const handle = await open(file, "w");
  try {
    await handle.truncate(sizeBytes);
    for (const { at, bytes } of pieces) if (bytes.length > 0) await handle.write(bytes, 0, bytes.length, at);
  } finally {
    await handle.close();
  }
}

/** Those that cost a reader time or memory: everything they announce is really there. */
function largeOnes(): HostileGguf[] {
  const start = (tensors: bigint, entries: bigint) =>
    new ByteWriter().bytes(encoder.encode("GGUF")).uint32(3).uint64(tensors).uint64(entries);
  const one = (name: string, writer: ByteWriter, sizeBytes = writer.lengthBytes): HostileGguf => ({
    name,
    sizeBytes,
    pieces: [{ at: 0, bytes: writer.finish() }],
    codes: WRONG,
  });
  const large: HostileGguf[] = [];

  const architecture = (writer: ByteWriter) => writer.string("general.architecture").uint32(8).string("llama");
  for (const key of ["a.b", "tokenizer.ggml.tokens"]) {
    large.push(
      one(
        `4 million empty texts under ${key}`,
        architecture(start(1n, 2n)).string(key).uint32(9).uint32(8).uint64(4_000_000n),
        32_000_200,
      ),
    );
    large.push(
      one(
        `17 million empty texts under ${key}`,
        architecture(start(1n, 2n)).string(key).uint32(9).uint32(8).uint64(17_000_000n),
        140_000_000,
      ),
    );
    large.push(
      one(
        `a text of 64 MB under ${key}, and nothing after it`,
        architecture(start(1n, 3n))
          .string(key)
          .uint32(8)
          .uint64(2n ** 26n),
        2 ** 26 + 4096,
      ),
    );
    large.push(
      one(
        `4 billion bytes under ${key}`,
        architecture(start(1n, 2n))
          .string(key)
          .uint32(9)
          .uint32(0)
          .uint64(2n ** 32n - 1n),
        2 ** 32 + 4096,
      ),
    );
  }

  const pieces = [{ at: 0, bytes: architecture(start(1n, 7n)).finish() }];
  let at = pieces[0]?.bytes.length ?? 0;
  for (let index = 0; index < 6; index++) {
    const entry = new ByteWriter()
      .string(`text.${index}`)
      .uint32(8)
      .uint64(2n ** 26n)
      .finish();
    pieces.push({ at, bytes: entry });
    at += entry.length + 2 ** 26;
  }
  large.push({ name: "six texts of 64 MB", sizeBytes: at + 4096, pieces, codes: WRONG });

  const manyKeys = start(1n, 10_000n);
  for (let index = 0; index < 9999; index++)
    manyKeys
      .string(`key.${index}.${"k".repeat(200)}`)
      .uint32(8)
      .string("v".repeat(200));
  large.push(one("9,999 of 10,000 entries with long keys", manyKeys));

  const manyTensors = (name: string, count: bigint, offsetOf: (index: number) => number) => {
    const writer = architecture(start(count, 1n));
    for (let index = 0; index < 20_000; index++)
      writer
        .string(`t${index}`)
        .uint32(1)
        .uint64(8n)
        .uint32(0)
        .uint64(BigInt(offsetOf(index)));
    large.push(one(name, writer.padTo(ALIGNMENT)));
  };
  manyTensors("20,000 tensors with no weights", 20_000n, (index) => index * ALIGNMENT);
  manyTensors("20,000 tensors at one place", 20_000n, () => 0);
  manyTensors("100,000 tensors announced, 20,000 there", 100_000n, (index) => index * ALIGNMENT);

  // Each entry may be the first of the list, none is: a search for it must not begin again at each.
  const decoys = architecture(start(9000n, 2n)).string("tokenizer.ggml.tokens").uint32(9).uint32(8).uint64(10n);
  for (let index = 0; index < 10; index++) decoys.string(`token ${index}`);
  for (let index = 0; index < 8999; index++) decoys.string(`d${index}`).uint32(1).uint64(8n).uint32(0).uint64(0n);
  large.push(one("8,999 of 9,000 tensors, each like the first", decoys.bytes(new Uint8Array(4096).fill(0xa5))));
  return large;
}

const encoder = new TextEncoder();
const text = (value: string) => ({ type: "string", value }) as const;
const tensor = (name: string) => ({ name, dimensions: [8, 4], type: 0, data: new Uint8Array(128).fill(0x5a) });
const description = [
  ["general.architecture", text("llama")],
  ["llama.context_length", { type: "uint32", value: 512 }],
] as const;

/** A small file that every reader takes, and the offset of each of its fields. */
export function goodFile(): { bytes: Uint8Array; fields: Field[]; dataAt: number } {
  const writer = new ByteWriter();
  const fields: Field[] = [];
  const field = (name: string, kind: FieldKind, write: () => void) => {
    const at = writer.lengthBytes;
    write();
    fields.push({ name, kind, at, sizeBytes: writer.lengthBytes - at });
  };
  const string = (name: string, value: string) => {
    const bytes = encoder.encode(value);
    field(`the length of ${name}`, "length", () => writer.uint64(BigInt(bytes.length)));
    field(name, "text", () => writer.bytes(bytes));
  };
  const entry = (key: string, type: number, write: (name: string) => void) => {
    string(`the key ${key}`, key);
    field(`the type of ${key}`, "value-type", () => writer.uint32(type));
    write(key);
  };
  const array = (key: string, element: number, length: number, write: (name: string) => void) =>
    entry(key, 9, () => {
      field(`the element type of ${key}`, "element-type", () => writer.uint32(element));
      field(`the number of elements of ${key}`, "count", () => writer.uint64(BigInt(length)));
      for (let index = 0; index < length; index++) write(`element ${index} of ${key}`);
    });

  field("the magic", "magic", () => writer.bytes(encoder.encode("GGUF")));
  field("the version", "version", () => writer.uint32(3));
  field("the number of tensors", "count", () => writer.uint64(2n));
  field("the number of entries", "count", () => writer.uint64(7n));
  entry("general.architecture", 8, (name) => string(`the text of ${name}`, "llama"));
  entry("llama.context_length", 4, (name) => field(`the value of ${name}`, "value", () => writer.uint32(512)));
  entry("test.double", 12, (name) => field(`the value of ${name}`, "value", () => writer.uint64(0n)));
  entry("test.flag", 7, (name) => field(`the value of ${name}`, "value", () => writer.uint8(1)));
  array("test.numbers", 5, 3, (name) => field(name, "value", () => writer.int32(-1)));
  array("test.texts", 8, 2, (name) => string(name, "some words"));
  array("tokenizer.ggml.tokens", 8, 3, (name) => string(name, "token"));
  for (const [index, [name, columns, type]] of (
    [
      ["token_embd.weight", 32, 0],
      ["blk.0.attn_q.weight", 32, 2],
    ] as const
  ).entries()) {
    string(`the name of tensor ${index}`, name);
    field(`the number of dimensions of tensor ${index}`, "dimension-count", () => writer.uint32(2));
    field(`the columns of tensor ${index}`, "dimension", () => writer.uint64(BigInt(columns)));
    field(`the rows of tensor ${index}`, "dimension", () => writer.uint64(4n));
    field(`the type of tensor ${index}`, "tensor-type", () => writer.uint32(type));
    field(`the offset of tensor ${index}`, "offset", () => writer.uint64(BigInt(index * 512)));
  }
  writer.padTo(ALIGNMENT);
  const dataAt = writer.lengthBytes;
  // 32 × 4 in F32 are 512 bytes, in Q4_0 72.
  writer.bytes(new Uint8Array(512 + 72).fill(0x5a)).padTo(ALIGNMENT);
  return { bytes: writer.finish(), fields, dataAt };
}

/** What must not be believed in a field of this kind. */
function absurdValues({ kind, name }: Field, fileBytes: number): [word: string, value: number | bigint][] {
  switch (kind) {
    case "version":
      return [
        ["0", 0],
        ["1", 1],
        ["4", 4],
        ["all bits", UINT32_MAX],
        ["big-endian", 0x0300_0000],
      ];
    case "count":
      // A list that is announced shorter ends where something else begins; "entries" and "tensors" are then misread, and refused by what follows.
      return [
        ["one more than the file has bytes", BigInt(fileBytes + 1)],
        ["2^31", 2n ** 31n],
        ["2^32", 2n ** 32n],
        ["2^53", 2n ** 53n],
        ["2^63", 2n ** 63n],
        ["all bits", UINT64_MAX],
      ];
    case "length":
      return [
        ["one more than the file has bytes", BigInt(fileBytes + 1)],
        ["2^32 more than it is", 2n ** 32n + 5n],
        ["2^63", 2n ** 63n],
        ["all bits", UINT64_MAX],
      ];
    case "value-type":
    case "element-type":
      return [
        ["13", 13],
        ["255", 255],
        ["the sign bit", 2 ** 31],
        ["all bits", UINT32_MAX],
      ];
    case "tensor-type":
      return [
        ["one that was removed", 4],
        ["one to come", 200],
        ["a fork's, 142", 142],
        ["a fork's, 143", 143],
        ["the sign bit", 2 ** 31],
        ["all bits", UINT32_MAX],
      ];
    case "dimension-count":
      return [
        ["5", 5],
        ["2^16", 65_536],
        ["all bits", UINT32_MAX],
      ];
    case "dimension":
      return [
        ["0", 0n],
        ["2^40", 2n ** 40n],
        ["2^63", 2n ** 63n],
        ["all bits", UINT64_MAX],
      ];
    case "offset":
      return [
        ["not aligned", 7n],
        ["2^40", 2n ** 40n],
        ["2^63", 2n ** 63n],
        ["all bits but the last five", UINT64_MAX - 31n],
      ];
    case "value":
      return name.includes("flag")
        ? [
            ["neither true nor false", 2],
            ["all bits", 255],
          ]
        : [];
    case "magic":
    case "text":
      return [];
  }
}

function withField(bytes: Uint8Array, { at, sizeBytes }: Field, value: number | bigint): Uint8Array {
  const changed = bytes.slice();
  const view = new DataView(changed.buffer);
  if (sizeBytes === 8) view.setBigUint64(at, BigInt(value), true);
  else if (sizeBytes === 4) view.setUint32(at, Number(value), true);
  else view.setUint8(at, Number(value));
  return changed;
}

function badKeys(): [name: string, bytes: Uint8Array][] {
  return [
    ["empty", new Uint8Array(0)],
    ["with a zero byte", encoder.encode("a\0b")],
    ["with a line break", encoder.encode("a\nb")],
    ["with an escape character", encoder.encode("\u001b[2Ja")],
    ["that is half a character", Uint8Array.of(0x61, 0xc3)],
    ["that is not UTF-8", Uint8Array.of(0xff, 0xfe, 0x61)],
    ["with half a surrogate pair", Uint8Array.of(0x61, 0xed, 0xa0, 0x80)],
    ["written longer than it need be", Uint8Array.of(0x61, 0xc0, 0xaf)],
    ["of 1,025 bytes", new Uint8Array(1025).fill(0x61)],
    ["of 65,536 bytes", new Uint8Array(65_536).fill(0x61)],
    ...["__proto__", "a.__proto__.b", "__proto__.toString", "constructor", "a.constructor.prototype", "prototype"].map(
      (key): [string, Uint8Array] => [`like a prototype: ${key}`, encoder.encode(key)],
    ),
  ];
}

function withKey(key: Uint8Array): Uint8Array {
  return new ByteWriter()
    .bytes(encoder.encode("GGUF"))
    .uint32(3)
    .uint64(0n)
    .uint64(1n)
    .uint64(BigInt(key.length))
    .bytes(key)
    .uint32(4)
    .uint32(1)
    .bytes(new Uint8Array(64))
    .finish();
}

function withEntry(write: (writer: ByteWriter) => void, key = "a.b"): Uint8Array {
  const writer = new ByteWriter().bytes(encoder.encode("GGUF")).uint32(3).uint64(0n).uint64(1n).string(key);
  write(writer);
  return writer.bytes(new Uint8Array(64)).finish();
}

function withTensorName(name: Uint8Array): Uint8Array {
  const writer = new ByteWriter()
    .bytes(encoder.encode("GGUF"))
    .uint32(3)
    .uint64(1n)
    .uint64(1n)
    .string("general.architecture")
    .uint32(8)
    .string("llama");
  writer.uint64(BigInt(name.length)).bytes(name).uint32(1).uint64(8n).uint32(0).uint64(0n);
  return writer.padTo(ALIGNMENT).bytes(new Uint8Array(64)).finish();
}

function withShape(dimensions: readonly bigint[], type = 0): Uint8Array {
  const writer = new ByteWriter()
    .bytes(encoder.encode("GGUF"))
    .uint32(3)
    .uint64(1n)
    .uint64(1n)
    .string("general.architecture")
    .uint32(8)
    .string("llama");
  writer.string("a").uint32(dimensions.length);
  for (const dimension of dimensions) writer.uint64(dimension);
  return writer.uint32(type).uint64(0n).padTo(ALIGNMENT).bytes(new Uint8Array(256)).finish();
}
