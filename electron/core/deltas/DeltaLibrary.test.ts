// The library of deltas on real files: kept by content, whole or not at all, remembered over restarts.
import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync, writeFileSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, truncate, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Delta, DeltaFacts } from "../../contract/deltas";
import { fail, succeed, type Outcome } from "../../contract/failure";
import { DeltaId } from "../../contract/ids";
import { freeBytesIn } from "../../files/room";
import { openJsonFile } from "../JsonFile";
import { DeltaLibrary, DeltaList } from "./DeltaLibrary";
import { CrashNote } from "../CrashNote";

const facts: DeltaFacts = {
  kind: "lora",
  architecture: "llama",
  name: null,
  baseName: null,
  licence: null,
  baseFingerprint: null,
  rank: 8,
  changedTensorCount: 4,
  weightsBytes: 100,
  fidelity: null,
};
let folder: string;
let library: DeltaLibrary;
let inspection: Outcome<DeltaFacts>;
let inspected: string[];
/** What the header of a file says, before it is copied. */
let look: Outcome<unknown>;
let looked: string[];
let changes: Delta[][];

const deltas = () => path.join(folder, "deltas");
const source = async (name: string, content: string) => {
  const file = path.join(folder, name);
  await writeFile(file, content);
  return file;
};
const add = async (name: string, content: string) =>
  value(await library.addFile(await source(name, content), { kind: "file", fileName: name }));
const noDiscard = () => Promise.reject(new Error("not to be called"));

function value<Value>(outcome: Outcome<Value>): Value {
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.failure));
  return outcome.value;
}

async function open(): Promise<void> {
  const { file } = await openJsonFile(path.join(folder, "deltas.json"), DeltaList, () => 0);
  library = new DeltaLibrary({
    folder: deltas(),
    list: file,
    loading: CrashNote.ofDeltas(path.join(folder, "loading-deltas")),
    now: () => 7,
    look: async (lookedFile) => (looked.push(path.basename(lookedFile)), look),
    inspect: async (inspectedFile) => (inspected.push(await readFile(inspectedFile, "utf8")), inspection),
    changeForm: async (from, to, compact) => {
      await writeFile(to, `${compact ? "compact" : "whole"} of ${await readFile(from, "utf8")}`);
      inspection = succeed(facts);
      return succeed(undefined);
    },
    onChanged: (list) => changes.push(list),
  });
  library.recover();
}

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "facet-library-"));
  inspection = succeed(facts);
  inspected = [];
  look = succeed(undefined);
  looked = [];
  changes = [];
  await open();
});
// What was begun in the background may still write.
afterEach(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));

describe("the compact form", () => {
  it("is expanded when it is added, and what is kept is the whole", async () => {
    inspection = fail("delta-compact");
    const added = await add("small.gguf", "few");
    expect(inspected).toEqual(["few", "whole of few"]);
    expect(await readdir(deltas())).toEqual([`${added.id}.gguf`]);
    expect(await readFile(path.join(deltas(), `${added.id}.gguf`), "utf8")).toBe("whole of few");
  });

  it("is written where the user wants it; the library's file stays whole", async () => {
    inspection = succeed({ ...facts, kind: "bitdelta", rank: null });
    const added = await add("large.gguf", "many");
    const target = path.join(folder, "small.gguf");
    value(await library.exportTo(added.id, { target, compact: true }));
    expect(await readFile(target, "utf8")).toBe("compact of many");
    expect(await readdir(deltas())).toEqual([`${added.id}.gguf`]);
  });

  it("is none that a LoRA has, and a cancelled one is not written", async () => {
    const lora = await add("lora.gguf", "low");
    const target = path.join(folder, "small.gguf");
    expect(await library.exportTo(lora.id, { target, compact: true })).toMatchObject({
      ok: false,
      failure: { code: "delta-not-one-bit", details: { delta: "lora" } },
    });
    inspection = succeed({ ...facts, kind: "bitdelta", rank: null });
    const added = await add("large.gguf", "many");
    expect(await library.exportTo(added.id, { target, compact: true }, { signal: AbortSignal.abort() })).toMatchObject({
      ok: false,
      failure: { code: "request-cancelled" },
    });
    expect(await readdir(folder)).not.toContain("small.gguf");
  });
});

