// A move of the models folder that was killed at any of its steps: nothing is lost, and the folder is whole in one place.
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import type promises from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { TaskRun } from "./FileTasks";
import { UnfinishedFiles } from "../UnfinishedFiles";
import { finishMove, moveModelsFolder, realModelsFolder, type ModelsPlace } from "./moveModelsFolder";

/** What becomes of the next links; afterwards they are made as they should be. */
let links: ("made" | "refused" | "not to be followed")[] = [];
vi.mock("node:fs/promises", async (original) => {
  const real = await original<typeof promises>();
  return {
    ...real,
    symlink: (to: string, link: string) => {
      const next = links.shift() ?? "made";
      if (next === "refused")
        return Promise.reject(Object.assign(new Error("EPERM: symlink"), { code: "EPERM", syscall: "symlink" }));
      return real.symlink(next === "made" ? to : path.join(to, "server that does not answer"), link);
    },
  };
});

let folder: string;
let otherDisk: string | null;
let place: ModelsPlace;
const at = (...names: string[]) => path.join(folder, ...names);
const run: TaskRun = { signal: new AbortController().signal, addTotal: () => {}, addDone: () => {} };

function fill(root: string): void {
  mkdirSync(path.join(root, "maker__name"), { recursive: true });
  writeFileSync(path.join(root, "a.gguf"), "A");
  writeFileSync(path.join(root, "maker__name", "b.gguf"), "BB");
}
function journal(step: string, from: string, to: string, madeFolder = false): void {
  writeFileSync(place.journalFile, JSON.stringify({ step, from, to, madeFolder }));
}
/** What makeDataFolder does at each start, before a move is finished. */
function makeEmptyFolder(): void {
  if (!lstatSync(place.modelsFolder, { throwIfNoEntry: false })) mkdirSync(place.modelsFolder);
}
function expectWholeBehindLink(to: string): void {
  expect(readlinkSync(place.modelsFolder)).toBe(to);
  expectWhole();
}
function expectWhole(): void {
  expect(readdirSync(place.modelsFolder).sort()).toEqual(["a.gguf", "maker__name"]);
  expect(readFileSync(path.join(place.modelsFolder, "a.gguf"), "utf8")).toBe("A");
  expect(readFileSync(path.join(place.modelsFolder, "maker__name", "b.gguf"), "utf8")).toBe("BB");
  expect(existsSync(place.journalFile)).toBe(false);
}

beforeEach(() => {
  folder = realpathSync(mkdtempSync(path.join(tmpdir(), "facet-move-")));
  mkdirSync(at("data"));
  mkdirSync(at("new"));
  links = [];
  otherDisk = existsSync("/dev/shm") ? mkdtempSync("/dev/shm/facet-move-") : null;
  place = {
    modelsFolder: at("data", "models"),
    journalFile: at("data", "models-move.json"),
    unfinished: UnfinishedFiles.withoutFile(),
  };
});
afterEach(() => {
  rmSync(folder, { recursive: true });
  if (otherDisk !== null) rmSync(otherDisk, { recursive: true });
});

