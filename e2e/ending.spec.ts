// However Facet ends, what it saved last is on the disk, no half of a file is left, and the data folder is as its document says.
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { undocumented } from "../electron/testing/dataFolderDocument";
import { ChatWindow } from "./ChatWindow";
import type { FacetApp } from "./FacetApp";
import { expect, test } from "./test";

interface Loads {
  records: { modelName: string; contextUsedTokens: number; measuredPeakBytes: number | null }[];
}

async function expectWhole(folder: string): Promise<void> {
  expect((await readdir(folder, { recursive: true })).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  const { records } = JSON.parse(await readFile(path.join(folder, "loads.json"), "utf8")) as Loads;
  expect(records).toHaveLength(1);
  expect(records[0]?.contextUsedTokens).toBeGreaterThan(0);
  expect(undocumented(folder)).toEqual([]);
}

async function endBySignal(app: FacetApp, signal: NodeJS.Signals): Promise<void> {
  const closed = app.electron.waitForEvent("close");
  process.kill(app.mainPid, signal);
  await closed;
}

const ends: [string, (app: FacetApp) => Promise<void>][] = [
  ["closed by its user", (app) => app.close()],
  ["SIGTERM", (app) => endBySignal(app, "SIGTERM")],
  ["SIGINT", (app) => endBySignal(app, "SIGINT")],
];
for (const [name, end] of ends) {
  test(`the window, ended right after an answer: ${name}`, async ({ launch }) => {
    const app = await launch();
    const chat = new ChatWindow(app.window);
    await chat.waitUntilReady();
    await chat.startChat({ maxTokens: 4 });
    await chat.ask("Name a colour.");
    await end(app);
    await expectWhole(app.dataFolder);
  });
}
