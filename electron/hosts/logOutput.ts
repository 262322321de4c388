// What a child process writes to its standard streams, line by line into the log.
import { createInterface } from "node:readline";
import type { Log } from "../core/LogFile";

export interface ProcessOutput {
  /** null: not a pipe. */
  readonly stdout: NodeJS.ReadableStream | null;
  readonly stderr: NodeJS.ReadableStream | null;
}

export function logOutput({ stdout, stderr }: ProcessOutput, log: Log): void {
  for (const stream of [stdout, stderr]) {
    if (stream) createInterface({ input: stream }).on("line", (text) => log("debug", "output", { text }));
  }
}
