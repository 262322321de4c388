// A row as SQLite stores it: https://www.sqlite.org/fileformat2.html#record_format. Pure.

export type StoredValue = string | number | null | Uint8Array;

/** A row has a few more columns than this one day, never so many. */
const MAX_COLUMNS = 64;

/** A number of one to nine bytes, and where it ends; null where the bytes end first. */
export function varint(bytes: Uint8Array, start: number): { value: number; end: number } | null {
  let value = 0;
  for (let index = 0; index < 9; index++) {
    const byte = bytes[start + index];
    if (byte === undefined) return null;
    // Above 2^53 it is not exact, and nothing that Facet stores.
    value = index === 8 ? value * 256 + byte : value * 128 + (byte & 0x7f);
    if (index === 8 || byte < 0x80) return { value, end: start + index + 1 };
  }
  return null;
}

/** null = this is no record. `bytes` may lack the record's end: a text that is cut is as long as it is there, later columns are null. */
export function readRecord(bytes: Uint8Array): StoredValue[] | null {
  const header = varint(bytes, 0);
  if (header === null || header.value < header.end || header.value > bytes.length) return null;
  const values: StoredValue[] = [];
  let position = header.value;
  for (let at = header.end; at < header.value;) {
    const type = varint(bytes, at);
    if (type === null || type.end > header.value || values.length === MAX_COLUMNS) return null;
    at = type.end;
    const size = sizeOf(type.value);
    if (size === null) return null;
    values.push(valueOf(type.value, Buffer.from(bytes.subarray(position, position + size)), size));
    position += size;
  }
  return values;
}

/** null: SQLite writes no such type. */
function sizeOf(type: number): number | null {
  if (type >= 12) return Math.floor((type - 12) / 2);
  return [0, 1, 2, 3, 4, 6, 8, 8, 0, 0][type] ?? null;
}

function valueOf(type: number, bytes: Buffer, size: number): StoredValue {
  if (type >= 12) return type % 2 === 1 ? bytes.toString("utf8") : bytes;
  if (type === 8 || type === 9) return type - 8;
  if (type === 0 || bytes.length < size) return null;
  if (type === 7) return bytes.readDoubleBE();
  return size === 8 ? Number(bytes.readBigInt64BE()) : bytes.readIntBE(0, size);
}
