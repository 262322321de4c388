// Replaces a file's content so that a crash, a kill or a full disk leaves the old or the new content, never a part.
//
import { randomUUID } from "node:crypto";
import { open, readdir, rename, rm } from "node:fs/promises";
import path from "node:path";
import { isUnfinishedName } from "./unfinishedName";

/** Windows refuses to rename onto a file that a virus scanner holds open; it lets go within moments. */
const RENAME_ATTEMPTS = 5;
const RENAME_PAUSE_MS = 50;

/** Throws the file system's error (ENOSPC, EACCES …); the old content is untouched then. */
export async function writeFileAtomically(file: string, content: string): Promise<void> {
  // In the same folder, because a rename is atomic within one file system only.
  const temporary = `${file}.${randomUUID()}.tmp`;
  try {
    const handle = await open(temporary, "wx", 0o600);
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await renameOnto(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(path.dirname(file));
}

/** Removes what a kill in the middle of writing this very file has left. Only while nobody writes it. */
export async function removeUnfinishedWrites(file: string): Promise<void> {
  const folder = path.dirname(file);
  for (const name of await readdir(folder).catch(() => [])) {
    if (isUnfinishedName(name, { before: `${path.basename(file)}.`, after: ".tmp" }))
      await rm(path.join(folder, name), { force: true });
  }
}

async function renameOnto(from: string, to: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await rename(from, to);
    } catch (error) {
      const isHeld =
        process.platform === "win32" &&
        error instanceof Error &&
        "code" in error &&
        ["EPERM", "EBUSY", "EACCES"].includes(String(error.code));
      if (!isHeld || attempt === RENAME_ATTEMPTS) throw error;
      await new Promise((resolve) => setTimeout(resolve, RENAME_PAUSE_MS * attempt));
    }
  }
}

/** The rename itself is on the disk only when the folder is. Windows cannot open a folder and needs no such step. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
