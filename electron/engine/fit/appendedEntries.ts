// The metadata entries that stand behind a vocabulary, read from where they end: tools that change a file append there. Fit process.
// Where they begin is not known, so the first place counts from which one whole entry follows another up to the end.
import type { ByteSource } from "../gguf/ByteSource";

/** Far more than tools append. A long template before them is passed over like the vocabulary. */
const WINDOW_BYTES = 32 * 1024;
const MAX_KEY_BYTES = 100;
const KEY = /^\w[\w.-]*\.[\w.-]*\w$/u;
const ascii = new TextDecoder("latin1");
const STRING_TYPE = 8;
const ARRAY_TYPE = 9;
/** Bytes of a value by GGUF type. */
const SCALAR_BYTES: ReadonlyMap<number, number> = new Map([
  [0, 1],
  [1, 1],
  [2, 2],
  [3, 2],
  [4, 4],
  [5, 4],
  [6, 4],
  [7, 1],
  [10, 8],
  [11, 8],
  [12, 8],
]);

export interface AppendedEntry {
  key: string;
  /** Key, type and value, as they are in the file. */
  bytes: Uint8Array;
}

/** `from`: nothing before it is an entry. `endBytes`: where the list of tensors begins. */
export async function readAppendedEntries(
  source: ByteSource,
  from: number,
  endBytes: number,
): Promise<AppendedEntry[]> {
  const start = Math.max(from, endBytes - WINDOW_BYTES);
  const bytes = await source.read(start, endBytes - start);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  /** By their place: entries from which on only entries follow. */
  const leading = new Map<number, { key: string; end: number }>();
  let first = bytes.length;
  for (let at = bytes.length - 1; at >= 0; at--) {
    const key = keyAt(view, at);
    if (key === null) continue;
    const end = valueEnd(view, at + 8 + key.length);
    if (end === null || (end !== bytes.length && !leading.has(end))) continue;
    leading.set(at, { key, end });
    first = at;
  }
  const entries: AppendedEntry[] = [];
  for (let at = first, entry = leading.get(at); entry !== undefined; at = entry.end, entry = leading.get(at)) {
    entries.push({ key: entry.key, bytes: bytes.slice(at, entry.end) });
  }
  return entries;
}

function keyAt(view: DataView, at: number): string | null {
  const length = lengthAt(view, at);
  if (length === null || length < 3 || length > MAX_KEY_BYTES || at + 8 + length > view.byteLength) return null;
  const key = ascii.decode(new Uint8Array(view.buffer, view.byteOffset + at + 8, length));
  return KEY.test(key) ? key : null;
}

/** Where the value ends whose type stands at `at`; null when there is none. */
function valueEnd(view: DataView, at: number): number | null {
  if (at + 4 > view.byteLength) return null;
  const type = view.getUint32(at, true);
  if (type !== ARRAY_TYPE) return oneEnd(view, type, at + 4);
  const length = lengthAt(view, at + 8);
  if (length === null || length > view.byteLength) return null;
  const element = view.getUint32(at + 4, true);
  let end: number | null = at + 16;
  for (let index = 0; index < length && end !== null; index++) end = oneEnd(view, element, end);
  return end;
}

function oneEnd(view: DataView, type: number, at: number): number | null {
  const length = type === STRING_TYPE ? lengthAt(view, at) : 0;
  const size = type === STRING_TYPE ? 8 : SCALAR_BYTES.get(type);
  if (length === null || size === undefined) return null;
  const end = at + size + length;
  return end <= view.byteLength ? end : null;
}

/** A length of 8 bytes that is not above 4 GiB. */
function lengthAt(view: DataView, at: number): number | null {
  return at + 8 <= view.byteLength && view.getUint32(at + 4, true) === 0 ? view.getUint32(at, true) : null;
}
