// Damage to GGUF files: entries of other types and values, tensors of other shapes, counts that are wrong; and to their bytes.
import { ggufBytes, type GgufContents, type MetadataEntry, type TensorEntry } from "../../electron/testing/tinyGguf";
import type { Random } from "../../scripts/texts/Random";
import { LIMIT_NUMBERS, mutateBytes, randomBytes } from "./bytes";
import { mutateText, NASTY_TEXTS } from "./text";

const MOST_CHANGES = 4;
/** ggml has about 40 types; some numbers between are gone. */
const TENSOR_TYPES = [...Array(45).keys(), 142, 143, 255, 0x7fff_ffff, 0xffff_ffff];

/** A sound file; its bytes are made once. */
export interface GgufSeed {
  contents: GgufContents;
  bytes: Uint8Array;
}

export function ggufSeed(contents: GgufContents): GgufSeed {
  return { contents, bytes: ggufBytes(contents) };
}

export function mutateGguf({ contents, bytes }: GgufSeed, random: Random, other: GgufSeed): Buffer {
  // Some are damaged as bytes alone, some as contents alone.
  const how = random.below(3);
  if (how === 0) return mutateBytes(bytes, random, other.bytes);
  let changed = contents;
  for (let left = random.between(1, MOST_CHANGES); left > 0; left--)
    changed = changedContents(changed, random, other.contents);
  const made = ggufBytes(changed);
  return how === 1 ? Buffer.from(made) : mutateBytes(made, random, other.bytes);
}

function changedContents(contents: GgufContents, random: Random, other: GgufContents): GgufContents {
  const { metadata, tensors } = contents;
  switch (random.below(10)) {
    case 0:
      return { ...contents, metadata: metadata.toSpliced(random.below(metadata.length + 1), 1) };
    case 1:
      // Twice, or from another file.
      return { ...contents, metadata: [...metadata, random.of([...metadata, ...other.metadata])] };
    case 2:
      return { ...contents, tensors: tensors.toSpliced(random.below(tensors.length + 1), 1) };
    case 3:
      return { ...contents, tensors: [...tensors, random.of([...tensors, ...other.tensors, strayTensor(random)])] };
    case 4:
      return random.of([
        { ...contents, tensorCount: random.of(LIMIT_NUMBERS) },
        { ...contents, metadataCount: random.of(LIMIT_NUMBERS) },
        { ...contents, version: random.of([0, 1, 2, 4, 0x0300_0000, 0xffff_ffff]) },
        { ...contents, alignment: random.of([1, 8, 16, 64, 4096]) },
      ]);
    case 5:
    case 6:
    case 7:
      return metadata.length === 0 ? contents : { ...contents, metadata: withOne(metadata, random, changedPair) };
    default:
      return tensors.length === 0 ? contents : { ...contents, tensors: withOne(tensors, random, changedTensor) };
  }
}

function withOne<Item>(items: readonly Item[], random: Random, change: (item: Item, random: Random) => Item): Item[] {
  const index = random.below(items.length);
  return items.map((item, at) => (at === index ? change(item, random) : item));
}

type Pair = GgufContents["metadata"][number];

function changedPair([key, entry]: Pair, random: Random): Pair {
  if (random.below(6) === 0) return [random.of([mutateText(key, random), ...NASTY_TEXTS]), entry];
  return [key, random.below(3) === 0 ? hostileEntry(random) : changedEntry(entry, random)];
}

function changedEntry(entry: MetadataEntry, random: Random): MetadataEntry {
  const limit = random.of(LIMIT_NUMBERS);
  switch (entry.type) {
    case "uint32":
    case "int32":
      return { type: entry.type, value: Number(BigInt.asUintN(32, limit)) };
    case "uint64":
    case "int64":
      return { type: entry.type, value: limit };
    case "float32":
    case "float64":
      return { type: entry.type, value: random.of([0, -1, Number.NaN, Infinity, -Infinity, 1e38, 1e-45, -0]) };
    case "bool":
      return { type: "bool", value: !entry.value };
    case "string":
      return { type: "string", value: mutateText(entry.value, random) };
    case "strings":
      return { type: "strings", value: changedStrings(entry.value, random) };
    case "int32s":
    case "uint32s":
    case "float32s":
      return { type: entry.type, value: entry.value.map((value) => (random.below(20) === 0 ? Number(limit) : value)) };
    case "uint8s":
      return { type: "uint8s", value: mutateBytes(entry.value, random) };
    case "byte-strings":
      return { type: "byte-strings", value: entry.value.map((bytes) => mutateBytes(bytes, random)) };
  }
}

