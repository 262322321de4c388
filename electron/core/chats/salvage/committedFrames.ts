// Which pages a write-ahead log holds: https://www.sqlite.org/fileformat2.html#the_write_ahead_log
import { fstatSync, readSync } from "node:fs";

export interface Frame {
  page: number;
  /** Of the page's content in the log. */
  position: number;
}

const HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
/** Its lowest bit says in which order the checksums take the bytes of a number. */
const MAGIC = 0x377f0682;

/** In the order in which they were written, up to the last commit: what came after it never happened. */
export function committedFrames(log: number): { pageBytes: number | null; frames: Frame[] } {
  const none = { pageBytes: null, frames: [] };
  const { size } = fstatSync(log);
  const header = Buffer.alloc(HEADER_BYTES);
  if (readSync(log, header, 0, HEADER_BYTES, 0) < HEADER_BYTES) return none;
  const magic = header.readUInt32BE(0);
  const pageBytes = header.readUInt32BE(8);
  if ((magic & ~1) !== MAGIC || !isPageSize(pageBytes)) return none;
  const isBigEndian = (magic & 1) === 1;
  let sum = checksum(header.subarray(0, 24), [0, 0], isBigEndian);
  if (!isSum(header, 24, sum)) return none;

  const frames: Frame[] = [];
  let committed = 0;
  const frame = Buffer.alloc(FRAME_HEADER_BYTES + pageBytes);
  for (let position = HEADER_BYTES; position + frame.length <= size; position += frame.length) {
    readSync(log, frame, 0, frame.length, position);
    const isOfThisLog = frame.compare(header, 16, 24, 8, 16) === 0;
    if (!isOfThisLog) break;
    sum = checksum(frame.subarray(0, 8), sum, isBigEndian);
    sum = checksum(frame.subarray(FRAME_HEADER_BYTES), sum, isBigEndian);
    if (!isSum(frame, 16, sum)) break;
    frames.push({ page: frame.readUInt32BE(0), position: position + FRAME_HEADER_BYTES });
    const pagesAfterCommit = frame.readUInt32BE(4);
    if (pagesAfterCommit !== 0) committed = frames.length;
  }
  return { pageBytes, frames: frames.slice(0, committed) };
}

export function isPageSize(bytes: number): boolean {
  return bytes >= 512 && bytes <= 65_536 && (bytes & (bytes - 1)) === 0;
}

function checksum(bytes: Buffer, [first, second]: readonly [number, number], isBigEndian: boolean): [number, number] {
  let one = first;
  let two = second;
  for (let offset = 0; offset < bytes.length; offset += 8) {
    const [a, b] = isBigEndian
      ? [bytes.readUInt32BE(offset), bytes.readUInt32BE(offset + 4)]
      : [bytes.readUInt32LE(offset), bytes.readUInt32LE(offset + 4)];
    one = (one + a + two) >>> 0;
    two = (two + b + one) >>> 0;
  }
  return [one, two];
}

function isSum(bytes: Buffer, offset: number, [one, two]: readonly [number, number]): boolean {
  return bytes.readUInt32BE(offset) === one && bytes.readUInt32BE(offset + 4) === two;
}