describe("the order", () => {
  it("is the one they were added in, until a user changes it, and outlives a restart", async () => {
    for (const name of ["a", "b", "c"]) await add(`${name}.gguf`, name);
    const names = () =>
      library
        .list()
        .map(({ name }) => name)
        .reverse();
    const idOf = (name: string) => library.list().find((delta) => delta.name === name)!.id;
    expect(names()).toEqual(["a", "b", "c"]);
    value(await library.place(idOf("c"), idOf("a")));
    expect(names()).toEqual(["c", "a", "b"]);
    value(await library.place(idOf("c"), idOf("b")));
    expect(names()).toEqual(["a", "c", "b"]);
    value(await library.place(idOf("a"), null));
    await open();
    expect(names()).toEqual(["c", "b", "a"]);
    expect(changes.at(-1)!.map(({ name }) => name)).toEqual(["a", "b", "c"]);
  });

  it("stays when either is not there, or it is put before itself", async () => {
    const { id } = await add("a.gguf", "a");
    const unknown = DeltaId.parse("0".repeat(32));
    for (const [one, other] of [
      [unknown, id],
      [id, unknown],
      [id, id],
    ] as const) {
      expect(await library.place(one, other)).toMatchObject({ ok: false, failure: { code: "not-found" } });
    }
    expect(library.list().map((delta) => delta.id)).toEqual([id]);
  });
});

describe("adding", () => {
  it("copies the file, inspects the copy, and remembers it over a restart", async () => {
    const pirate = await add("Pirate.gguf", "arr");
    expect(pirate).toMatchObject({
      name: "Pirate",
      hue: 0,
      sizeBytes: 3,
      createdAtMs: 7,
      origin: { kind: "file", fileName: "Pirate.gguf" },
      failure: null,
    });
    expect(inspected).toEqual(["arr"]);
    await rm(path.join(folder, "Pirate.gguf"));
    await open();
    expect(library.list()).toEqual([pirate]);
    expect(await readFile(library.find(pirate.id)!.path, "utf8")).toBe("arr");
  });

  it("gives each its own hue, and takes the name from the file's header", async () => {
    expect((await add("a.gguf", "a")).hue).toBe(0);
    expect((await add("b.gguf", "b")).hue).toBe(1);
    inspection = succeed({ ...facts, name: "The poet" });
    expect(await add("c.gguf", "c")).toMatchObject({ hue: 2, name: "The poet" });
    await library.delete(library.list().find(({ name }) => name === "b")!.id, (file) => rm(file));
    expect((await add("d.gguf", "d")).hue).toBe(1);
  });

  it("reports how far it is, and leaves nothing when it is cancelled", async () => {
    const file = await source("large.gguf", "x".repeat(3 << 20));
    const origin = { kind: "file" as const, fileName: "large.gguf" };
    const reported: string[] = [];
    const abort = new AbortController();
    const run = (cancelsAfterMiB: number) => ({
      signal: abort.signal,
      addTotal: (bytes: number) => reported.push(`of ${bytes >> 20}`),
      addDone: (bytes: number) => {
        reported.push(String(bytes >> 20));
        // The total came first.
        if (reported.length > cancelsAfterMiB) abort.abort();
      },
    });
    value(await library.addFile(file, origin, {}, run(Infinity)));
    expect(reported).toEqual(["of 3", "1", "1", "1"]);
    await library.delete(library.list()[0]!.id, (kept) => rm(kept));

    reported.length = 0;
    expect(await library.addFile(file, origin, {}, run(2))).toMatchObject({
      ok: false,
      failure: { code: "request-cancelled" },
    });
    expect(reported).toEqual(["of 3", "1", "1"]);
    expect(await readdir(deltas())).toEqual([]);
    expect(library.list()).toEqual([]);
  });

  it("gives a file that Facet made its name without copying it", async () => {
    const file = await source("made.part", "made here");
    const added = value(await library.addOwnFile(file, { kind: "made", baseName: "Base", fineTuneName: "Tuned" }));
    const kept = library.find(added.id)!.path;
    expect((await stat(kept)).ino).toBe((await stat(file)).ino);
    await rm(file);
    expect(library.list()[0]).toMatchObject({ id: added.id, failure: null });
  });

  it("keeps the same content once", async () => {
    const first = await add("a.gguf", "same");
    value(await library.rename(first.id, "Mine"));
    expect((await add("b.gguf", "same")).name).toBe("Mine");
    expect(library.list()).toHaveLength(1);
    expect(await readdir(deltas())).toEqual([`${first.id}.gguf`]);
  });

  it("looks at the header and the room before it copies anything", async () => {
    look = fail("delta-not-an-adapter");
    const zeros = await source("zeros.gguf", "0000");
    const adding = () => library.addFile(zeros, { kind: "file", fileName: "zeros.gguf" });
    expect(await adding()).toEqual({
      ok: false,
      failure: { code: "delta-not-an-adapter", details: { file: "zeros.gguf", delta: "zeros.gguf" } },
    });
    look = succeed(undefined);
    // Holes take no room.
    await truncate(zeros, (await freeBytesIn(folder)) + 1e9);
    expect(await adding()).toMatchObject({ ok: false, failure: { code: "disk-full" } });
    expect(await library.addFile("/dev/zero", { kind: "file", fileName: "zero" })).toMatchObject({
      ok: false,
      failure: { code: "model-unreadable" },
    });
    expect(looked).toEqual(["zeros.gguf", "zeros.gguf"]);
    expect(inspected).toEqual([]);
    expect(await readdir(deltas())).toEqual([]);
  });

  it("leaves nothing of a file that is refused", async () => {
    inspection = fail("delta-weights-not-finite", { tensor: "blk.0" });
    expect(await library.addFile(await source("bad.gguf", "bad"), { kind: "file", fileName: "bad.gguf" })).toEqual({
      ok: false,
      failure: { code: "delta-weights-not-finite", details: { file: "bad.gguf", delta: "bad.gguf", tensor: "blk.0" } },
    });
    expect(await readdir(deltas())).toEqual([]);
    expect(library.list()).toEqual([]);
  });

  it.each([
    ["not there", "delta-missing"],
    [".", "model-unreadable"],
  ])("says that %j cannot be read", async (name, code) => {
    expect(await library.addFile(path.join(folder, name), { kind: "file", fileName: "x" })).toMatchObject({
      ok: false,
      failure: { code },
    });
  });

  it.skipIf(process.platform === "win32")("refuses pipes without waiting for a writer", async () => {
    const pipe = path.join(folder, "pipe.gguf");
    execFileSync("mkfifo", [pipe]);
    // Node reads files in four threads: with each of them waiting, nothing else could be read.
    for (const fileName of ["1", "2", "3", "4", "5"])
      expect(await library.addFile(pipe, { kind: "file", fileName })).toMatchObject({
        ok: false,
        failure: { code: "model-unreadable", details: { file: "pipe.gguf" } },
      });
    expect(await readdir(deltas())).toEqual([]);
  });

  it("removes no file at the next start, whatever it is called", async () => {
    await mkdir(path.join(deltas(), "folder.part"), { recursive: true });
    const names = ["part", "part.facet-part", "part.facet-part.group.facet-part"].map(
      (name) => `${randomUUID()}.${name}`,
    );
    const others = ["0000.part", "notes.txt", "lora.gguf", "lora.gguf.part", `${"a".repeat(32)}.gguf`];
    for (const name of [...names, ...others]) await writeFile(path.join(deltas(), name), "of somebody else");
    await open();
    expect((await readdir(deltas())).sort()).toEqual([...names, ...others, "folder.part"].sort());
  });
});

