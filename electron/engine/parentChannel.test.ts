// A process of the engine's kind ends with its parent, however early that is killed. Plain Node.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, expect, it } from "vitest";

const folder = mkdtempSync(path.join(tmpdir(), "facet-parent-"));
afterAll(() => rmSync(folder, { recursive: true }));

it.skipIf(process.platform === "win32")("ends when its parent is gone before it has read its own code", async () => {
  const child = path.join(folder, "child.mts");
  const channel = pathToFileURL(path.resolve("electron/engine/parentChannel.ts")).href;
  // Longer than the parent lives.
  writeFileSync(
    child,
    `await new Promise((resolve) => setTimeout(resolve, 500));
     const { parentChannel } = await import(${JSON.stringify(channel)});
     parentChannel();
     setInterval(() => undefined, 1000);`,
  );
  const parent = spawn(
    process.execPath,
    [
      "--eval",
      `const child = require("node:child_process").fork(${JSON.stringify(child)}, {
         execArgv: ["--import", "tsx"], cwd: ${JSON.stringify(process.cwd())}, detached: true, stdio: ["ignore", "ignore", "ignore", "ipc"] });
       require("node:fs").writeSync(1, String(child.pid));
       process.kill(process.pid, "SIGKILL");`,
    ],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  let printed = "";
  for await (const text of parent.stdout) printed += String(text);
  const pid = Number(printed);
  expect(pid).toBeGreaterThan(0);
  await expect.poll(() => isRunning(pid), { timeout: 20_000 }).toBe(false);
});

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
