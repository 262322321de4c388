// A data folder whose setting is the processor, for tests that are to be the same on every computer.
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";

/** Before anything has opened it. */
export async function processorOnly(dataFolder: string): Promise<void> {
  await mkdir(dataFolder, { recursive: true });
  await writeFile(path.join(dataFolder, "settings.json"), JSON.stringify({ gpu: { kind: "processor" } }));
}