function changedStrings(value: readonly string[], random: Random): string[] {
  const at = random.below(Math.max(1, value.length));
  return random.of([
    value.slice(0, at),
    [...value, ...value.slice(at)],
    value.toSpliced(at, 1, random.of(NASTY_TEXTS)),
    value.toSpliced(at, 1, value[random.below(Math.max(1, value.length))] ?? ""),
    value.toReversed(),
  ]);
}

function hostileEntry(random: Random): MetadataEntry {
  return random.of<MetadataEntry>([
    { type: "uint32", value: 0xffff_ffff },
    { type: "int32", value: -1 },
    { type: "uint64", value: 2n ** 64n - 1n },
    { type: "float32", value: Number.NaN },
    { type: "bool", value: true },
    { type: "string", value: random.of(NASTY_TEXTS) },
    { type: "strings", value: [] },
    { type: "strings", value: NASTY_TEXTS.slice(0, 20) },
    { type: "int32s", value: [-1, 0, 0x7fff_ffff] },
    { type: "float32s", value: [Number.NaN, Infinity] },
    { type: "byte-strings", value: [randomBytes(random, 8), Buffer.from([0xc0, 0x80])] },
    { type: "uint8s", value: randomBytes(random, 100) },
  ]);
}

function changedTensor(tensor: TensorEntry, random: Random): TensorEntry {
  const limit = Number(random.of(LIMIT_NUMBERS));
  switch (random.below(7)) {
    case 0:
      return { ...tensor, name: random.of([mutateText(tensor.name, random), "x".repeat(63), "x".repeat(64), ""]) };
    case 1:
      return { ...tensor, type: random.of(TENSOR_TYPES) };
    case 2:
      return { ...tensor, offset: random.of([...LIMIT_NUMBERS, BigInt(random.below(4096))]) };
    case 3:
      return { ...tensor, dimensions: tensor.dimensions.toSpliced(0, 1, Math.min(limit, 2 ** 53)) };
    case 4:
      return { ...tensor, dimensions: [...tensor.dimensions, random.of([1, 0, 2, 4096])] };
    case 5:
      return { ...tensor, dimensions: tensor.dimensions.toReversed() };
    default:
      return { ...tensor, data: tensor.data.subarray(0, random.below(tensor.data.length + 1)) };
  }
}

function strayTensor(random: Random): TensorEntry {
  return { name: "blk.0.stray.weight", dimensions: [32, random.between(1, 4)], type: 0, data: new Uint8Array(512) };
}

/** Hostile numbers in place of weights: the file stays well formed. */
export function withHostileWeights(contents: GgufContents, random: Random): GgufContents {
  const share = random.of([1, 0.3, 0.05]);
  return {
    ...contents,
    tensors: contents.tensors.map((tensor) =>
      random.below(1000) < share * 1000 && tensor.data.length > 0
        ? { ...tensor, data: hostileWeights(tensor, random) }
        : tensor,
    ),
  };
}

const HOSTILE_FLOATS = [Number.NaN, Infinity, -Infinity, 3.4e38, -3.4e38, 1e-45, -1e-45, 1e-38, 65_504, 65_520, 0, -0];

function hostileWeights({ data, type }: TensorEntry, random: Random): Uint8Array {
  const changed = Buffer.from(data);
  const places = random.of([1, 8, changed.length]);
  if (type !== 0)
    return random.below(2) === 0
      ? mutateInPlace(changed, random)
      : Buffer.alloc(changed.length, random.of([0, 0xff, 0x7c, 0x7f]));
  for (let left = Math.min(places, changed.length / 4); left > 0; left--)
    changed.writeFloatLE(random.of(HOSTILE_FLOATS), 4 * random.below(Math.max(1, Math.floor(changed.length / 4))));
  return changed;
}

function mutateInPlace(bytes: Buffer, random: Random): Buffer {
  for (let left = random.of([1, 8, 64]); left > 0; left--)
    bytes[random.below(bytes.length)] = random.of([0, 0x7c, 0x7e, 0x80, 0xfc, 0xff]);
  return bytes;
}
