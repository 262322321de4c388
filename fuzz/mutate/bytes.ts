// Damage to bytes, as disks, networks and ill will do it.
import type { Random } from "../../scripts/texts/Random";

/** Numbers at which readers go wrong. */
export const LIMIT_NUMBERS: readonly bigint[] = [
  0n,
  1n,
  2n,
  0x7fn,
  0x80n,
  0xffn,
  0x7fffn,
  0xffffn,
  0x10000n,
  0x7fff_ffffn,
  0x8000_0000n,
  0xffff_ffffn,
  0x1_0000_0000n,
  2n ** 53n - 1n,
  2n ** 53n,
  2n ** 63n - 1n,
  2n ** 63n,
  2n ** 64n - 1n,
];

const MOST_CHANGES = 6;
/** Heads decide most: half of the changes are there. */
const HEAD_BYTES = 2048;

type Change = (bytes: Buffer, at: number, random: Random, other: Uint8Array) => Buffer;

const CHANGES: readonly Change[] = [
  function flipBit(bytes, at, random) {
    if (bytes.length > 0) bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
    return bytes;
  },
  function setByte(bytes, at, random) {
    if (bytes.length > 0) bytes[at] = random.of([0, 1, 0x20, 0x22, 0x7f, 0x80, 0xc0, 0xff, random.below(256)]);
    return bytes;
  },
  function setNumber(bytes, at, random) {
    return written(bytes, at, numberBytes(random.of(LIMIT_NUMBERS), random.of([2, 4, 8]), random.below(4) > 0));
  },
  function addToNumber(bytes, at, random) {
    if (at + 4 > bytes.length) return bytes;
    bytes.writeUInt32LE((bytes.readUInt32LE(at) + random.between(-16, 16)) >>> 0, at);
    return bytes;
  },
  function cutOff(bytes, at) {
    return bytes.subarray(0, at);
  },
  function leaveOut(bytes, at, random) {
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + random.between(1, pieceLength(random)))]);
  },
  function repeat(bytes, at, random) {
    const piece = bytes.subarray(at, at + random.between(1, pieceLength(random)));
    return Buffer.concat([bytes.subarray(0, at), ...Array(random.between(2, 20)).fill(piece), bytes.subarray(at)]);
  },
  function insert(bytes, at, random) {
    return Buffer.concat([bytes.subarray(0, at), randomBytes(random, random.between(1, 64)), bytes.subarray(at)]);
  },
  function fill(bytes, at, random) {
    return written(bytes, at, Buffer.alloc(random.between(1, pieceLength(random)), random.of([0, 0xff, 0x20])));
  },
  function swap(bytes, at, random) {
    const length = random.between(1, 64);
    const from = random.below(Math.max(1, bytes.length - length));
    return written(bytes, at, Buffer.from(bytes.subarray(from, from + length)));
  },
  /** The beginning of one file, and what follows of another. */
  function splice(bytes, at, random, other) {
    return Buffer.concat([bytes.subarray(0, at), other.subarray(random.below(other.length + 1))]);
  },
];

/** `other`: what pieces are spliced from. */
export function mutateBytes(bytes: Uint8Array, random: Random, other: Uint8Array = bytes): Buffer<ArrayBuffer> {
  let changed = Buffer.from(bytes);
  for (let left = random.between(1, MOST_CHANGES); left > 0; left--) {
    const within = random.below(2) === 0 ? Math.min(HEAD_BYTES, changed.length) : changed.length;
    changed = Buffer.from(random.of(CHANGES)(changed, random.below(Math.max(1, within)), random, other));
  }
  return changed;
}

export function randomBytes(random: Random, length: number): Buffer<ArrayBuffer> {
  return Buffer.from(Array.from({ length }, () => random.below(256)));
}

/** Most pieces are short, some are not. */
function pieceLength(random: Random): number {
  return 2 ** random.between(1, 12);
}

function written(bytes: Buffer, at: number, piece: Uint8Array): Buffer {
  bytes.set(piece.subarray(0, Math.max(0, bytes.length - at)), Math.min(at, bytes.length));
  return bytes;
}

function numberBytes(value: bigint, length: number, isLittle: boolean): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  const cut = bytes.subarray(0, length);
  return isLittle ? cut : cut.toReversed();
}