describe("on one disk", () => {
  it("moves, moves on, and moves back", async () => {
    fill(place.modelsFolder);
    expect(await moveModelsFolder(place, at("new"), run)).toEqual({ ok: true, value: undefined });
    expectWholeBehindLink(at("new"));
    mkdirSync(at("third"));
    writeFileSync(at("third", "of somebody else.txt"), "");
    expect((await moveModelsFolder(place, at("third"), run)).ok).toBe(true);
    expectWholeBehindLink(at("third", "facet-models"));
    expect(existsSync(at("new"))).toBe(false);
    expect((await moveModelsFolder(place, null, run)).ok).toBe(true);
    expect(lstatSync(place.modelsFolder).isDirectory()).toBe(true);
    expectWhole();
  });

  it("refuses what cannot work, and changes nothing", async () => {
    fill(place.modelsFolder);
    mkdirSync(at("taken", "facet-models"), { recursive: true });
    writeFileSync(at("taken", "facet-models", "x"), "");
    for (const chosen of [at("taken"), place.modelsFolder, at("data", "models", "maker__name"), at("missing")]) {
      expect(await moveModelsFolder(place, chosen, run)).toMatchObject({
        ok: false,
        failure: { code: "models-folder-unusable" },
      });
      expectWhole();
    }
    expect(await moveModelsFolder(place, null, run)).toMatchObject({ ok: false });
  });

  it("killed before its rename: nothing has happened", async () => {
    fill(place.modelsFolder);
    journal("renaming", place.modelsFolder, at("new"));
    expect(await finishMove(place)).toBe("taken-back");
    expectWhole();
  });

  it("killed after its rename, and another folder made since: finished", async () => {
    fill(at("new"));
    journal("renaming", place.modelsFolder, at("new"));
    makeEmptyFolder();
    expect(await finishMove(place)).toBe("finished");
    expectWholeBehindLink(at("new"));
  });

  it.each(["before the link goes", "after the link went", "when all was done"])(
    "a move back, killed %s: finished",
    async (when) => {
      fill(when === "when all was done" ? place.modelsFolder : `${place.modelsFolder}.moving`);
      if (when === "before the link goes") symlinkSync(at("old"), place.modelsFolder);
      journal("renaming", at("old"), `${place.modelsFolder}.moving`, true);
      makeEmptyFolder();
      await finishMove(place);
      expect(lstatSync(place.modelsFolder).isDirectory()).toBe(true);
      expectWhole();
    },
  );
});

describe("to another disk", () => {
  it("killed while copying: what was copied goes, and nothing that was there", async () => {
    fill(place.modelsFolder);
    mkdirSync(at("new", "maker__name"));
    writeFileSync(at("new", "a.gguf"), "half");
    for (const name of ["maker__name", "a.gguf"]) await place.unfinished.begin(at("new", name));
    writeFileSync(at("new", "mine.txt"), "");
    writeFileSync(at("new", "maker__name", "b.gguf"), "of somebody else");
    journal("copying", place.modelsFolder, at("new"));
    expect(await finishMove(place)).toBe("taken-back");
    expect(readdirSync(at("new")).sort()).toEqual(["maker__name", "mine.txt"]);
    expect(readFileSync(at("new", "maker__name", "b.gguf"), "utf8")).toBe("of somebody else");
    expectWhole();
  });

  const old = () => `${place.modelsFolder}.moved`;
  it.each<[string, () => void]>([
    ["before the old folder stands aside", () => fill(place.modelsFolder)],
    ["before there is a link", () => fill(old())],
    [
      "with the link, before anything was deleted",
      () => {
        fill(old());
        symlinkSync(at("new"), place.modelsFolder);
      },
    ],
    [
      "with half of it deleted",
      () => {
        fill(old());
        rmSync(path.join(old(), "a.gguf"));
        symlinkSync(at("new"), place.modelsFolder);
      },
    ],
    ["with all done but the journal", () => symlinkSync(at("new"), place.modelsFolder)],
  ])("killed while cleaning up, %s: finished", async (_when, arrange) => {
    arrange();
    fill(at("new"));
    journal("cleaning", old(), at("new"));
    makeEmptyFolder();
    expect(await finishMove(place)).toBe("finished");
    expectWholeBehindLink(at("new"));
    expect(readdirSync(at("data"))).toEqual(["models"]);
  });

  it("keeps the old files while the new disk is away, and goes on when it is back", async () => {
    fill(place.modelsFolder);
    journal("cleaning", old(), at("away"));
    await expect(finishMove(place)).rejects.toThrow("not there");
    fill(at("here"));
    expect(existsSync(place.journalFile)).toBe(true);
    expect(readdirSync(old())).toHaveLength(2);
    renameSync(at("here"), at("away"));
    expect(await finishMove(place)).toBe("finished");
    expectWholeBehindLink(at("away"));
  });

  it("leaves what somebody put into the old folder meanwhile", async () => {
    fill(place.modelsFolder);
    writeFileSync(path.join(place.modelsFolder, "late.gguf"), "L");
    fill(at("new"));
    journal("cleaning", old(), at("new"));
    await finishMove(place);
    expect(readdirSync(old())).toEqual(["late.gguf"]);
  });
});

