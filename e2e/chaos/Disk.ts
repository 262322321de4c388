// The disk of the data folder: a small one of its own in memory, which can be filled and emptied. Without the right to mount it is a
// folder, and never full.
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, statfsSync, writeSync, openSync, closeSync } from "node:fs";
import path from "node:path";

/** What Facet keeps free (files/room.ts), and as much again for what a run makes. */
const SIZE_MEGABYTES = 1200;
const BLOCK = Buffer.alloc(1024 * 1024);

export class Disk {
  readonly folder: string;
  readonly canFill: boolean;

  constructor(folder: string) {
    this.folder = folder;
    mkdirSync(folder, { recursive: true });
    this.canFill = mounted(folder);
  }

  /** Leaves so many bytes free, whoever else writes meanwhile. */
  fill(leftBytes: number): void {
    if (!this.canFill) return;
    const file = openSync(this.#filler, "a");
    try {
      for (;;) {
        const { bavail, bsize } = statfsSync(this.folder);
        const excess = bavail * bsize - leftBytes;
        if (excess <= 0) break;
        writeSync(file, BLOCK, 0, Math.min(BLOCK.length, excess));
      }
    } catch {
      // Full to the last byte.
    } finally {
      closeSync(file);
    }
  }

  empty(): void {
    rmSync(this.#filler, { force: true });
  }

  remove(): void {
    if (this.canFill) execFileSync("umount", ["-l", this.folder]);
    rmSync(this.folder, { recursive: true, force: true });
  }

  get #filler(): string {
    return path.join(this.folder, "filler");
  }
}

function mounted(folder: string): boolean {
  if (process.platform !== "linux") return false;
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${SIZE_MEGABYTES}m`, "tmpfs", folder], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
