// Where the holder of a data folder is reached: written by the holder, read by every other program of the user.
import { randomUUID } from "node:crypto";
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { InstanceAddress } from "../contract/instanceProtocol";

const addressFile = (folder: string) => path.join(folder, "instance.json");

/** null = there is none, or none that this version can read. */
export function readInstanceAddress(folder: string): InstanceAddress | null {
  try {
    const read = InstanceAddress.safeParse(JSON.parse(readFileSync(addressFile(folder), "utf8")));
    return read.success ? read.data : null;
  } catch {
    return null;
  }
}

/** Only while the folder is locked. Nobody else may read it: it has the token. */
export function writeInstanceAddress(folder: string, address: InstanceAddress): void {
  const fresh = `${addressFile(folder)}.${randomUUID()}.tmp`;
  writeFileSync(fresh, JSON.stringify(address), { mode: 0o600, flag: "wx" });
  renameSync(fresh, addressFile(folder));
}

export function removeInstanceAddress(folder: string): void {
  rmSync(addressFile(folder), { force: true });
}
