// The map of a part file's chunks, over versions.
import { mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { CHUNK_BYTES, PartFile } from "./PartFile";
import { SYNCED, WRITTEN } from "./ChunkMap";

const MIB = 1024 * 1024;
/** Of earlier versions. */
const FORMER_BYTES = 8 * MIB;
const SIZE_BYTES = 3 * FORMER_BYTES + 5 * MIB + 7;

let folder: string;
const { data, marks } = { data: () => PartFile.paths(folder, 0).data, marks: () => PartFile.paths(folder, 0).marks };
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "facet-part-"));
  await writeFile(data(), "");
  await truncate(data(), SIZE_BYTES);
});
afterEach(() => rm(folder, { recursive: true }));

it("goes on with what an earlier version fetched in larger chunks", async () => {
  await writeFile(marks(), Uint8Array.of(SYNCED, 0, WRITTEN, SYNCED));
  const there = 2 * FORMER_BYTES + 5 * MIB + 7;
  expect(await PartFile.receivedBytes(folder, 0, SIZE_BYTES)).toBe(there);
  const part = await PartFile.open(folder, 0, SIZE_BYTES);
  expect(part.chunks.missingBytes).toBe(SIZE_BYTES - there);
  expect(part.chunks.contiguousBytes).toBe(FORMER_BYTES);
  await part.close();
  expect(await readFile(marks())).toHaveLength(Math.ceil(SIZE_BYTES / CHUNK_BYTES));
  expect(await PartFile.receivedBytes(folder, 0, SIZE_BYTES)).toBe(there);
});

it("starts over with marks of another file", async () => {
  await writeFile(marks(), new Uint8Array(7).fill(SYNCED));
  expect(await PartFile.receivedBytes(folder, 0, SIZE_BYTES)).toBe(0);
  const part = await PartFile.open(folder, 0, SIZE_BYTES);
  expect(part.chunks.missingBytes).toBe(SIZE_BYTES);
  await part.close();
});

it("keeps the marks of all chunks that are brought to the disk together, and no others", async () => {
  const part = await PartFile.open(folder, 0, SIZE_BYTES);
  for (const chunk of [0, 1, 2, 9, 11]) await part.markWritten(chunk);
  await part.sync();
  await part.markWritten(10);
  await part.close();
  const written = await readFile(marks());
  expect([...written.keys()].filter((chunk) => written[chunk] === SYNCED)).toEqual([0, 1, 2, 9, 11]);
  expect([...written.keys()].filter((chunk) => written[chunk] === WRITTEN)).toEqual([10]);
});
