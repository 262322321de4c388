// What the application says of itself and the computer that it runs on.
import { totalmem } from "node:os";

export function aboutThisComputer(appVersion: string, dataFolder: string) {
  return {
    appVersion,
    electronVersion: process.versions["electron"] ?? "",
    platform: process.platform,
    totalMemoryBytes: totalMemoryBytes(),
    dataFolder,
  };
}

/** What this process and its engine may use: less than the computer has when a container says so. */
export function totalMemoryBytes(): number {
  const limit = process.constrainedMemory();
  // Without a limit the answer is 0 or absurdly large.
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}
