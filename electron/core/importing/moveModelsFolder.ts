// Moves the models folder to another place, and leaves a link to it where it was: all paths and ids stay what they are.
// A journal makes every step one that can be finished or taken back after a kill. Plain Node.
import { randomUUID } from "node:crypto";
import { lstat, mkdir, readdir, readFile, readlink, realpath, rmdir, stat, symlink, utimes } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { fail, failure, succeed, type Failure, type Outcome } from "../../contract/failure";
import type { FileReason } from "../../contract/failureReasons";
import { removeFile, renameFolder } from "../../files/placeFile";
import { freeBytesIn, RESERVE_BYTES } from "../../files/room";
import { errnoOf, heldReason } from "../fileFailure";
import type { UnfinishedFiles } from "../UnfinishedFiles";
import { syncFolder } from "../../files/syncFolder";
import { writeFileAtomically } from "../writeFileAtomically";
import { copyAndHash, hashLargeFile } from "./copyLargeFile";
import type { TaskRun } from "./FileTasks";

const MAX_JOURNAL_BYTES = 64 * 1024;
/** Inside a chosen folder that holds other things. */
const FOLDER_NAME = "facet-models";

const Journal = z.object({
  /**
   * "renaming": one rename, then the link. "copying": nothing counts yet. "cleaning": the copies are whole and count; the old
   * files go.
   */
  step: z.enum(["renaming", "copying", "cleaning"]),
  /** Where the old files are: before "cleaning" the folder in use. */
  from: z.string(),
  to: z.string(),
  /** `to` was made for this. */
  madeFolder: z.boolean(),
});
type Journal = z.infer<typeof Journal>;

export interface ModelsPlace {
  /** In the data folder: the real folder, or a link to it. */
  modelsFolder: string;
  journalFile: string;
  /** Knows what was copied, until the copies count. */
  unfinished: UnfinishedFiles;
}

/** Where the models really are, for display; the place of the link's target also while that is not there. */
export async function realModelsFolder({
  modelsFolder,
}: Pick<ModelsPlace, "modelsFolder">): Promise<{ folder: string; isMoved: boolean; isThere: boolean }> {
  const target = await readlink(modelsFolder).catch(() => null);
  const isThere = (await stat(modelsFolder).catch(() => null))?.isDirectory() ?? false;
  // Windows writes a separator behind what a junction leads to.
  const folder = target === null ? modelsFolder : path.resolve(path.dirname(modelsFolder), target);
  return { folder, isMoved: target !== null, isThere };
}

/**
 * Moves to `chosen`, or into a folder of its own there when it holds other things; null = back into the data folder.
 * Failures, with everything as it was: "models-folder-unusable", "disk-full", "request-cancelled".
 */
export async function moveModelsFolder(
  place: ModelsPlace,
  chosen: string | null,
  run: TaskRun,
): Promise<Outcome<undefined>> {
  const { modelsFolder } = place;
  let journal: Journal | null = null;
  try {
    // What the last move could not clean up.
    await finishMove(place);
    const from = await realpath(modelsFolder);
    const target = chosen === null ? await homeTarget(place) : await chooseTarget(await realpath(chosen), from);
    if (!target.ok) return target;
    const to = target.value.folder;
    journal = { step: "renaming", from, to, madeFolder: target.value.isNew };
    if (target.value.isNew) await mkdir(to);
    await writeJournal(place, journal);
    if (chosen !== null) await tryLink(place, to);
    if (await renamed(from, to, run.signal)) await putBehind(to, modelsFolder);
    else {
      const files = await filesBelow(from);
      const totalBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0);
      const freeBytes = await freeBytesIn(to);
      if (freeBytes < totalBytes + RESERVE_BYTES) {
        if (target.value.isNew) await rmdir(to);
        await clearJournal(place);
        return fail("disk-full", {
          folder: to,
          missingBytes: String(Math.ceil(totalBytes + RESERVE_BYTES - freeBytes)),
        });
      }
      journal = { ...journal, step: "copying" };
      await writeJournal(place, journal);
      await copyAll(files, from, to, totalBytes, place.unfinished, run);
      run.signal.throwIfAborted();
      // From here on it is only finished, never taken back.
      const old = (await isLink(modelsFolder)) ? from : `${modelsFolder}.moved`;
      journal = { ...journal, step: "cleaning", from: old };
      await writeJournal(place, journal);
      await clean(place, journal);
    }
    await clearJournal(place);
    return succeed(undefined);
  } catch (error) {
    const result = journal === null ? "nothing" : await finishMove(place).catch(() => "nothing");
    // Or as good as finished: something holds a file that is to be deleted, and the next start does it.
    if (result === "finished" || (journal?.step === "cleaning" && (await leadsTo(modelsFolder, journal.to))))
      return succeed(undefined);
    if (run.signal.aborted) return fail("request-cancelled");
    return { ok: false, failure: moveFailure(error, chosen ?? modelsFolder) };
  }
}

