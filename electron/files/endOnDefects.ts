// What nobody caught ends a child process or a thread, with its reason told: its state is unknown. Never left to whatever runs it: from
// Electron 37 on a utility process only warns of a rejection.
import { endProcess } from "./endProcess";

/** The parent can tell it from the codes of native crashes. */
export const EXIT_DEFECT = 70;
const LAST_WORDS_MS = 50;

/** For a process. `report` posts the reason to its parent. */
export function endOnDefects(report: (reason: string) => void): void {
  const end = (what: string) => (error: unknown) => {
    try {
      report(`${what}: ${error instanceof Error ? error.stack : String(error)}`);
    } finally {
      endSoon(EXIT_DEFECT);
    }
  };
  process.on("uncaughtException", end("uncaught exception"));
  process.on("unhandledRejection", end("unhandled rejection"));
}

/** For a thread, which an exception ends with an "error" event of its worker. */
export function throwRejections(): void {
  process.on("unhandledRejection", (error) => {
    throw error instanceof Error ? error : new Error(String(error));
  });
}

/** Gives what was posted time to leave the process. */
export function endSoon(code: number): void {
  setTimeout(() => void endProcess(() => process.exit(code)), LAST_WORDS_MS);
}
