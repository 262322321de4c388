// What the application says of itself and the computer that it runs on.
import { totalmem } from "node:os";
import { devDependencies } from "../../package.json";

export function aboutThisComputer(appVersion: string, dataFolder: string) {
  const electronVersion = process.versions["electron"] ?? "";
  return {
    appVersion,
    electronVersion,
    newerElectronVersion: newerElectron(electronVersion, devDependencies.electron),
    platform: process.platform,
    totalMemoryBytes: totalMemoryBytes(),
    dataFolder,
  };
}

/** `wanted`, where what runs is older by a whole version or more, as the one is that set-up falls back to. */
export function newerElectron(running: string, wanted: string): string | null {
  return running !== "" && Number.parseInt(running, 10) < Number.parseInt(wanted, 10) ? wanted : null;
}

/** What this process and its engine may use: less than the computer has when a container says so. */
export function totalMemoryBytes(): number {
  const limit = process.constrainedMemory();
  // Without a limit the answer is 0 or absurdly large.
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}