/**
 * At start, before anything uses the folder: finishes a move that was broken off, or takes it back; also where it cannot be finished
 * because no link can be made. Throws the file system's errors.
 */
export async function finishMove(place: ModelsPlace): Promise<"nothing" | "finished" | "taken-back"> {
  const journal = await readJournal(place);
  if (journal === null) return "nothing";
  let result: "finished" | "taken-back" = "finished";
  if (journal.step === "copying") {
    await takeBack(place, journal);
    result = "taken-back";
  } else if (journal.step === "cleaning") result = await cleanOrRestore(place, journal);
  else if (await isEmptyOrMissing(journal.to)) {
    // The rename did not happen, unless it was the last step of a move back that did.
    if (journal.madeFolder) await rmdir(journal.to).catch(() => undefined);
    result = "taken-back";
  } else result = await putBehindOrRename(place, journal);
  await clearJournal(place);
  return result;
}

/** Before a byte is copied: can a link beside the models folder lead there, and be followed? */
async function tryLink({ modelsFolder, unfinished }: ModelsPlace, to: string): Promise<void> {
  const trial = path.join(path.dirname(modelsFolder), `facet-${randomUUID()}.part`);
  await unfinished.begin(trial);
  try {
    await makeLink(to, trial);
    const wanted = await stat(to);
    const found = await stat(trial).catch((error: unknown) => {
      throw new NoLinkError(error);
    });
    if (found.dev !== wanted.dev || found.ino !== wanted.ino) throw new NoLinkError("it leads elsewhere");
  } finally {
    await unfinished.discard(trial);
  }
}

/** What was renamed gets its old name back where no link can lead to the new one. */
async function putBehindOrRename(
  { modelsFolder }: ModelsPlace,
  { from, to, madeFolder }: Journal,
): Promise<"finished" | "taken-back"> {
  try {
    await putBehind(to, modelsFolder);
    return "finished";
  } catch (error) {
    if (!(error instanceof NoLinkError)) throw error;
  }
  await renameFolder(to, from);
  if (!madeFolder) await mkdir(to);
  if (!(await exists(modelsFolder))) await makeLink(from, modelsFolder);
  return "taken-back";
}

/** The old folder is used again where no link can lead to the new one. */
async function cleanOrRestore(place: ModelsPlace, journal: Journal): Promise<"finished" | "taken-back"> {
  const { modelsFolder } = place;
  const { from, to } = journal;
  try {
    await clean(place, journal);
    return "finished";
  } catch (error) {
    if (!(error instanceof NoLinkError) || !(await hasAll(from, to))) throw error;
  }
  if (from === `${modelsFolder}.moved`) await renameFolder(from, modelsFolder);
  else await makeLink(from, modelsFolder);
  await writeJournal(place, { ...journal, step: "copying", from: modelsFolder });
  await takeBack(place, journal);
  return "taken-back";
}

async function homeTarget({ modelsFolder }: ModelsPlace): Promise<Outcome<{ folder: string; isNew: boolean }>> {
  const { isMoved } = await realModelsFolder({ modelsFolder });
  return isMoved
    ? succeed({ folder: stagingOf(modelsFolder), isNew: true })
    : unsuitable(modelsFolder, "models-already-there");
}

/** Beside the link until the link can go. */
function stagingOf(modelsFolder: string): string {
  return `${modelsFolder}.moving`;
}

async function chooseTarget(chosen: string, from: string): Promise<Outcome<{ folder: string; isNew: boolean }>> {
  if (chosen === from) return unsuitable(chosen, "models-already-there");
  if (chosen.startsWith(from + path.sep)) return unsuitable(chosen, "inside-models-folder");
  if ((await readdir(chosen)).length === 0) return succeed({ folder: chosen, isNew: false });
  const folder = path.join(chosen, FOLDER_NAME);
  if (folder === from) return unsuitable(folder, "models-already-there");
  const inside = await readdir(folder).catch(() => null);
  if (inside === null) return succeed({ folder, isNew: true });
  return inside.length === 0 ? succeed({ folder, isNew: false }) : unsuitable(folder, "not-empty");
}

