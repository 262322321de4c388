// Whatever asks, and however often: one dialog at a time, one window of the file manager.
import { beforeEach, expect, it, vi } from "vitest";
import { askInDialog, chooseFile, chooseFolders, chooseTarget } from "./dialogs";
import { openFolder, showFile } from "./outside";

const electron = vi.hoisted(() => ({ shown: [] as string[], close: () => {} }));
vi.mock("electron", () => {
  const show = (name: string, answer: object) => () => {
    electron.shown.push(name);
    return new Promise((resolve) => {
      electron.close = () => resolve(answer);
    });
  };
  return {
    dialog: {
      showMessageBox: show("question", { response: 1 }),
      showOpenDialog: show("open", { canceled: false, filePaths: ["/chosen"] }),
      showSaveDialog: show("save", { canceled: false, filePath: "/target" }),
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
  file: () => chooseFile(owner, "Choose", []),
  folders: () => chooseFolders(owner, {}),
  target: () => chooseTarget(owner, {}),
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
  expect(await first).toEqual({ question: 1, file: "/chosen", folders: ["/chosen"], target: "/target" }[name]);
  const next = ways[name]();
  electron.close();
  await next;
  expect(electron.shown).toHaveLength(2);
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
