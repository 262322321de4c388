// The data folder is as docs/data-folder.md says: every name that a day's work makes, finished or not, and every mode.
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { holdFolder, workForADay } from "../testing/dayOfWork";
import { documentedNames, namesIn, undocumented } from "../testing/dataFolderDocument";

/** Unfinished files are there for moments. */
const LOOK_MS = 3;

let parent: string;
let folder: string;
beforeEach(() => {
  parent = mkdtempSync(path.join(tmpdir(), "facet-layout-"));
  folder = path.join(parent, "data");
});
afterEach(() => rmSync(parent, { recursive: true }));

it("has no name and no mode that the document has not", async () => {
  const seen = new Set<string>();
  const look = () => namesIn(folder).forEach((name) => seen.add(name));
  const timer = setInterval(look, LOOK_MS);
  try {
    const application = await holdFolder(folder, parent);
    await workForADay(application, parent);
    look();
    expect(undocumented(folder)).toEqual([]);
    await application.close();
  } finally {
    clearInterval(timer);
  }
  look();
  expect(undocumented(folder)).toEqual([]);
  expect([...seen].filter((name) => !documentedNames().some(({ pattern }) => pattern.test(name)))).toEqual([]);
  // The work was one that makes files.
  expect([...seen]).toEqual(
    expect.arrayContaining([
      "chats.db",
      "jobs.json",
      "hub-token",
      "instance.sock",
      "models/made/",
      "deltas/",
      "models/.imports/",
    ]),
  );
  expect([...seen].some((name) => name.endsWith(".tmp"))).toBe(true);
});

it.skipIf(process.platform === "win32")("has its modes again at the next start", async () => {
  await (await holdFolder(folder, parent)).close();
  for (const name of namesIn(folder)) chmodSync(path.join(folder, name), name.endsWith("/") ? 0o755 : 0o644);
  const application = await holdFolder(folder, parent);
  expect(undocumented(folder).filter((name) => !/^(?:models|logs)\//u.test(name))).toEqual([]);
  await application.close();
});

it("says of a name that the document has not that it has not", () => {
  expect(undocumented(parent, ["chats.db2", "models/x/y.gguf", "loads.json.tmp", "chats.db"])).toEqual([
    "chats.db2",
    "models/x/y.gguf",
    "loads.json.tmp",
  ]);
  writeFileSync(path.join(parent, "loads.json"), "");
  chmodSync(path.join(parent, "loads.json"), 0o644);
  expect(undocumented(parent)).toEqual(process.platform === "win32" ? [] : ["loads.json has mode 644"]);
});