describe("a file in the folder that is in no list", () => {
  const put = async (name: string, content: string) => {
    await mkdir(deltas(), { recursive: true });
    await writeFile(path.join(deltas(), name), content);
  };
  const addFound = (name: string) => library.addFound(name, { signal: new AbortController().signal });

  it("is offered, and used once it is added, where it is", async () => {
    await put("Pirate.gguf", "arr");
    await put("notes.txt", "mine");
    await mkdir(path.join(deltas(), "folder.gguf"));
    await add("listed.gguf", "abc");
    await open();
    expect(await library.found()).toEqual([{ fileName: "Pirate.gguf", sizeBytes: 3 }]);
    const { ino } = await stat(path.join(deltas(), "Pirate.gguf"));
    const added = value(await addFound("Pirate.gguf"));
    expect(added).toMatchObject({ name: "Pirate", sizeBytes: 3, failure: null, hue: 1 });
    expect((await stat(library.find(added.id)!.path)).ino).toBe(ino);
    expect(await library.found()).toEqual([]);
    await open();
    expect(library.list().map(({ name }) => name)).toEqual(["Pirate", "listed"]);
  });

  it("brings back a library whose list is gone", async () => {
    const { id } = await add("Pirate.gguf", "arr");
    await rm(path.join(folder, "deltas.json"));
    await open();
    expect(library.list()).toEqual([]);
    expect(await library.found()).toEqual([{ fileName: `${id}.gguf`, sizeBytes: 3 }]);
    inspection = succeed({ ...facts, name: "The pirate" });
    expect(value(await addFound(`${id}.gguf`))).toMatchObject({ id, name: "The pirate", failure: null });
  });

  it("takes the place of an entry that cannot be understood", async () => {
    const { id } = await add("Pirate.gguf", "arr");
    await writeFile(path.join(folder, "deltas.json"), JSON.stringify({ deltas: [{ id, name: 7 }, { id: "other" }] }));
    await open();
    value(await addFound(`${id}.gguf`));
    const { deltas: rows } = JSON.parse(await readFile(path.join(folder, "deltas.json"), "utf8"));
    expect(rows.map((row: { id: string }) => row.id).sort()).toEqual([id, "other"].sort());
  });

  it("is left alone when it is no fine-tune, or one that is here already", async () => {
    await put("model.gguf", "many");
    inspection = fail("delta-not-an-adapter");
    expect(await addFound("model.gguf")).toEqual({
      ok: false,
      failure: { code: "delta-not-an-adapter", details: { file: "model.gguf", delta: "model.gguf" } },
    });
    inspection = succeed(facts);
    await add("Pirate.gguf", "arr");
    await put("copy.gguf", "arr");
    expect(await addFound("copy.gguf")).toEqual({
      ok: false,
      failure: { code: "delta-already-here", details: { file: "copy.gguf", delta: "Pirate" } },
    });
    expect((await library.found()).map(({ fileName }) => fileName)).toEqual(["copy.gguf", "model.gguf"]);
    expect(library.list()).toHaveLength(1);
  });

  it("gives a delta its file back, which keeps its name", async () => {
    const { id } = await add("Pirate.gguf", "arr");
    value(await library.rename(id, "Mine"));
    await rename(library.find(id)!.path, path.join(deltas(), "moved.gguf"));
    expect(value(await addFound("moved.gguf"))).toMatchObject({ id, name: "Mine", failure: null });
    expect(library.list()).toHaveLength(1);
  });

  it("is expanded where it is in the compact form, and stays", async () => {
    await put("small.gguf", "few");
    inspection = fail("delta-compact");
    const added = value(await addFound("small.gguf"));
    expect(await readFile(library.find(added.id)!.path, "utf8")).toBe("whole of few");
    expect(await readFile(path.join(deltas(), "small.gguf"), "utf8")).toBe("few");
  });

  it("in the compact form is not offered again, until it changes or its delta is deleted", async () => {
    await put("small.gguf", "few");
    await put("again.gguf", "few");
    inspection = fail("delta-compact");
    const { id } = value(await addFound("small.gguf"));
    expect(await library.found()).toEqual([{ fileName: "again.gguf", sizeBytes: 3 }]);
    inspection = fail("delta-compact");
    expect(value(await addFound("again.gguf")).id).toBe(id);
    await open();
    expect(await library.found()).toEqual([]);
    expect(Object.keys(library.list()[0]!)).not.toContain("compactFiles");
    await put("small.gguf", "another");
    expect(await library.found()).toEqual([{ fileName: "small.gguf", sizeBytes: 7 }]);
    value(await library.delete(id, (file) => rm(file)));
    expect(await library.found()).toHaveLength(2);
  });

  it.each(["../outside.gguf", "listed.txt", "none.gguf", ""])("is none that is not in the folder: %j", async (name) => {
    await source("outside.gguf", "x");
    await put("listed.txt", "x");
    expect(await addFound(name)).toMatchObject({ ok: false, failure: { code: "not-found" } });
  });
});

