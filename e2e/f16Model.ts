// The starter model written again in 16 bits: what jobs quantize. Made once per run of the tests, by the addon itself.
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { copyFile, link, mkdir, mkdtemp, rename } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { dataPaths } from "../electron/services/dataFolder";
import { starterModelPath } from "./starterModelFile";

export const F16_FILE = "SmolLM2-135M-Instruct-F16.gguf";

const TIMEOUT_MS = 60_000;

/** In a process of its own: the addon brings llama.cpp's libraries with it. */
const SCRIPT = `
import { loadNativeAddon } from "./electron/engine/jobs/nativeAddon.ts";
const [source, target, type] = process.argv.slice(-3);
await loadNativeAddon(process.cwd()).quantize({
  source, target, type, threads: 2, allowRequantize: true, importanceMatrix: null, metadata: {}, sourceBytes: 1, bufferBytes: 0,
});
`;

/** Writes any model in any type, as no job of the app would. */
export async function requantize(source: string, target: string, type: string): Promise<void> {
  await promisify(execFile)(process.execPath, ["--import", "tsx", "--input-type=module", "-e", SCRIPT, source, target, type], { timeout: TIMEOUT_MS });
}

let made: Promise<string> | undefined;

/** Puts the F16 model (271 MB) into a data folder, by a hard link where the disk allows that. */
export async function placeF16Model(dataFolder: string): Promise<string> {
  made ??= makeOnce();
  const target = path.join(dataPaths(dataFolder).models, F16_FILE);
  await mkdir(path.dirname(target), { recursive: true });
  const source = await made;
  if (!existsSync(target)) await link(source, target).catch(() => copyFile(source, target));
  return target;
}

async function makeOnce(): Promise<string> {
  const file = path.join(await mkdtemp(path.join(os.tmpdir(), "facet-f16-")), F16_FILE);
  await requantize(starterModelPath(), `${file}.part`, "F16");
  await rename(`${file}.part`, file);
  return file;
}
