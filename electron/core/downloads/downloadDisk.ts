// The files of the download queue: its state per download, the finished models with their origin.
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, rmdir, stat } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { Failure, fail, succeed, type Outcome } from "../../contract/failure";
import { DownloadId, DownloadRequest, ModelOrigin } from "../../contract/downloads";
import { placeFile, removeFile } from "../../files/placeFile";
import { diskName, nameKey, repositoryFolder } from "../diskName";
import { isFileAddress, lastPart } from "../hub/fileAddress";
import { readSmallJson } from "../importing/readSmallFile";
import { PartFile } from "./PartFile";
import { UnfinishedFiles } from "../UnfinishedFiles";
import { syncFolder } from "../../files/syncFolder";
import { writeFileAtomically } from "../writeFileAtomically";

/** Inside the models folder, so that the last step is a new name and not a copy. */
export const UNFINISHED_DOWNLOADS = ".downloads";
const STATE_FILE = "download.json";
/** 500 files with long paths are 600 KB. */
const MAX_STATE_BYTES = 4_000_000;

export const SavedDownload = z.strictObject({
  version: z.literal(1),
  request: DownloadRequest,
  /** Folder in the models folder that the files will be in. */
  folder: z.string(),
  wanted: z.enum(["running", "paused"]),
  failure: Failure.nullable(),
  /** Per file: all bytes are there, and the hash was right. */
  verified: z.array(z.boolean()),
  addedAt: z.string(),
});
export type SavedDownload = z.infer<typeof SavedDownload>;

export function downloadIdOf(request: DownloadRequest): DownloadId {
  const hash = createHash("sha256").update(request.files.map((file) => file.sha256).join("\n"));
  return DownloadId.parse(hash.digest("hex").slice(0, 32));
}

export function stateFolder(modelsFolder: string, id: DownloadId): string {
  return path.join(modelsFolder, UNFINISHED_DOWNLOADS, id);
}

/** Names of the request's files on this disk, in order. Failure: "download-name-refused", for what is no address of a GGUF file, or for the same one twice. */
export function fileNamesOf(request: DownloadRequest): Outcome<string[]> {
  const names: string[] = [];
  for (const { path: address } of request.files) {
    const name = diskName(lastPart(address));
    if (
      !isFileAddress(address) ||
      !/\.gguf$/iu.test(address) ||
      names.some((other) => nameKey(other) === nameKey(name))
    ) {
      return fail("download-name-refused", { name: address.slice(0, 200) });
    }
    names.push(name);
  }
  return succeed(names);
}

/**
 * The folder for the request's files: "owner__name"; when other files of these names are there or will be (`taken`, as placesOf gives
 * them: another commit of the same model, another folder of the repository), one of its own, for split files must keep their names.
 */
export async function chooseFolder(
  modelsFolder: string,
  request: DownloadRequest,
  names: readonly string[],
  id: DownloadId,
  taken: ReadonlySet<string>,
): Promise<string> {
  const usual = repositoryFolder(request.repository);
  const own = ownFolder(usual, id);
  for (const folder of [usual, own]) {
    const there = await Promise.all(
      names.map((name, index) => isDownloaded(path.join(modelsFolder, folder, name), request.files[index])),
    );
    if (!there.includes(false)) return folder;
  }
  const inUsual = new Map(
    (await readdir(path.join(modelsFolder, usual)).catch(() => [])).map((name) => [nameKey(name), name]),
  );
  for (const [index, name] of names.entries()) {
    const other = inUsual.get(nameKey(name));
    const isOther =
      other !== undefined && !(await isDownloaded(path.join(modelsFolder, usual, other), request.files[index]));
    if (isOther || taken.has(placeOf(usual, name))) return own;
  }
  return usual;
}

/** Where a download's files will be, in a form that is equal for two places that are one on some system. */
export function placesOf({ folder }: SavedDownload, names: readonly string[]): string[] {
  return names.map((name) => placeOf(folder, name));
}

function placeOf(folder: string, name: string): string {
  return nameKey(`${folder}/${name}`);
}

function ownFolder(usual: string, id: DownloadId): string {
  return `${usual}--${id.slice(0, 8)}`;
}

/** Whether the file is there, whole, with this hash by its origin. */
export async function isDownloaded(
  file: string,
  wanted: DownloadRequest["files"][number] | undefined,
): Promise<boolean> {
  const origin = await readOrigin(file);
  return wanted !== undefined && origin?.sha256 === wanted.sha256 && (await sizeOf(file)) === wanted.sizeBytes;
}

