// A process ends, also with threads that never come back. A pipe that nobody writes to stands for a disk that does not answer.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, expect, it } from "vitest";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "facet-end-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** The exit code, and the signal, of a process that begins to read these files and ends with code 3. */
async function endOf(reading: readonly string[]): Promise<unknown[]> {
  const script = `
    import { readFile } from "node:fs/promises";
    import { endProcess } from ${JSON.stringify(pathToFileURL(path.join(import.meta.dirname, "endProcess.ts")))};
    for (const file of ${JSON.stringify(reading)}) void readFile(file);
    await endProcess(() => process.exit(3), 200);
  `;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", script]);
  return once(child, "exit");
}

it("ends with its own exit code when what it reads comes to an end", async () => {
  expect(await endOf([])).toEqual([3, null]);
  expect(await endOf([import.meta.filename])).toEqual([3, null]);
});

it.skipIf(process.platform === "win32")("ends while all threads for files hang", async () => {
  const pipe = path.join(folder, "pipe");
  execFileSync("mkfifo", [pipe]);
  expect(await endOf([pipe, pipe, pipe, pipe])).toEqual([null, "SIGKILL"]);
});