describe("a delta whose file changed or is gone", () => {
  it("says so and is not used; deleting it needs no file", async () => {
    const { id } = await add("a.gguf", "abc");
    const named = value(library.choose([{ deltaId: id, scale: 1 }]));
    await writeFile(library.find(id)!.path, "longer than before");
    expect(library.list()[0]).toMatchObject({ failure: { code: "delta-changed", details: { delta: "a" } } });
    expect(library.resolve(named)).toMatchObject({ ok: false, failure: { code: "delta-changed" } });
    await rm(library.find(id)!.path);
    expect(library.resolve(named)).toMatchObject({
      ok: false,
      failure: { code: "delta-missing", details: { delta: "a" } },
    });
    value(await library.delete(id, noDiscard));
    expect(library.list()).toEqual([]);
    // The chat still names it.
    expect(library.resolve(named)).toMatchObject({
      ok: false,
      failure: { code: "delta-missing", details: { delta: "a" } },
    });
  });

  it("is whole again when its file is added again", async () => {
    const { id } = await add("a.gguf", "abc");
    await rm(library.find(id)!.path);
    expect((await add("a.gguf", "abc")).failure).toBeNull();
    expect(library.list()).toHaveLength(1);
  });
});

describe("a delta that the engine died of", () => {
  it("is not used until the user chooses it again", async () => {
    const { id } = await add("a.gguf", "abc");
    const named = value(library.choose([{ deltaId: id, scale: 1 }]));
    library.crashed([id]);
    expect(library.resolve(named)).toMatchObject({
      ok: false,
      failure: { code: "delta-crashed-last-time", details: { delta: "a" } },
    });
    value(library.choose([{ deltaId: id, scale: 1 }]));
    expect(value(library.resolve(named))).toEqual([{ deltaId: id, name: "a", scale: 1, path: library.find(id)!.path }]);
  });

  it("is known even when the whole app died with it", async () => {
    const { id } = await add("a.gguf", "abc");
    await library.noteLoading([id]);
    await open();
    expect(library.list()[0]).toMatchObject({ failure: { code: "delta-crashed-last-time" } });
    await expect.poll(() => existsSync(path.join(folder, "loading-deltas"))).toBe(false);
    await open();
    expect(library.list()[0]).toMatchObject({ failure: { code: "delta-crashed-last-time" } });
  });

  it("is none where the note makes no sense", async () => {
    await add("a.gguf", "abc");
    await writeFile(path.join(folder, "loading-deltas"), '["../../x"]');
    await open();
    expect(library.list()[0]!.failure).toBeNull();
  });
});

