// Whatever asks, and however often: one dialog at a time, one window of the file manager. Each kind begins where it was left.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Log } from "../../core/LogFile";
import { askInDialog, chooseFile, chooseFolders, chooseTarget, rememberFolders } from "./dialogs";
import { openFolder, showFile } from "./outside";

const electron = vi.hoisted(() => ({
  shown: [] as string[],
  beginsAt: undefined as string | undefined,
  close: () => {},
}));
vi.mock("electron", () => {
  const show =
    (name: string, answer: object) =>
    (_owner: unknown, { defaultPath }: { defaultPath?: string }) => {
      electron.shown.push(name);
      electron.beginsAt = defaultPath;
      return new Promise((resolve) => {
        electron.close = () => resolve(answer);
      });
    };
  return {
    dialog: {
      showMessageBox: show("question", { response: 1 }),
      showOpenDialog: show("open", { canceled: false, filePaths: ["/models/chosen"] }),
      showSaveDialog: show("save", { canceled: false, filePath: "/exports/target" }),
    },
    shell: {
      showItemInFolder: () => electron.shown.push("file"),
      openPath: async () => {
        electron.shown.push("folder");
        return "";
      },
    },
  };
});

const owner = {} as Parameters<typeof askInDialog>[0];
const ways = {
  question: () => askInDialog(owner, { message: "?" }),
  file: () => chooseFile(owner, "model", { title: "Choose", filters: [] }),
  folders: () => chooseFolders(owner, "gguf-folders", {}),
  target: () => chooseTarget(owner, "export", { fileName: "Pirate.gguf" }),
};

beforeEach(() => {
  electron.shown = [];
});

it.each(Object.keys(ways) as (keyof typeof ways)[])("while one asks for a %s, nothing else is shown", async (name) => {
  const first = ways[name]();
  const others = Array.from({ length: 75 }, () => Object.values(ways).map((way) => way())).flat();
  const refused = await Promise.all(others);
  expect(refused.every((answer) => answer === null || (Array.isArray(answer) && answer.length === 0))).toBe(true);
  expect(electron.shown).toHaveLength(1);
  electron.close();
  expect(await first).toEqual(
    { question: 1, file: "/models/chosen", folders: ["/models/chosen"], target: "/exports/target" }[name],
  );
  const next = ways[name]();
  electron.close();
  await next;
  expect(electron.shown).toHaveLength(2);
});

describe("the folders of dialogs", () => {
  let folder: string;
  let file: string;
  const log = vi.fn<Log>();
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), "facet-dialogs-"));
    file = path.join(folder, "dialogs.json");
    log.mockReset();
  });
  afterEach(() => rm(folder, { recursive: true }));

  /** Opens the dialog, answers it, and gives where it began. */
  async function beginsAt(way: () => Promise<unknown>): Promise<string | undefined> {
    const answered = way();
    const begun = electron.beginsAt;
    electron.close();
    await answered;
    return begun;
  }
  const model = () => chooseFile(owner, "model", { title: "Choose", filters: [], firstFolder: "/first" });

  it("are where each kind was left, also after a restart", async () => {
    rememberFolders(file, log);
    expect(await beginsAt(model)).toBe("/first");
    expect(await beginsAt(model)).toBe("/models");
    expect(await beginsAt(ways.folders)).toBeUndefined();
    expect(await beginsAt(ways.folders)).toBe("/models");
    expect(await beginsAt(ways.target)).toBe("Pirate.gguf");
    expect(await beginsAt(ways.target)).toBe("/exports/Pirate.gguf");

    rememberFolders(file, log);
    expect(await beginsAt(model)).toBe("/models");
    expect(await beginsAt(ways.target)).toBe("/exports/Pirate.gguf");
    expect(await beginsAt(() => chooseFile(owner, "text", { title: "Choose", filters: [] }))).toBeUndefined();
    expect(log).not.toHaveBeenCalled();
  });

  it.each(["", "[]", '{"model": 7}', '{"model": "/mod'])("are none where the file holds %j", async (content) => {
    await writeFile(file, content);
    rememberFolders(file, log);
    expect(await beginsAt(ways.file)).toBeUndefined();
    expect(await beginsAt(ways.file)).toBe("/models");
  });

  it("that cannot be kept fail no choice", async () => {
    rememberFolders(path.join(folder, "gone", "dialogs.json"), log);
    const answered = model();
    electron.close();
    expect(await answered).toBe("/models/chosen");
    expect(log).toHaveBeenCalledWith("warn", "folder of a dialog not saved", expect.anything());
    expect(await beginsAt(model)).toBe("/models");
  });
});

it("a file manager is opened once, however often it is asked for", async () => {
  vi.useFakeTimers({ toFake: ["performance"] });
  vi.advanceTimersByTime(5_000);
  for (let call = 0; call < 150; call++) {
    showFile("/a");
    await openFolder("/b");
  }
  expect(electron.shown).toEqual(["file"]);
  vi.advanceTimersByTime(1_000);
  expect(await openFolder("/b")).toBe("");
  expect(electron.shown).toEqual(["file", "folder"]);
  vi.useRealTimers();
});
