// How much memory a Mac has to give. What is free at once is next to nothing there: macOS keeps what was read from disk, and what programs
// marked as dispensable, until somebody needs the room. Fit process and engine process.
import { execFile } from "node:child_process";
import os from "node:os";
import { promisify } from "node:util";

/** Since 1.52 libuv counts free, inactive and purgeable pages as available on macOS; before, free ones alone. */
const COUNTS_RECLAIMABLE = { major: 1, minor: 52 };
const PATIENCE_MS = 2_000;

export interface MacMemory {
  /** Of the running Node. */
  libuvVersion: string;
  /** Node's own figure, in bytes; 0 = not known. */
  available: () => number;
  /** What the program of that name writes. */
  vmStat: () => Promise<string>;
  /** Free pages alone, in bytes. */
  free: () => number;
}

const thisMac: MacMemory = {
  libuvVersion: process.versions.uv,
  available: () => process.availableMemory(),
  vmStat: async () => (await promisify(execFile)("/usr/bin/vm_stat", { timeout: PATIENCE_MS })).stdout,
  free: () => os.freemem(),
};

/** Bytes that can be taken without swapping. */
export async function macAvailableBytes(mac = thisMac): Promise<number> {
  const told = countsReclaimable(mac.libuvVersion) ? mac.available() : 0;
  if (told > 0) return told;
  return reclaimableBytes(await mac.vmStat().catch(() => "")) ?? mac.free();
}

function countsReclaimable(libuvVersion: string): boolean {
  const [major = 0, minor = 0] = libuvVersion.split(".").map(Number);
  return major > COUNTS_RECLAIMABLE.major || (major === COUNTS_RECLAIMABLE.major && minor >= COUNTS_RECLAIMABLE.minor);
}

/** The same pages by the words of vm_stat, which takes the speculative ones out of the free ones. null = it says something else. */
function reclaimableBytes(vmStat: string): number | null {
  const pageBytes = /\(page size of (\d+) bytes\)/u.exec(vmStat)?.[1];
  const pages = ["free", "speculative", "inactive", "purgeable"].map(
    (kind) => new RegExp(`^Pages ${kind}:\\s+(\\d+)\\.$`, "mu").exec(vmStat)?.[1],
  );
  if (pageBytes === undefined || pages[0] === undefined) return null;
  return Number(pageBytes) * pages.reduce((sum, count) => sum + Number(count ?? 0), 0);
}