export async function readOrigin(file: string): Promise<ModelOrigin | null> {
  const parsed = ModelOrigin.safeParse(await readSmallJson(originPath(file), MAX_STATE_BYTES));
  return parsed.success ? parsed.data : null;
}

class NameTakenError extends Error {
  override readonly name = "NameTakenError";
  readonly code = "EEXIST";

  constructor(file: string) {
    super(`another file has the name ${path.basename(file)}`);
  }
}

export function originPath(file: string): string {
  return `${file}.origin.json`;
}

/**
 * Gives a verified part its name: first the origin, then the name, so that no model is there without one. Throws "EEXIST" where
 * another file has the name.
 */
export async function putInPlace(
  part: string,
  file: string,
  origin: ModelOrigin,
  unfinished = UnfinishedFiles.withoutFile(),
): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  // What is at this name keeps its own origin.
  if ((await sizeOf(file)) !== null) throw new NameTakenError(file);
  await writeFileAtomically(originPath(file), JSON.stringify(origin, null, 1), unfinished);
  try {
    await placeFile(part, file);
  } catch (error) {
    await removeFile(originPath(file));
    throw error;
  }
  await syncFolder(path.dirname(file));
}

export async function saveDownload(
  modelsFolder: string,
  id: DownloadId,
  saved: SavedDownload,
  unfinished = UnfinishedFiles.withoutFile(),
): Promise<void> {
  const folder = stateFolder(modelsFolder, id);
  await unfinished.begin(folder);
  await mkdir(folder, { recursive: true });
  await writeFileAtomically(path.join(folder, STATE_FILE), JSON.stringify(saved), unfinished);
}

/** Says where the parts of a file will be, before they are. */
export async function beginParts(folder: string, index: number, unfinished: UnfinishedFiles): Promise<void> {
  for (const file of Object.values(PartFile.paths(folder, index))) await unfinished.begin(file);
}

export async function forgetDownload(
  modelsFolder: string,
  id: DownloadId,
  fileCount: number,
  unfinished: UnfinishedFiles,
): Promise<void> {
  const folder = stateFolder(modelsFolder, id);
  // The state first: what is left after a crash then belongs to nobody and is removed at the next start.
  await removeFile(path.join(folder, STATE_FILE));
  for (let index = 0; index < fileCount; index++) await PartFile.remove(folder, index);
  await unfinished.discard(folder);
  // Of a version that kept no journal.
  await rmdir(folder).catch(() => undefined);
}

/** Whether a file in the models folder belongs to a download that has a state, readable or not. */
export function isOfDownload(modelsFolder: string, file: string): boolean {
  const [place, id = ""] = path.relative(modelsFolder, file).split(path.sep);
  return place === UNFINISHED_DOWNLOADS && existsSync(path.join(modelsFolder, place, id, STATE_FILE));
}

/** All unfinished downloads; folders without a readable state are named, not touched. */
export async function loadDownloads(
  modelsFolder: string,
): Promise<{ downloads: { id: DownloadId; saved: SavedDownload }[]; unreadable: string[] }> {
  const folder = path.join(modelsFolder, UNFINISHED_DOWNLOADS);
  const downloads: { id: DownloadId; saved: SavedDownload }[] = [];
  const unreadable: string[] = [];
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (error) {
    if (isMissing(error)) return { downloads, unreadable };
    throw error;
  }
  for (const name of names) {
    const saved = SavedDownload.safeParse(await readSmallJson(path.join(folder, name, STATE_FILE), MAX_STATE_BYTES));
    const id = DownloadId.safeParse(name);
    // The id says which hashes it stands for: a state that was moved or edited does not pass.
    if (saved.success && id.success && isOwnState(saved.data, id.data))
      downloads.push({ id: id.data, saved: saved.data });
    else unreadable.push(path.join(folder, name));
  }
  downloads.sort((a, b) => (a.saved.addedAt < b.saved.addedAt ? -1 : 1));
  return { downloads, unreadable };
}

/** A state that names files of its own folders only. */
function isOwnState({ request, folder, verified }: SavedDownload, id: DownloadId): boolean {
  const usual = repositoryFolder(request.repository);
  return (
    downloadIdOf(request) === id &&
    verified.length === request.files.length &&
    (folder === usual || folder === ownFolder(usual, id))
  );
}

async function sizeOf(file: string): Promise<number | null> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
