// However the process ends, what was saved last is on the disk, and no half of a file is left.
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, it } from "vitest";
import { sourceWorker } from "../testing/sourceWorker";
import { openAppData } from "./openAppData";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "facet-ends-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Returns the number that was saved last. */
async function run(how: string, signal?: NodeJS.Signals): Promise<number> {
  const child = spawn(
    process.execPath,
    ["--import", "tsx", fileURLToPath(new URL("../testing/savingProcess.ts", import.meta.url)), folder, how],
    { stdio: ["ignore", "pipe", "ignore"] },
  );
  let said = "";
  child.stdout.on("data", (data: Buffer) => {
    said += data.toString();
    if (signal !== undefined && said.split("\n").length > 30) child.kill(signal);
  });
  await new Promise((resolve) => child.on("close", resolve));
  return Number(said.trimEnd().split("\n").at(-1));
}

const unfinished = () => readdirSync(folder).filter((name) => name.endsWith(".tmp"));
const saved = () => (JSON.parse(readFileSync(path.join(folder, "hub.json"), "utf8")) as { endpoint: string }).endpoint;

it.each<{ end: string; how: string; signal?: NodeJS.Signals }>([
  { end: "closed", how: "close" },
  { end: "closed, and ended when no file hangs", how: "close, then in order" },
  { end: "ended at once", how: "exit" },
  { end: "a defect", how: "throw" },
  { end: "SIGTERM", how: "signal", signal: "SIGTERM" },
  { end: "SIGINT", how: "signal", signal: "SIGINT" },
])("is there whole: $end", async ({ how, signal }) => {
  const last = await run(how, signal);
  expect(last).toBeGreaterThan(50);
  expect(saved()).toBe(`http://127.0.0.1:${last}`);
  expect(unfinished()).toEqual([]);
});

it("after a kill the next start removes the half of a file, and what is there is whole", async () => {
  for (let kill = 0; kill < 5; kill++) {
    await run("signal", "SIGKILL");
    expect(saved()).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/u);
    const opened = await openAppData({
      folder,
      log: () => undefined,
      now: () => 0,
      worker: sourceWorker(),
    });
    if (!opened.ok) throw new Error(opened.failure.code);
    await opened.value.unfinished.recover(() => false);
    expect(unfinished()).toEqual([]);
    opened.value.chats.close();
  }
});