describe("choosing, deleting, exporting", () => {
  it("names what was chosen, and refuses what is not known", async () => {
    const { id } = await add("a.gguf", "abc");
    expect(value(library.choose([{ deltaId: id, scale: 0.5 }]))).toEqual([
      { deltaId: id, scale: 0.5, name: "a", hue: 0, kind: "lora" },
    ]);
    expect(library.choose([{ deltaId: DeltaId.parse("unknown"), scale: 1 }])).toMatchObject({
      ok: false,
      failure: { code: "delta-missing" },
    });
    for (const scale of [-0.1, 2.1])
      expect(library.choose([{ deltaId: id, scale }])).toMatchObject({
        ok: false,
        failure: { code: "request-invalid" },
      });
  });

  it("keeps a delta that could not be moved to the trash", async () => {
    const { id } = await add("a.gguf", "abc");
    expect(await library.delete(id, () => Promise.reject(new Error("held")))).toMatchObject({
      ok: false,
      failure: { code: "delta-not-moved-to-trash" },
    });
    expect(library.list()).toHaveLength(1);
  });

  it("exports the whole file, and nothing that was changed meanwhile", async () => {
    const { id } = await add("a.gguf", "abc");
    const target = path.join(folder, "out.gguf");
    await writeFile(target, "older");
    value(await library.exportTo(id, { target, replaces: true }));
    expect(await readFile(target, "utf8")).toBe("abc");
    await writeFile(library.find(id)!.path, "xyz");
    expect(await library.exportTo(id, { target, replaces: true })).toMatchObject({
      ok: false,
      failure: { code: "delta-changed" },
    });
    expect(await readFile(target, "utf8")).toBe("abc");
    expect((await readdir(folder)).filter((name) => name.endsWith(".part"))).toEqual([]);
  });

  it("exports onto a file only when the user agreed, and only onto the one that was there then", async () => {
    const { id } = await add("a.gguf", "abc");
    const target = path.join(folder, "out.gguf");
    const taken = { ok: false, failure: { code: "target-exists", details: { file: "out.gguf" } } };
    await writeFile(target, "older");
    expect(await library.exportTo(id, { target })).toEqual(taken);
    for (const replaces of [true, false]) {
      if (!replaces) await rm(target);
      // Somebody else puts a file there while it is written.
      const run = { signal: new AbortController().signal, addDone: () => writeFileSync(target, "of somebody else") };
      expect(await library.exportTo(id, { target, replaces }, run)).toEqual(taken);
      expect(await readFile(target, "utf8")).toBe("of somebody else");
    }
    expect((await readdir(folder)).filter((name) => name.endsWith(".part"))).toEqual([]);
  });

  it("exports to a name as long as the file system takes", async () => {
    inspection = succeed({ ...facts, kind: "bitdelta", rank: null });
    const { id } = await add("a.gguf", "abc");
    for (const [length, compact] of [
      [214, false],
      [255, false],
      [254, true],
    ] as const) {
      const target = path.join(folder, `${"n".repeat(length - 5)}.gguf`);
      value(await library.exportTo(id, { target, compact }));
      expect(await readFile(target, "utf8")).toBe(compact ? "compact of abc" : "abc");
    }
  });

  it("emits each change", async () => {
    const { id } = await add("a.gguf", "abc");
    value(await library.rename(id, "B"));
    expect(changes.at(-1)).toMatchObject([{ name: "B" }]);
  });
});