function unsuitable(folder: string, reason: FileReason): Outcome<never> {
  return fail("models-folder-unusable", { folder, reason });
}

interface FileBelow {
  /** Relative to the folder. */
  name: string;
  kind: "file" | "folder" | "link";
  sizeBytes: number;
}

/** Folders before what is in them. */
async function filesBelow(root: string, folder = ""): Promise<FileBelow[]> {
  const found: FileBelow[] = [];
  for (const entry of await readdir(path.join(root, folder), { withFileTypes: true })) {
    const name = path.join(folder, entry.name);
    if (entry.isDirectory()) found.push({ name, kind: "folder", sizeBytes: 0 }, ...(await filesBelow(root, name)));
    else if (entry.isSymbolicLink()) found.push({ name, kind: "link", sizeBytes: 0 });
    else if (entry.isFile()) found.push({ name, kind: "file", sizeBytes: (await stat(path.join(root, name))).size });
  }
  return found;
}

/** Each file is read back from the new disk before it counts: half of the work, and the reason why the old ones may go. */
async function copyAll(
  files: readonly FileBelow[],
  from: string,
  to: string,
  totalBytes: number,
  unfinished: UnfinishedFiles,
  run: TaskRun,
): Promise<void> {
  run.addTotal(totalBytes * 2);
  for (const { name, kind } of files) {
    run.signal.throwIfAborted();
    const [source, target] = [path.join(from, name), path.join(to, name)];
    // What somebody put there meanwhile is not a copy.
    if ((await lstat(target).catch(() => null)) !== null) throw new TakenError(target);
    await unfinished.begin(target);
    if (kind === "folder") await mkdir(target);
    else if (kind === "link") await symlink(path.resolve(path.dirname(source), await readlink(source)), target);
    else {
      const facts = await stat(source);
      const written = await copyAndHash(source, target, run);
      if ((await hashLargeFile(target, run)) !== written)
        throw new UnfaithfulDiskError(`${name} could not be read back as it was written`);
      await utimes(target, facts.atime, facts.mtime);
    }
  }
  for (const { name, kind } of files) if (kind === "folder") await syncFolder(path.join(to, name));
  await syncFolder(to);
}

/** In one step, where both are on one disk. `to` is an empty folder, which only POSIX can rename onto. */
async function renamed(from: string, to: string, signal: AbortSignal): Promise<boolean> {
  if ((await stat(from)).dev !== (await stat(to)).dev) return false;
  await rmdir(to);
  try {
    await renameFolder(from, to, { signal });
    return true;
  } catch (error) {
    await mkdir(to);
    // One device, and still not one file system: a bind mount.
    if (errnoOf(error) === "EXDEV") return false;
    throw error;
  }
}

/** What was copied goes, nothing else. A disk that is not there keeps its copies. */
async function takeBack({ unfinished }: ModelsPlace, { to, madeFolder }: Journal): Promise<void> {
  await unfinished.discard(to);
  if (madeFolder) await rmdir(to).catch(() => undefined);
}

/** The new folder is used from now on; of the old one goes what the new one has. Can be done again. */
async function clean({ modelsFolder, unfinished }: ModelsPlace, { from, to }: Journal): Promise<void> {
  if (
    from !== modelsFolder &&
    from === `${modelsFolder}.moved` &&
    !(await isLink(modelsFolder)) &&
    !(await exists(from))
  )
    await renameFolder(modelsFolder, from);
  await putBehind(to, modelsFolder);
  // Nothing of the old folder goes while the new one cannot be seen.
  if (!(await exists(modelsFolder))) throw new Error("the new models folder is not there");
  await unfinished.keep(to);
  if (!(await exists(from))) return;
  const files = await filesBelow(from);
  for (const { name, kind, sizeBytes } of files) {
    if (kind === "folder") continue;
    const copy = await lstat(path.join(modelsFolder, name)).catch(() => null);
    if (kind === "link" ? copy?.isSymbolicLink() : copy?.size === sizeBytes) await removeFile(path.join(from, name));
  }
  for (const { name, kind } of files.reverse())
    if (kind === "folder") await rmdir(path.join(from, name)).catch(() => undefined);
  // Not empty: somebody put something there meanwhile, which stays.
  await rmdir(from).catch(() => undefined);
}

