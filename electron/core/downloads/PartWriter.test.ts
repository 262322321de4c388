// Bytes that are read in pieces are in the part file in order, chunks are marked when they are whole, and a disk that fails is reported once.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { seededBytes } from "../../../e2e/hub/hubRepository";
import { PartFile } from "./PartFile";
import { newWriteBuffers, PartWriter, WriteError } from "./PartWriter";

const CHUNK_BYTES = 3 * 1024 * 1024;
const SIZE_BYTES = 2 * CHUNK_BYTES + 1_000_001;
const content = seededBytes(SIZE_BYTES, 3);

let folder: string;
let part: PartFile;
let written: number[];

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "facet-writer-"));
  part = await PartFile.open(folder, 0, SIZE_BYTES, CHUNK_BYTES);
  written = [];
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const writer = (start = 0, end = SIZE_BYTES) =>
  new PartWriter({
    part,
    buffers: newWriteBuffers(),
    start,
    end,
    onReceived: () => undefined,
    onWritten: (position) => written.push(position),
  });

/** As a connection does: fills the room with at most so many bytes, and waits when it is told to. */
async function feed(into: PartWriter, start: number, end: number, pieceBytes: number): Promise<{ waits: number }> {
  let waits = 0;
  for (let position = start; position < end;) {
    const room = into.room();
    const piece = content.subarray(position, Math.min(end, position + Math.min(pieceBytes, room.length)));
    room.set(piece);
    position += piece.length;
    const busy = into.took(piece.length);
    if (busy) {
      waits++;
      await busy;
    }
  }
  return { waits };
}

it.each([70_001, 1024 * 1024, 999])(
  "pieces of %i bytes: everything is there, in order, and every chunk is marked",
  async (pieceBytes) => {
    const into = writer();
    await feed(into, 0, SIZE_BYTES, pieceBytes);
    await into.flush();
    expect(part.chunks.missingBytes).toBe(0);
    expect(written.at(-1)).toBe(SIZE_BYTES);
    expect(written).toEqual(written.toSorted((a, b) => a - b));
    await part.close();
    expect((await readFile(PartFile.paths(folder, 0).data)).equals(content)).toBe(true);
  },
);

it("asks to wait only when both buffers are full", async () => {
  const into = writer();
  const { waits } = await feed(into, 0, SIZE_BYTES, 1024 * 1024);
  expect(waits).toBeGreaterThan(0);
  const oneBuffer = newWriteBuffers()[0].length;
  const again = writer(0, oneBuffer);
  expect(await feed(again, 0, oneBuffer, oneBuffer)).toEqual({ waits: 0 });
  await Promise.all([into.flush(), again.flush()]);
  await part.close();
});

it("what is not whole is written, and not marked", async () => {
  const into = writer(CHUNK_BYTES, 2 * CHUNK_BYTES);
  await feed(into, CHUNK_BYTES, CHUNK_BYTES + 1_500_000, 100_000);
  await into.flush();
  expect(written.at(-1)).toBe(CHUNK_BYTES + 1_500_000);
  expect(part.chunks.missingBytes).toBe(SIZE_BYTES);
  await part.close();
});

it("takes no byte after the end", async () => {
  const into = writer(0, 1000);
  await feed(into, 0, 1000, 1000);
  expect(() => into.room()).toThrow("more bytes");
  await into.flush();
  await part.close();
});

it("says that the disk failed, and writes no more", async () => {
  await part.close();
  const into = writer();
  await expect(feed(into, 0, SIZE_BYTES, 1024 * 1024)).rejects.toThrow(WriteError);
  await expect(into.flush()).rejects.toThrow(WriteError);
  expect(written).toEqual([]);
});
