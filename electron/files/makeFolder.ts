// Makes a folder with those that lead to it.
import { mkdirSync, statSync } from "node:fs";
import path from "node:path";

/** As mkdirSync with `recursive`, which asks forever where a folder is and takes no folders: below /proc, for example. */
export function makeFolder(folder: string, mode: number): void {
  const missing: string[] = [];
  for (let at = path.resolve(folder); !exists(at) && at !== path.dirname(at); at = path.dirname(at))
    missing.unshift(at);
  for (const one of missing) {
    try {
      mkdirSync(one, { mode });
    } catch (error) {
      // Another program may have made it meanwhile.
      if (!exists(one)) throw error;
    }
  }
  // A file in the place of the folder.
  if (!statSync(folder).isDirectory()) mkdirSync(folder, { mode });
}

function exists(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false }) !== undefined;
}
