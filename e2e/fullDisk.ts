// A data folder on a small disk of its own, which a test fills to the last byte. Only where a disk may be mounted: root on Linux.
import { execFileSync } from "node:child_process";
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, symlinkSync, writeSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { dataPaths } from "../electron/core/dataFolder";
import { placeStarterModel } from "./starterModelFile";

export const CAN_MOUNT = process.platform === "linux" && process.getuid?.() === 0;
const SIZE = "96m";

export class SmallDisk {
  readonly #root = mkdtempSync(path.join(os.tmpdir(), "facet-full-"));
  readonly dataFolder = path.join(this.#root, "disk");
  /** On another disk, with room. */
  readonly elsewhere = path.join(this.#root, "elsewhere");

  private constructor() {
    for (const folder of [this.dataFolder, this.elsewhere]) mkdirSync(folder);
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${SIZE}`, "tmpfs", this.dataFolder]);
  }

  /** With the starter model, which is not on the small disk itself. */
  static async create(): Promise<SmallDisk> {
    const disk = new SmallDisk();
    const models = path.join(disk.#root, "models");
    mkdirSync(models);
    symlinkSync(models, dataPaths(disk.dataFolder).models);
    await placeStarterModel(disk.dataFolder);
    return disk;
  }

  /** Not a byte is left. */
  fill(): void {
    const file = openSync(path.join(this.dataFolder, "filler"), "a");
    try {
      for (let size = 1024 * 1024; size >= 1; size = Math.floor(size / 16)) {
        try {
          for (;;) writeSync(file, Buffer.alloc(size));
        } catch {
          // Not so much any more.
        }
      }
    } finally {
      closeSync(file);
    }
  }

  free(): void {
    rmSync(path.join(this.dataFolder, "filler"));
  }

  remove(): void {
    execFileSync("umount", ["--lazy", this.dataFolder]);
    rmSync(this.#root, { recursive: true, force: true });
  }
}
