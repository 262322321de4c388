// Removes what a crash of the whole app left unfinished. Called at the start, when no job runs.
import { readdir, rm } from "node:fs/promises";
import path from "node:path";
import { UNFINISHED_SUFFIX } from "../../contract/jobs";

/** Returns the names of what was removed. A folder that is not there has nothing left in it. */
export async function removeLeftovers(folder: string): Promise<string[]> {
  const names = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const left = names
    .filter((entry) => entry.isFile() && entry.name.endsWith(`.gguf${UNFINISHED_SUFFIX}`))
    .map(({ name }) => name);
  await Promise.all(left.map((name) => rm(path.join(folder, name), { force: true })));
  return left;
}
