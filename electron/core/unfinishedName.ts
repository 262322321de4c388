// The names of what Facet has not finished. No other program's file has one by chance, so what has one and is in no journal can be shown
// to the user as a leftover; removed without a question is only what is in the journal too (UnfinishedFiles.ts). Pure.
import { UNFINISHED_SUFFIX } from "../contract/jobs";

export const DATABASE_PART = "chats-part-";
const UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";
/** Of a download, made of what is downloaded. */
const KEY = "[0-9a-f]{32}";
/** What a job writes, and what the addon writes beside it. */
const OF_JOBS = `${UNFINISHED_SUFFIX.replaceAll(".", String.raw`\.`)}(?:\\.(?:group|refined)${UNFINISHED_SUFFIX.replaceAll(".", String.raw`\.`)})?`;

/** A file of a list, or a note, before it gets its name. */
const WRITE = new RegExp(`\\.${UUID}\\.tmp$`, "u");
/** A copy, an export, and what a job makes of them. */
const PART = new RegExp(`^(?:facet-)?${UUID}\\.part(?:${OF_JOBS})?$`, "u");
const JOB = new RegExp(`.${OF_JOBS}$`, "u");
/** Holds one piece of work: a copy, a fetch of the starter model, the state of one engine. */
const WORK_FOLDER = new RegExp(`^(?:\\.fetch-)?${UUID}(?:\\.whole)?$`, "u");
/** For another program alone, which chooses the names in it: it is removed with all its files. */
const TOOL_FOLDER = new RegExp(`^${UUID}\\.pip$`, "u");
const DOWNLOAD_FOLDER = new RegExp(`^${KEY}$`, "u");

/** A database that is being filled, and what SQLite keeps beside it. */
const DATABASE = new RegExp(`^${DATABASE_PART}${UUID}\\.db(?:-wal|-shm|-journal)?$`, "u");

/** Of a file or folder by itself. */
export function isUnfinishedName(name: string): boolean {
  return (
    WRITE.test(name) ||
    PART.test(name) ||
    JOB.test(name) ||
    DATABASE.test(name) ||
    isToolFolder(name) ||
    isUnfinishedFolder(name)
  );
}

export function isUnfinishedWrite(name: string): boolean {
  return WRITE.test(name);
}

export function isUnfinishedFolder(name: string): boolean {
  return WORK_FOLDER.test(name) || DOWNLOAD_FOLDER.test(name);
}

export function isToolFolder(name: string): boolean {
  return TOOL_FOLDER.test(name);
}

/** Of a file or folder by itself, or in a folder that has such a name. */
export function isUnfinishedPath(file: string): boolean {
  const names = file.split(/[\\/]/u);
  return names.some((name, index) => (index === names.length - 1 ? isUnfinishedName(name) : isUnfinishedFolder(name)));
}
