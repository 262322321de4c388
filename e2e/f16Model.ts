// Small models written again in 16 bits: what jobs quantize. Made once per run of the tests, by the addon itself.
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { copyFile, link, mkdir, mkdtemp, rename } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { dataPaths } from "../electron/core/dataFolder";
import { gemmaModel } from "./gemmaModel";
import { starterModelPath } from "./starterModelFile";

export const F16_FILE = "SmolLM2-135M-Instruct-F16.gguf";
export const GEMMA_F16_FILE = "gemma-3-270m-F16.gguf";

/** What each is made from; both are there in 4 bits only. */
const originals = { [F16_FILE]: async () => starterModelPath(), [GEMMA_F16_FILE]: gemmaModel };
export type F16File = keyof typeof originals;

const TIMEOUT_MS = 120_000;

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
  await promisify(execFile)(
    process.execPath,
    ["--import", "tsx", "--input-type=module", "-e", SCRIPT, source, target, type],
    { timeout: TIMEOUT_MS },
  );
}

/** The model in 16 bits (271 MB, Gemma 543) in `folder`. */
export async function writeF16Model(folder: string, fileName: F16File = F16_FILE): Promise<string> {
  const file = path.join(folder, fileName);
  await requantize(await originals[fileName](), `${file}.part`, "F16");
  await rename(`${file}.part`, file);
  return file;
}

const made = new Map<F16File, Promise<string>>();

/** Puts the model into a data folder, by a hard link where the disk allows that. */
export async function placeF16Model(dataFolder: string, fileName: F16File = F16_FILE): Promise<string> {
  const making =
    made.get(fileName) ??
    mkdtemp(path.join(os.tmpdir(), "facet-f16-")).then((folder) => writeF16Model(folder, fileName));
  made.set(fileName, making);
  const target = path.join(dataPaths(dataFolder).models, fileName);
  await mkdir(path.dirname(target), { recursive: true });
  const source = await making;
  if (!existsSync(target)) await link(source, target).catch(() => copyFile(source, target));
  return target;
}