describe("where no link leads", () => {
  const impossible = { ok: false, failure: { code: "models-folder-unusable", details: { reason: "link-impossible" } } };
  const targets = () => [at("new"), ...(otherDisk === null ? [] : [otherDisk])];

  it.each(["refused", "not to be followed"] as const)("a link that is %s: nothing is moved or copied", async (kind) => {
    fill(place.modelsFolder);
    for (const to of targets()) {
      links = [kind];
      let copied = 0;
      expect(await moveModelsFolder(place, to, { ...run, addTotal: () => copied++ })).toMatchObject(impossible);
      expect(copied).toBe(0);
      expect(readdirSync(to)).toEqual([]);
      expect(readdirSync(at("data"))).toEqual(["models"]);
      expectWhole();
    }
  });

  it("all goes back when the link fails after the trial, from the data folder", async () => {
    fill(place.modelsFolder);
    for (const to of targets()) {
      links = ["made", "refused", "refused"];
      expect(await moveModelsFolder(place, to, run)).toMatchObject(impossible);
      expect(readdirSync(to)).toEqual([]);
      expect(readdirSync(at("data"))).toEqual(["models"]);
      expect(lstatSync(place.modelsFolder).isDirectory()).toBe(true);
      expectWhole();
    }
  });

  it("all goes back when the link fails after the trial, from another place", async () => {
    fill(at("former"));
    symlinkSync(at("former"), place.modelsFolder);
    for (const to of targets()) {
      links = ["made", "refused", "refused"];
      expect(await moveModelsFolder(place, to, run)).toMatchObject(impossible);
      expect(readdirSync(to)).toEqual([]);
      expectWholeBehindLink(at("former"));
    }
  });

  it("a start takes a move back that it cannot finish, and the next one has nothing to do", async () => {
    fill(`${place.modelsFolder}.moved`);
    fill(at("new"));
    for (const name of ["a.gguf", "maker__name", "maker__name/b.gguf"]) await place.unfinished.begin(at("new", name));
    journal("cleaning", `${place.modelsFolder}.moved`, at("new"));
    makeEmptyFolder();
    links = ["refused"];
    expect(await finishMove(place)).toBe("taken-back");
    expectWhole();
    expect(readdirSync(at("new"))).toEqual([]);
    expect(await finishMove(place)).toBe("nothing");
  });

  it("keeps everything where the old folder has lost files since", async () => {
    fill(`${place.modelsFolder}.moved`);
    rmSync(path.join(`${place.modelsFolder}.moved`, "a.gguf"));
    fill(at("new"));
    journal("cleaning", `${place.modelsFolder}.moved`, at("new"));
    links = ["refused"];
    await expect(finishMove(place)).rejects.toThrow("no link can be made");
    expect(readFileSync(at("new", "a.gguf"), "utf8")).toBe("A");
    expect(await finishMove(place)).toBe("finished");
    expectWholeBehindLink(at("new"));
  });
});

it("says where the models are, also when that is away", async () => {
  symlinkSync(at("gone"), place.modelsFolder);
  expect(await realModelsFolder(place)).toEqual({ folder: at("gone"), isMoved: true, isThere: false });
});

it("takes a journal that is no journal for none", async () => {
  for (const text of ["", "{", "[]", '{"step":"erase","from":"/","to":"/"}']) {
    writeFileSync(place.journalFile, text);
    expect(await finishMove(place)).toBe("nothing");
    expect(readFileSync(place.journalFile, "utf8")).toBe(text);
  }
});
