// The pages of a SQLite file as they were last committed, read without SQLite: it would refuse a damaged one.
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { committedFrames, isPageSize, type Frame } from "./committedFrames";

/** What SQLite writes when nobody says otherwise, and Facet says nothing. */
const USUAL_PAGE_BYTES = 4096;
const MAGIC = "SQLite format 3\0";

export class DatabaseFile {
  readonly pageBytes: number;
  readonly pageCount: number;
  readonly #file: number;
  readonly #log: number | null;
  readonly #frames: ReadonlyMap<number, Frame>;

  /** Throws the file system's errors. A log that cannot be used is none. */
  constructor(file: string) {
    this.#file = openSync(file, "r");
    this.#log = openIfThere(`${file}-wal`);
    const { size } = fstatSync(this.#file);
    const { pageBytes, frames } = this.#log === null ? { pageBytes: null, frames: [] } : committedFrames(this.#log);
    this.pageBytes = pageBytes ?? this.#pageBytesOfHeader() ?? USUAL_PAGE_BYTES;
    this.#frames = new Map(frames.map((frame) => [frame.page, frame]));
    this.pageCount = Math.max(Math.ceil(size / this.pageBytes), ...this.#frames.keys(), 0);
  }

  /** Numbered from 1. null = there is no such page. What the file lacks of its last page is zero. */
  page(number: number): Buffer | null {
    if (!Number.isInteger(number) || number < 1 || number > this.pageCount) return null;
    const bytes = Buffer.alloc(this.pageBytes);
    const frame = this.#frames.get(number);
    if (frame !== undefined && this.#log !== null) readAt(this.#log, bytes, frame.position);
    else readAt(this.#file, bytes, (number - 1) * this.pageBytes);
    return bytes;
  }

  close(): void {
    closeSync(this.#file);
    if (this.#log !== null) closeSync(this.#log);
  }

  #pageBytesOfHeader(): number | null {
    const header = Buffer.alloc(18);
    readAt(this.#file, header, 0);
    if (header.toString("latin1", 0, MAGIC.length) !== MAGIC) return null;
    const stored = header.readUInt16BE(16);
    const pageBytes = stored === 1 ? 65_536 : stored;
    return isPageSize(pageBytes) ? pageBytes : null;
  }
}

/** A bad sector costs what is on it. */
function readAt(file: number, into: Buffer, position: number): void {
  try {
    readSync(file, into, 0, into.length, position);
  } catch {
    into.fill(0);
  }
}

function openIfThere(file: string): number | null {
  try {
    return openSync(file, "r");
  } catch {
    return null;
  }
}
