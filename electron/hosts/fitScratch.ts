// What every fit process gets, whichever host starts it: a folder of its own for stubs, and little memory for JavaScript.
import { mkdtempSync, rmSync } from "node:fs";
import path from "node:path";
import type { ChildListeners } from "../process/Fork";

/** Headers are read in pieces of less than 1 MB. */
const JAVASCRIPT_HEAP = "--max-old-space-size=256";

/** On Windows another program may look at a file just then. */
const WHILE_HELD = { maxRetries: 3, retryDelay: 50 };

export interface FitScratch {
  args: string[];
  execArgv: string[];
  listeners: ChildListeners;
}

/** Makes the folder below `temporaryFolder`; the listeners remove it with the process's end, then hand on. */
export function fitScratch(temporaryFolder: string, { onMessage, onExit }: ChildListeners): FitScratch {
  const folder = mkdtempSync(path.join(temporaryFolder, "facet-fit-"));
  return {
    args: [path.join(folder, "model")],
    execArgv: [JAVASCRIPT_HEAP],
    listeners: {
      onMessage,
      onExit(code) {
        remove(folder);
        onExit(code);
      },
    },
  };
}

function remove(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true, ...WHILE_HELD });
  } catch {
    // It is in the system's folder for what nobody keeps.
  }
}
