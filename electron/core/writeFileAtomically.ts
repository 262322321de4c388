// Replaces a file's content so that a crash, a kill or a full disk leaves the old or the new content, never a part.
import { randomUUID } from "node:crypto";
import { open, readdir, rm } from "node:fs/promises";
import path from "node:path";
import { replaceFile } from "../files/placeFile";
import { syncFolder } from "../files/syncFolder";
import { isUnfinishedName } from "./unfinishedName";

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
    await replaceFile(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  // The rename itself is on the disk only when the folder is.
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
