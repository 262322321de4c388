// What a utility process writes to its standard streams, line by line into the log. Main process.
import { createInterface } from "node:readline";
import type { UtilityProcess } from "electron";
import type { Log } from "../../core/LogFile";

/** The process was made with stdio "pipe". */
export function logOutput({ stdout, stderr }: UtilityProcess, log: Log): void {
  for (const stream of [stdout, stderr]) {
    if (stream) createInterface({ input: stream }).on("line", (text) => log("debug", "output", { text }));
  }
}
