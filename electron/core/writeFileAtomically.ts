// Replaces a file's content so that a crash, a kill or a full disk leaves the old or the new content, never a part.
import { randomUUID } from "node:crypto";
import { closeSync, fsyncSync, openSync, rmSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import path from "node:path";
import { replaceFile, replaceFileNow } from "../files/placeFile";
import { UnfinishedFiles } from "./UnfinishedFiles";
import { syncFolder } from "../files/syncFolder";

/** Throws the file system's error (ENOSPC, EACCES …); the old content is untouched then. */
export async function writeFileAtomically(
  file: string,
  content: string,
  unfinished = UnfinishedFiles.withoutFile(),
  temporary = temporaryOf(file),
): Promise<void> {
  await unfinished.during(() => write(file, content, unfinished, temporary));
}

async function write(file: string, content: string, unfinished: UnfinishedFiles, temporary: string): Promise<void> {
  await unfinished.begin(temporary);
  try {
    const handle = await open(temporary, "wx", 0o600);
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await replaceFile(temporary, file);
  } finally {
    await unfinished.discard(temporary);
  }
  // The rename itself is on the disk only when the folder is.
  await syncFolder(path.dirname(file));
}

/** For the end of the process, which waits for nothing. Throws as the other. */
export function writeFileNow(file: string, content: string, unfinished: UnfinishedFiles): void {
  const temporary = temporaryOf(file);
  unfinished.beginNow(temporary);
  try {
    const handle = openSync(temporary, "wx", 0o600);
    try {
      writeFileSync(handle, content);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    replaceFileNow(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** In the same folder, because a rename is atomic within one file system only. */
export function temporaryOf(file: string): string {
  return `${file}.${randomUUID()}.tmp`;
}
