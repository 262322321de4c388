// Finds every row of every table in the pages of a file, whatever has become of the tree that leads to them. Each page is looked at once,
// and what belongs to rows is read a few times at most, so damage cannot make this endless.
import type { DatabaseFile } from "./DatabaseFile";
import { readRecord, varint, type StoredValue } from "./record";

export interface StoredRow {
  rowId: number;
  values: StoredValue[];
  place: RowPlace;
}

/** To read a row again, as the texts of all rows at once may be too much for the memory. */
export interface RowPlace {
  page: number;
  offset: number;
}

/** The first page begins with the header of the file. */
const FILE_HEADER_BYTES = 100;
const PAGE_HEADER_BYTES = 8;
/** The first byte of a page with rows. */
const TABLE_LEAF = 0x0d;
/** A page with the rest of a long row belongs to one row, and a row is read twice. */
const READS_PER_PAGE = 4;

export class RowReader {
  readonly #file: DatabaseFile;
  #readsLeft: number;

  constructor(file: DatabaseFile) {
    this.#file = file;
    this.#readsLeft = READS_PER_PAGE * file.pageCount;
  }

  *rows(): Generator<StoredRow> {
    for (let number = 1; number <= this.#file.pageCount; number++) {
      const page = this.#file.page(number);
      if (page === null) continue;
      for (const offset of cellOffsets(page, number === 1 ? FILE_HEADER_BYTES : 0)) {
        const row = this.#rowIn(page, { page: number, offset });
        if (row !== null) yield row;
      }
    }
  }

  rowAt(place: RowPlace): StoredRow | null {
    const page = this.#file.page(place.page);
    return page === null ? null : this.#rowIn(page, place);
  }

  #rowIn(page: Buffer, place: RowPlace): StoredRow | null {
    const size = varint(page, place.offset);
    const rowId = size === null ? null : varint(page, size.end);
    if (size === null || rowId === null || size.value > this.#file.pageCount * page.length) return null;
    const values = readRecord(this.#payload(page, rowId.end, size.value));
    return values === null ? null : { rowId: rowId.value, values, place };
  }

  /** Of a long row the page has the beginning, and a chain of other pages the rest; where the chain is broken, the row ends. */
  #payload(page: Buffer, start: number, sizeBytes: number): Buffer {
    const here = bytesOnPage(sizeBytes, page.length);
    const pieces = [page.subarray(start, Math.min(start + here, page.length))];
    const perPage = page.length - 4;
    let next = here < sizeBytes && start + here + 4 <= page.length ? page.readUInt32BE(start + here) : 0;
    for (let left = sizeBytes - here; left > 0 && next !== 0 && this.#readsLeft > 0; left -= perPage) {
      this.#readsLeft--;
      const further = this.#file.page(next);
      if (further === null) break;
      next = further.readUInt32BE(0);
      // A zeroed page: nothing is on it, and nothing leads on.
      if (next === 0 && left > perPage) break;
      pieces.push(further.subarray(4, 4 + Math.min(left, perPage)));
    }
    return Buffer.concat(pieces);
  }
}

function cellOffsets(page: Buffer, start: number): Set<number> {
  const offsets = new Set<number>();
  // With one bit wrong it is still that kind of page: what is on pages of another kind does not look like a row.
  if (bitCount((page[start] ?? 0) ^ TABLE_LEAF) > 1) return offsets;
  const first = start + PAGE_HEADER_BYTES;
  const count = Math.min(page.readUInt16BE(start + 3), Math.floor((page.length - first) / 2));
  for (let index = 0; index < count; index++) offsets.add(page.readUInt16BE(first + 2 * index));
  return offsets;
}

function bytesOnPage(sizeBytes: number, pageBytes: number): number {
  const most = pageBytes - 35;
  if (sizeBytes <= most) return sizeBytes;
  const least = Math.floor(((pageBytes - 12) * 32) / 255) - 23;
  const usual = least + ((sizeBytes - least) % (pageBytes - 4));
  return usual <= most ? usual : least;
}

function bitCount(byte: number): number {
  let count = 0;
  for (let rest = byte; rest !== 0; rest &= rest - 1) count++;
  return count;
}
