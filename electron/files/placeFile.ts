// How a finished file gets its final name: in one step, which fails where the name is taken, so that no file is overwritten. Plain Node.
import { renameSync } from "node:fs";
import { link, open, rename, rm } from "node:fs/promises";
import path from "node:path";
import { whenReleased, whenReleasedNow, type Release } from "./whenReleased";

/**
 * `part` gets the name `target`; both must be on one file system. Throws the file system's errors: "EEXIST" where the name is taken; and
 * what whenReleased throws.
 */
export async function placeFile(part: string, target: string, release?: Release): Promise<void> {
  try {
    await link(part, target);
  } catch (error) {
    if (isTaken(error)) throw error;
    // A disk without hard links, exFAT for one.
    await placeClaiming(part, target, release);
    return;
  }
  // The file has its name; who began the part removes what stays of it.
  await rm(part, { force: true }).catch(() => undefined);
}

/** The name is claimed with an empty file, which the part then replaces. */
export async function placeClaiming(part: string, target: string, release?: Release): Promise<void> {
  await (await open(target, "wx")).close();
  try {
    await replaceFile(part, target, release);
  } catch (error) {
    await removeFile(target);
    throw error;
  }
}

/** Like placeFile; where the name is taken, under the first free one of "name-2.gguf", "name-3.gguf" … Returns the file's path. */
export async function placeNumbered(part: string, target: string): Promise<string> {
  for (let number = 1; ; number++) {
    const file = path.join(path.dirname(target), numberedName(path.basename(target), number));
    try {
      await placeFile(part, file);
      return file;
    } catch (error) {
      if (!isTaken(error)) throw error;
    }
  }
}

/** "name-2.gguf"; of a part of a split model "name-2-00001-of-00002.gguf", as llama.cpp finds the other parts by that ending. */
export function numberedName(name: string, number: number): string {
  return number === 1 ? name : name.replace(/(?:-\d{5}-of-\d{5})?(?:\.gguf)?$/iu, `-${number}$&`);
}

/** `part` gets the name `target` whatever has it: only for what Facet itself keeps there, and what the user has agreed to replace. */
export async function replaceFile(part: string, target: string, release?: Release): Promise<void> {
  await whenReleased(() => rename(part, target), release);
}

/** Like replaceFile, for the end of the process. */
export function replaceFileNow(part: string, target: string): void {
  whenReleasedNow(() => renameSync(part, target));
}

/** For a folder of Facet's own. What is in it must not be open in this process. */
export async function renameFolder(from: string, to: string, release?: Release): Promise<void> {
  await whenReleased(() => rename(from, to), release);
}

/** As replaceFile waits; it is well if there is none. */
export async function removeFile(file: string, release?: Release): Promise<void> {
  await whenReleased(() => rm(file, { force: true }), release);
}

/** Whether a name could not be claimed because something has it. */
export function isTaken(error: unknown): boolean {
  return codeOf(error) === "EEXIST";
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
