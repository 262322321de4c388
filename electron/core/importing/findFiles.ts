// The files below a folder that Facet may be able to use, by their names: bounded, and safe from circular links. Plain Node.
import { readdir, realpath, stat } from "node:fs/promises";
import path from "node:path";
import { isGgufName } from "../ggufNames";
import type { ScanBudget } from "./ScanBudget";

/** publisher/model/quantization/file, and two more. */
const MAX_DEPTH = 6;

export function findGgufFiles(root: string, budget: ScanBudget): Promise<string[]> {
  return findFiles(root, isGgufName, budget);
}

/** Absolute paths as they are reached, of each folder in order of their names; hidden files and folders are left out, unreadable ones too. */
export async function findFiles(
  root: string,
  isWanted: (name: string) => boolean,
  budget: ScanBudget,
): Promise<string[]> {
  const found: string[] = [];
  const visited = new Set<string>();
  const waiting = [{ folder: root, depth: 0 }];
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const { folder, depth } = next;
    const real = await realpath(folder).catch(() => null);
    if (real === null || visited.has(real)) continue;
    visited.add(real);
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
    // What may be wanted first, so that a crowd beside it takes nothing away.
    entries.sort((a, b) => Number(isWanted(b.name)) - Number(isWanted(a.name)) || (a.name < b.name ? -1 : 1));
    for (const entry of entries) {
      if (!budget.spend()) {
        for (const left of [folder, ...waiting.map((other) => other.folder)]) budget.leaveOut(left);
        return found;
      }
      if (entry.name.startsWith(".")) continue;
      const file = path.join(folder, entry.name);
      const kind = entry.isSymbolicLink() ? await stat(file).catch(() => null) : entry;
      if (kind?.isDirectory()) {
        if (depth < MAX_DEPTH) waiting.push({ folder: file, depth: depth + 1 });
        else budget.leaveOut(file);
      } else if (kind?.isFile() && isWanted(entry.name)) found.push(file);
    }
  }
  return found;
}
