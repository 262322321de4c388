import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { MAX_STACK_DELTAS } from "../contract/deltas";
import { DeltaId, ModelId } from "../contract/ids";
import { CrashNote } from "./CrashNote";

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "facet-note-"));
  file = path.join(folder, "note");
});
afterEach(() => rmSync(folder, { recursive: true }));

const [one, two] = [DeltaId.parse("one"), DeltaId.parse("two")];

test("is found at the next start, until it is cleared", async () => {
  const note = CrashNote.ofDeltas(file);
  await note.write([one, two]);
  expect(CrashNote.ofDeltas(file).read()).toEqual([one, two]);
  note.clear();
  expect(CrashNote.ofDeltas(file).read()).toEqual([]);
});

test("holds what a stopped answer and the one behind it bring into memory", async () => {
  const ids = Array.from({ length: 2 * MAX_STACK_DELTAS }, (_, index) => DeltaId.parse(`d${index}`));
  await CrashNote.ofDeltas(file).write(ids);
  expect(CrashNote.ofDeltas(file).read()).toEqual(ids);
});

test("a load that is over before the note was written leaves none", async () => {
  const note = CrashNote.ofDeltas(file);
  const writing = note.write([one]);
  note.clear();
  await writing;
  expect(existsSync(file)).toBe(false);
});

test("a model's note of an earlier version is understood, and a damaged one says nothing", () => {
  writeFileSync(file, "67b352aaa7c6afdbbc816ded965adb18\n");
  expect(CrashNote.ofModel(file).read()).toEqual([ModelId.parse("67b352aaa7c6afdbbc816ded965adb18")]);
  for (const damaged of ["", "[", "[1]", '["../x"]', "a b"]) {
    writeFileSync(file, damaged);
    expect(CrashNote.ofModel(file).read()).toEqual([]);
  }
});

test("a disk that takes no note keeps nobody from loading", async () => {
  const note = CrashNote.ofModel(path.join(folder, "missing", "note"));
  await note.write([ModelId.parse("m1")]);
  expect(note.read()).toEqual([]);
});
