// GGUF files in the Hugging Face cache: names in snapshots are links to blobs. Plain Node.
import { readdir, realpath } from "node:fs/promises";
import path from "node:path";
import { findGgufFiles } from "./findFiles";
import type { FileToLookAt } from "./findModels";
import { readSmallFile } from "./readSmallFile";
import type { ScanBudget } from "./ScanBudget";

const COMMIT_BYTES = 100;

/** `folder`: the one with "models--owner--name". The same blob under several commits is one model, by its newest name. */
export async function huggingFaceModels(folder: string, budget: ScanBudget): Promise<FileToLookAt[]> {
  const root = await realpath(folder).catch(() => null);
  if (root === null) return [];
  const models: FileToLookAt[] = [];
  const repositories = await readdir(root, { withFileTypes: true }).catch(() => []);
  for (const repository of repositories.filter((entry) => entry.isDirectory() && entry.name.startsWith("models--"))) {
    if (!budget.spend()) break;
    const snapshots = path.join(root, repository.name, "snapshots");
    const commits = await readdir(snapshots).catch(() => []);
    const current = (await readSmallFile(path.join(root, repository.name, "refs", "main"), COMMIT_BYTES))?.trim();
    // What "main" stands for goes first: of the same file under several commits the first one counts.
    for (const commit of commits.sort((a, b) => Number(b === current) - Number(a === current) || (a < b ? -1 : 1))) {
      for (const file of await findGgufFiles(path.join(snapshots, commit), budget)) {
        // A link that leads out of the cache is none that the cache made.
        const real = await realpath(file).catch(() => null);
        if (real !== null && real.startsWith(root + path.sep)) models.push({ path: file });
      }
    }
  }
  return models;
}
