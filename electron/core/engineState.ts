// Where engines keep KV caches that have no room in memory: a folder for each run of the application, gone with it. They hold what was said.
import { randomUUID } from "node:crypto";
import { readdir, rm, rmdir } from "node:fs/promises";
import path from "node:path";
import { ENGINE_STATE_FILE } from "../contract/engineProtocol";
import type { UnfinishedFiles } from "./UnfinishedFiles";

/** Of this run; the engine makes the folder when it needs one. */
export async function newEngineState(root: string, unfinished: UnfinishedFiles): Promise<string> {
  const folder = path.join(root, randomUUID());
  await unfinished.begin(folder);
  return folder;
}

/** Removes the folders of this run and of those that were killed, with the caches in them. What else is there stays. */
export async function forgetEngineState(root: string, unfinished: UnfinishedFiles): Promise<void> {
  for (const folder of unfinished.paths.filter((begun) => path.dirname(begun) === path.resolve(root))) {
    const names = await readdir(folder).catch(() => []);
    for (const name of names) if (ENGINE_STATE_FILE.test(name)) await rm(path.join(folder, name), { force: true });
    await unfinished.discard(folder);
  }
  await rmdir(root).catch(() => undefined);
}
