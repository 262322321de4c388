// The metadata entries that stand behind a vocabulary, read from where they end: tools that change a file append there. Fit process.
// Where they begin is not known, so the first place counts from which one whole entry follows another up to the end.
import type { ByteSource } from "../gguf/ByteSource";
import { BadHeader, GgufCursor } from "../gguf/GgufCursor";
import { readValue } from "../gguf/readMetadata";

const MAX_KEY_BYTES = 100;
const KEY = /^\w[\w.-]*\.[\w.-]*\w$/u;
const ascii = new TextDecoder("latin1");

export interface AppendedEntry {
  key: string;
  /** Key, type and value, as they are in the file. */
  bytes: Uint8Array;
}

/** `from`: nothing before it is an entry. `endBytes`: where the list of tensors begins. So much before that is looked at. */
export async function readAppendedEntries(
  source: ByteSource,
  from: number,
  endBytes: number,
  windowBytes: number,
): Promise<AppendedEntry[]> {
  const start = Math.max(from, endBytes - windowBytes);
  const bytes = await source.read(start, endBytes - start);
  const cursor = new GgufCursor({
    sizeBytes: bytes.length,
    read: (offset, length) => Promise.resolve(bytes.subarray(offset, offset + length)),
  });
  /** By their place: entries from which on only entries follow. */
  const leading = new Map<number, { key: string; end: number }>();
  let first = bytes.length;
  for (let at = bytes.length - 1; at >= 0; at--) {
    const key = keyAt(bytes, at);
    if (key === null) continue;
    const end = await valueEnd(cursor, at + 8 + key.length);
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

function keyAt(bytes: Uint8Array, at: number): string | null {
  // A length has 8 bytes.
  const length = bytes[at] ?? 0;
  if (length < 3 || length > MAX_KEY_BYTES || at + 8 + length > bytes.length) return null;
  for (let index = at + 1; index < at + 8; index++) if (bytes[index] !== 0) return null;
  const key = ascii.decode(bytes.subarray(at + 8, at + 8 + length));
  return KEY.test(key) ? key : null;
}

/** Where the value ends whose type stands at `at`; null when there is none. */
async function valueEnd(cursor: GgufCursor, at: number): Promise<number | null> {
  cursor.position = at;
  try {
    await readValue(cursor, "appended entry");
    return cursor.position;
  } catch (error) {
    if (error instanceof BadHeader) return null;
    throw error;
  }
}
