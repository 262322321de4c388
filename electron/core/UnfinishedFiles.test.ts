// The journal of unfinished files: what a kill leaves goes at the next start, and nothing that is somebody else's.
import { randomUUID } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { JOURNAL_FILE, UnfinishedFiles } from "./UnfinishedFiles";

let parent: string;
let folder: string;
const at = (...names: string[]) => path.join(folder, ...names);
const journal = () => readFileSync(at(JOURNAL_FILE), "utf8");
const open = () => UnfinishedFiles.open(folder, () => undefined);
const nobody = () => false;

beforeEach(() => {
  parent = mkdtempSync(path.join(tmpdir(), "facet-journal-"));
  folder = path.join(parent, "data");
  mkdirSync(folder);
});
afterEach(() => rmSync(parent, { recursive: true }));

function put(file: string, content = "half"): string {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, content);
  return file;
}

/** Files and folders that Facet begins, as a run that is killed then leaves them. */
async function beginAll(unfinished: UnfinishedFiles): Promise<string[]> {
  const copy = at("models", ".imports", randomUUID());
  const files = [
    at(`loads.json.${randomUUID()}.tmp`),
    at("models", "maker__name", `a.gguf.origin.json.${randomUUID()}.tmp`),
    at("models", "made", "Model Q4_K_M.gguf.facet-part"),
    at("models", ".downloads", "a".repeat(32), "0.part"),
    at("models", ".fetch-" + randomUUID(), "download"),
    at("deltas", `${randomUUID()}.part`),
    at("deltas", `${randomUUID()}.part.facet-part.group.facet-part`),
    at("fetched", "b".repeat(32), "weights", "0.chunks"),
    path.join(copy, "name of a model.gguf"),
    path.join(parent, `facet-${randomUUID()}.part`),
  ];
  await unfinished.begin(copy);
  for (const file of files) {
    await unfinished.begin(file);
    put(file);
  }
  return [...files, copy];
}

it("removes at the next start what was begun and not finished", async () => {
  const begun = await beginAll(await open());
  expect(begun.every((file) => existsSync(file))).toBe(true);
  const next = await open();
  expect(next.paths.sort()).toEqual(begun.sort());
  expect(await next.recover(nobody)).toBe(begun.length);
  expect(begun.filter((file) => existsSync(file))).toEqual([]);
  expect((await open()).paths).toEqual([]);
});

it("keeps what somebody goes on with, and its entries", async () => {
  const begun = await beginAll(await open());
  const kept = at("models", ".downloads");
  await (await open()).recover((file) => file.startsWith(kept));
  expect(begun.filter((file) => existsSync(file))).toEqual(begun.filter((file) => file.startsWith(kept)));
  expect((await open()).paths).toEqual(begun.filter((file) => file.startsWith(kept)));
});

it("forgets what got its own name, or was discarded, and writes one line for each", async () => {
  const unfinished = await open();
  const [placed, discarded] = [at(`${randomUUID()}.part`), at(`${randomUUID()}.part`)];
  for (const file of [placed, discarded]) {
    await unfinished.begin(file);
    put(file);
  }
  rmSync(placed);
  for (const file of [placed, discarded]) await unfinished.discard(file);
  expect(existsSync(discarded)).toBe(false);
  expect(journal().split("\n")).toHaveLength(6);
  expect((await open()).paths).toEqual([]);
});

it("removes nothing that no entry names, and of what an entry names only Facet's own form", async () => {
  const unfinished = await open();
  const [work, uuid] = [at("models", ".imports", randomUUID()), randomUUID()];
  const theirs = [
    at(`loads.json.${randomUUID()}.tmp`),
    at("deltas", `${randomUUID()}.part`),
    at("fetched", "c".repeat(32), "thesis.odt"),
    path.join(work, "photo.jpg"),
    at("notes.txt"),
    path.join(parent, "holiday.part"),
  ];
  for (const file of theirs) put(file, "mine");
  for (const file of [work, at("notes.txt"), path.join(parent, "holiday.part"), at("deltas", `${uuid}.part`)])
    await unfinished.begin(file);
  // A folder has the name of a file that was begun.
  const inFolder = put(at("deltas", `${uuid}.part`, "diary.txt"), "mine");
  await (await open()).recover(nobody);
  for (const file of [...theirs, inFolder]) expect(readFileSync(file, "utf8")).toBe("mine");
});

