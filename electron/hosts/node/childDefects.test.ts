// What nobody caught in a child process ends it with its reason told, also where Node only warns of it, as Electron does from 37 on.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Worker } from "node:worker_threads";
import { afterAll, expect, it } from "vitest";
import { forkNode } from "./forkNode";

const folder = mkdtempSync(path.join(tmpdir(), "facet-defects-"));
afterAll(() => rmSync(folder, { recursive: true }));

const ONLY_WARN = "--unhandled-rejections=warn";

/** Comes once the process listens for defects, as its own code would. */
const defect = (statement: string) =>
  `data:text/javascript,${encodeURIComponent(`const timer = setInterval(() => {
    if (process.listenerCount("unhandledRejection") === 0) return;
    clearInterval(timer);
    ${statement}
  }, 20);`)}`;
const REJECTION = 'Promise.reject(new Error("nobody caught this"));';
const EXCEPTION = 'throw new Error("nobody caught this");';

it.each([
  ["engine", "electron/engine/engine.ts", "unhandled rejection", REJECTION],
  ["fit process", "electron/engine/fit/fit.ts", "unhandled rejection", REJECTION],
  ["job process", "electron/engine/jobs/job.ts", "unhandled rejection", REJECTION],
  ["job process", "electron/engine/jobs/job.ts", "uncaught exception", EXCEPTION],
])("the %s ends on an error that nobody caught (%s, %s)", async (_name, entry, what, statement) => {
  const said: unknown[] = [];
  const code = await new Promise<number>((resolve) => {
    const execArgv = [ONLY_WARN, "--import", "tsx", "--import", defect(statement)];
    forkNode(
      path.resolve(entry),
      { args: [folder], execArgv, env: { FACET_ENGINE_GPU: "off" } },
      { onMessage: (message) => said.push(message), onExit: resolve },
    );
  });
  expect(code).toBe(70);
  expect(JSON.stringify(said)).toContain(`${what}: Error: nobody caught this`);
});

it.each([
  ["worker", "electron/core/worker/workerThread.ts", { kind: "count", files: [] }],
  ["search thread", "electron/core/chats/searchWorker.ts", new SharedArrayBuffer(4)],
])("the %s fails on an unhandled rejection", async (_name, entry, workerData) => {
  const worker = new Worker(path.resolve(entry), {
    workerData,
    execArgv: [ONLY_WARN, "--import", "tsx", "--import", defect(REJECTION)],
  });
  const error = await new Promise((resolve) => {
    worker.once("error", resolve);
    worker.once("exit", resolve);
  });
  expect(error).toMatchObject({ message: "nobody caught this" });
});
