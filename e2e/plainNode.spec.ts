// The application without Electron: by a script in plain Node that knows its public entry alone, and for which there is no Electron.
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { loraBytes } from "../electron/testing/deltaGguf";
import { starterMatrices } from "../electron/testing/starterMatrices";
import { writeTinyModel } from "../electron/testing/tinyGguf";
import { processorOnly } from "./processorOnly";
import { starterModelPath } from "./starterModelFile";
import { expect, test } from "./test";

/** A resolver that knows no Electron, and says who asked for it. */
const NO_ELECTRON = `import { register } from "node:module"; register("data:text/javascript," + encodeURIComponent(
  'export const resolve = (name, context, next) => { if (/^electron(\\\\/|$)/.test(name)) throw new Error("electron asked for by " + context.parentURL); return next(name, context); }'));`;

test("loads, answers with a delta, switches, quantizes and quits", async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), "facet-plain-"));
  try {
    const small = path.join(folder, "Small-F32.gguf");
    const adapter = path.join(folder, "Pirate.gguf");
    await processorOnly(path.join(folder, "data"));
    await writeTinyModel(small);
    await writeFile(adapter, loraBytes({ matrices: starterMatrices(), seed: 3, strength: 0.3, rank: 8 }));
    const entry = pathToFileURL(path.resolve(".vite/build/application.mjs")).href;
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [
        "--import",
        `data:text/javascript,${encodeURIComponent(NO_ELECTRON)}`,
        path.resolve("electron/testing/plainNode.mjs"),
        entry,
        path.join(folder, "data"),
        starterModelPath(),
        small,
        adapter,
      ],
      { timeout: 120_000, env: { ...process.env, DISPLAY: "" } },
    );
    const { answers, read, job } = JSON.parse(stdout) as {
      answers: { text: string; cached: number }[];
      read: string[];
      job: string;
    };
    const [base, changed, again] = answers.map(({ text }) => text);
    expect(base).not.toBe("");
    expect(changed).not.toBe(base);
    expect(again).not.toBe("");
    expect(read.filter((kind) => kind === "begin")).toHaveLength(3);
    expect(read.filter((kind) => kind === "end")).toHaveLength(3);
    expect(read.filter((kind) => kind === "batch").length).toBeGreaterThan(3);
    expect(job).toBe("done");
  } finally {
    await rm(folder, { recursive: true });
  }
});