it("follows no link", async () => {
  const unfinished = await open();
  const target = put(path.join(parent, "target", "a.txt"), "mine");
  const link = at("deltas", `${randomUUID()}.part`);
  mkdirSync(at("deltas"));
  symlinkSync(path.dirname(target), link);
  await unfinished.begin(link);
  await (await open()).recover(nobody);
  expect(readFileSync(target, "utf8")).toBe("mine");
});

it("reads a journal that a kill tore, and keeps lines that it does not understand", async () => {
  const whole = put(at(`${randomUUID()}.part`));
  const torn = put(at(`${randomUUID()}.part`));
  const newer = '* {"of a newer":"Facet"}';
  const lines = ["facet-unfinished 1", newer, `+ ${JSON.stringify(path.basename(whole))}`, "+ nonsense"];
  writeFileSync(at(JOURNAL_FILE), `${lines.join("\n")}\n+ "${path.basename(torn).slice(0, -2)}`);
  const unfinished = await open();
  expect(unfinished.paths).toEqual([whole]);
  const later = at(`${randomUUID()}.part`);
  await unfinished.begin(later);
  put(later);
  const next = await open();
  expect(next.paths).toEqual([whole, later]);
  await next.recover(nobody);
  expect([whole, later].filter((file) => existsSync(file))).toEqual([]);
  expect(existsSync(torn)).toBe(true);
  expect(journal()).toContain(newer);
});

it.each([0, 5, "facet-unfinished 1".length])("goes on with a journal of which %i bytes were written", async (bytes) => {
  writeFileSync(at(JOURNAL_FILE), "facet-unfinished 1\n".slice(0, bytes));
  const file = put(at(`${randomUUID()}.part`));
  await (await open()).begin(file);
  expect((await open()).paths).toEqual([file]);
});

it("leaves what is no journal of Facet's as it is, under another name", async () => {
  writeFileSync(at(JOURNAL_FILE), "Dear diary,\n+ 'x'\n");
  await (await open()).begin(at(`${randomUUID()}.part`));
  const [aside] = readdirSync(folder).filter((name) => name !== JOURNAL_FILE);
  expect(readFileSync(at(aside!), "utf8")).toBe("Dear diary,\n+ 'x'\n");
});

it.each<[string, () => void]>([
  ["a folder", () => mkdirSync(at(JOURNAL_FILE))],
  [
    "a link to a file of somebody else",
    () => symlinkSync(put(path.join(parent, "mine.txt"), "mine"), at(JOURNAL_FILE)),
  ],
])("writes nothing where %s has the journal's name, and works all the same", async (_what, arrange) => {
  arrange();
  const unfinished = await open();
  const file = at(`${randomUUID()}.part`);
  await unfinished.begin(file);
  put(file);
  await unfinished.discard(file);
  expect(existsSync(file)).toBe(false);
  expect(readdirSync(folder)).toEqual([JOURNAL_FILE]);
  expect(readdirSync(parent).map((name) => name === "data" || readFileSync(path.join(parent, name), "utf8"))).toSatisfy(
    (found: unknown[]) => found.every((one) => one === true || one === "mine"),
  );
});

it("stays small, however much is written, and is the user's own", async () => {
  const unfinished = await open();
  const open1 = at(`${randomUUID()}.part`);
  await unfinished.begin(open1);
  await Promise.all(
    Array.from({ length: 3_000 }, async (_, index) => {
      const file = at(`${index}.${randomUUID()}.tmp`);
      await unfinished.begin(file);
      await unfinished.discard(file);
    }),
  );
  expect(statSync(at(JOURNAL_FILE)).size).toBeLessThan(400_000);
  expect((await open()).paths).toEqual([open1]);
  expect(readdirSync(folder)).toEqual([JOURNAL_FILE]);
  expect(statSync(at(JOURNAL_FILE)).mode & (process.platform === "win32" ? 0 : 0o077)).toBe(0);
});

it("finds a data folder's files where the folder was moved to", async () => {
  const file = put(at(`${randomUUID()}.part`));
  await (await open()).begin(file);
  const before = folder;
  folder = path.join(parent, "moved");
  mkdirSync(folder);
  for (const name of readdirSync(before)) writeFileSync(at(name), readFileSync(path.join(before, name)));
  expect(await (await open()).recover(nobody)).toBe(1);
  expect(existsSync(path.join(before, path.basename(file)))).toBe(true);
});
