// Where the holder of a data folder is reached: written by the holder, read by every other program of the user.
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { whenReleasedNow } from "../files/whenReleased";
import { setAside } from "./setAside";
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
  const file = addressFile(folder);
  if (isForeign(file)) setAside(file);
  // Half of it is read as none, and read again.
  remove(file);
  writeFileSync(file, JSON.stringify(address), { mode: 0o600, flag: "wx" });
}

export function removeInstanceAddress(folder: string): void {
  if (!isForeign(addressFile(folder))) remove(addressFile(folder));
}

/** Another program may just be reading it. */
function remove(file: string): void {
  whenReleasedNow(() => rmSync(file, { force: true }));
}

/** Not written by any version of Facet. */
function isForeign(file: string): boolean {
  try {
    const read: unknown = JSON.parse(readFileSync(file, "utf8") || "{}");
    return typeof read !== "object" || read === null || (Object.keys(read).length > 0 && !("protocol" in read));
  } catch (error) {
    return !(error instanceof Error && "code" in error && error.code === "ENOENT");
  }
}