/** Makes `modelsFolder` lead to `to`; the staging folder of a move back takes its place. Can be done again. */
async function putBehind(to: string, modelsFolder: string): Promise<void> {
  const facts = await lstat(modelsFolder).catch(() => null);
  const isHome = to === stagingOf(modelsFolder);
  if (isHome && !(await exists(to))) return;
  if (facts?.isSymbolicLink()) {
    if (!isHome && (await leadsTo(modelsFolder, to))) return;
    await removeFile(modelsFolder);
  } else if (facts !== null) {
    // An empty one was made at a start between two steps.
    await rmdir(modelsFolder);
  }
  if (isHome) await bringHome(to, modelsFolder);
  else await makeLink(to, modelsFolder);
  await syncFolder(path.dirname(modelsFolder));
}

async function bringHome(staging: string, modelsFolder: string): Promise<void> {
  try {
    await renameFolder(staging, modelsFolder);
  } catch (error) {
    // Until it can be done, at the next start, the models are found there.
    await makeLink(staging, modelsFolder).catch(() => undefined);
    throw error;
  }
}

/** Throws NoLinkError. */
async function makeLink(to: string, link: string): Promise<void> {
  try {
    // A junction needs no privilege on Windows; elsewhere the kind says nothing.
    await symlink(to, link, "junction");
  } catch (error) {
    throw new NoLinkError(error);
  }
}

async function leadsTo(link: string, folder: string): Promise<boolean> {
  return (await realpath(link).catch(() => null)) === folder;
}

/** Whether each file below `copy` is below `folder` too, in its full length. */
async function hasAll(folder: string, copy: string): Promise<boolean> {
  for (const { name, kind, sizeBytes } of await filesBelow(copy)) {
    const facts = await lstat(path.join(folder, name)).catch(() => null);
    if (facts === null || (kind === "file" && facts.size !== sizeBytes)) return false;
  }
  return true;
}

async function writeJournal({ journalFile, unfinished }: ModelsPlace, journal: Journal): Promise<void> {
  await writeFileAtomically(journalFile, JSON.stringify(journal), unfinished);
}

async function clearJournal({ journalFile }: ModelsPlace): Promise<void> {
  await removeFile(journalFile);
}

async function readJournal({ journalFile }: ModelsPlace): Promise<Journal | null> {
  try {
    if ((await stat(journalFile)).size > MAX_JOURNAL_BYTES) return null;
    return Journal.safeParse(JSON.parse(await readFile(journalFile, "utf8"))).data ?? null;
  } catch {
    return null;
  }
}

async function isLink(file: string): Promise<boolean> {
  return (await lstat(file).catch(() => null))?.isSymbolicLink() ?? false;
}

async function exists(file: string): Promise<boolean> {
  return (await stat(file).catch(() => null)) !== null;
}

async function isEmptyOrMissing(folder: string): Promise<boolean> {
  return ((await readdir(folder).catch(() => null))?.length ?? 0) === 0;
}

class TakenError extends Error {
  override readonly name = "TakenError";
  readonly code = "EEXIST";
  readonly syscall = "open";

  constructor(file: string) {
    super(`something has the name ${path.basename(file)}`);
  }
}

/** No link can be made, or none can lead there. Windows lets no junction lead to a network drive; exFAT knows no links. */
class NoLinkError extends Error {
  override readonly name = "NoLinkError";

  constructor(cause: unknown) {
    super(`no link can be made: ${String(cause)}`, { cause });
  }
}

/** What was written is not what is read. */
class UnfaithfulDiskError extends Error {
  override readonly name = "UnfaithfulDiskError";
}

function moveFailure(error: unknown, folder: string): Failure {
  if (error instanceof UnfaithfulDiskError)
    return failure("models-folder-unusable", { folder, reason: "came-back-changed" }, error);
  if (error instanceof NoLinkError)
    return failure("models-folder-unusable", { folder, reason: "link-impossible" }, error);
  switch (errnoOf(error)) {
    case "ENOSPC":
    case "EDQUOT":
      return failure("disk-full", { folder }, error);
    case "EFBIG":
      return failure("models-folder-unusable", { folder, reason: "files-of-this-size-impossible" }, error);
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return failure("models-folder-unusable", { folder, reason: "no-permission-to-write-there" }, error);
    case null:
      throw error;
    default:
      return failure("models-folder-unusable", { folder, ...heldReason(error) }, error);
  }
}
