// What is unfinished in the data folder and in no journal: of earlier versions, of disks that lost the journal, or of somebody else.
// Facet removes none of it by itself.
import { createHash } from "node:crypto";
import { lstat, readdir, stat } from "node:fs/promises";
import path from "node:path";
import { ENGINE_STATE_FILE } from "../contract/engineProtocol";
import { fail, succeed, type Outcome } from "../contract/failure";
import { LeftoverId, type Leftover } from "../contract/leftovers";
import { dataPaths } from "./dataFolder";
import { isOfDownload, loadDownloads, UNFINISHED_DOWNLOADS } from "./downloads/downloadDisk";
import { forgetEngineState } from "./engineState";
import { UNFINISHED_COPIES } from "./importing/copyIntoModelsFolder";
import { fetchedFolder } from "./jobs/runFetchDelta";
import type { Parts } from "./Parts";
import { isUnfinishedFolder, isUnfinishedName, isUnfinishedWrite } from "./unfinishedName";

type Surroundings = Pick<Parts, "dataFolder" | "modelsFolder" | "data">;

interface LeftoverFile {
  path: string;
  leftover: Leftover;
}

/** At the start: removes what the journal names and nobody goes on with. */
export async function removeUnfinished({ dataFolder, modelsFolder, data }: Surroundings): Promise<number> {
  const { unfinished } = data;
  await forgetEngineState(dataPaths(dataFolder).engineState, unfinished);
  // A link to a disk that is not there now.
  const isModelsFolderThere = (await stat(modelsFolder).catch(() => null)) !== null;
  const fetches = fetchesOf({ dataFolder, data });
  return unfinished.recover((file) => {
    if (isIn(modelsFolder, file) && !isModelsFolderThere) return true;
    return !isUnfinishedWrite(file) && (isOfDownload(modelsFolder, file) || fetches.isNeeded(file));
  });
}

/** By name. */
export async function leftovers(parts: Surroundings): Promise<Leftover[]> {
  return (await leftoverFiles(parts)).map(({ leftover }) => leftover);
}

/** Failure: "not-found". */
export async function leftoverPath(id: LeftoverId, parts: Surroundings): Promise<Outcome<string>> {
  const found = (await leftoverFiles(parts)).find(({ leftover }) => leftover.id === id);
  return found === undefined ? fail("not-found") : succeed(found.path);
}

/** Moves it to the system's trash. Failures: "not-found", "leftover-not-moved-to-trash". */
export async function deleteLeftover(
  id: LeftoverId,
  parts: Surroundings & Pick<Parts, "host">,
): Promise<Outcome<undefined>> {
  const found = await leftoverPath(id, parts);
  if (!found.ok) return found;
  try {
    await parts.host.moveToTrash(found.value);
    return succeed(undefined);
  } catch (error) {
    return fail("leftover-not-moved-to-trash", { file: path.basename(found.value) }, error);
  }
}

async function leftoverFiles({ dataFolder, modelsFolder, data }: Surroundings): Promise<LeftoverFile[]> {
  const { deltas, fetched, engineState } = dataPaths(dataFolder);
  const begun = data.unfinished.paths;
  const fetches = fetchesOf({ dataFolder, data });
  const downloads = path.join(modelsFolder, UNFINISHED_DOWNLOADS);
  const loaded = await loadDownloads(modelsFolder).catch(() => ({ downloads: [] }));
  const going = new Set(loaded.downloads.map(({ id }) => path.resolve(downloads, id)));
  const isInUse = (file: string) =>
    // One whose state cannot be read is of no use, though the journal knows its parts.
    path.dirname(file) === path.resolve(downloads)
      ? going.has(file)
      : fetches.isNeeded(file) || begun.some((one) => one === file || isIn(file, one));
  const inModels = await foldersIn(modelsFolder);
  const places: [folder: string, isWanted: (name: string) => boolean][] = [
    [dataFolder, isUnfinishedFile],
    [modelsFolder, (name) => isUnfinishedFile(name) || isStarterFetch(name)],
    ...inModels.map((folder): [string, typeof isUnfinishedName] => [folder, isUnfinishedFile]),
    [path.join(modelsFolder, UNFINISHED_COPIES), isUnfinishedFolder],
    [downloads, isUnfinishedFolder],
    ...(await foldersIn(downloads)).map((folder): [string, typeof isUnfinishedName] => [folder, isUnfinishedFile]),
    [path.join(dataFolder, "importance"), isUnfinishedFile],
    [deltas, isUnfinishedFile],
    [fetched, isUnfinishedFolder],
    [engineState, (name) => isUnfinishedFolder(name) || ENGINE_STATE_FILE.test(name)],
  ];
  const found: LeftoverFile[] = [];
  for (const [folder, isWanted] of places) {
    for (const name of (await readdir(folder).catch(() => [])).filter(isWanted)) {
      const file = path.resolve(folder, name);
      if (isInUse(file) || found.some((other) => isIn(other.path, file))) continue;
      const facts = await lstat(file).catch(() => null);
      if (facts === null || !(facts.isFile() || facts.isDirectory())) continue;
      const shown = path.relative(dataFolder, file).replaceAll(path.sep, "/");
      found.push({
        path: file,
        leftover: {
          id: LeftoverId.parse(createHash("sha256").update(shown).digest("hex").slice(0, 32)),
          name: shown,
          isFolder: facts.isDirectory(),
          sizeBytes: await bytesOf(file),
          changedAtMs: facts.mtimeMs,
        },
      });
    }
  }
  return found.sort((one, other) => one.leftover.name.localeCompare(other.leftover.name));
}

/** Folders of jobs that go on with what they have fetched; all, where a job of the list cannot be understood. */
function fetchesOf({ dataFolder, data }: Pick<Surroundings, "dataFolder" | "data">) {
  const { fetched } = dataPaths(dataFolder);
  const folders = data.jobs.value.jobs.flatMap(({ order }) =>
    order.kind === "fetch-delta" ? [path.resolve(fetchedFolder(fetched, order))] : [],
  );
  return {
    isNeeded: (file: string) =>
      data.jobs.hasUnreadable ? isIn(fetched, file) : folders.some((folder) => folder === file || isIn(folder, file)),
  };
}

function isStarterFetch(name: string): boolean {
  return name.startsWith(".") && isUnfinishedFolder(name);
}

function isUnfinishedFile(name: string): boolean {
  return isUnfinishedName(name) && !isUnfinishedFolder(name);
}

function isIn(folder: string, file: string): boolean {
  return file.startsWith(path.resolve(folder) + path.sep);
}

/** Links are not followed. */
async function foldersIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => path.join(folder, name));
}

async function bytesOf(file: string): Promise<number> {
  const facts = await lstat(file).catch(() => null);
  if (facts === null) return 0;
  if (facts.isDirectory()) {
    let bytes = 0;
    for (const name of await readdir(file).catch(() => [])) bytes += await bytesOf(path.join(file, name));
    return bytes;
  }
  // Sparse parts of downloads take less room than their length.
  return facts.isFile() ? (facts.blocks > 0 ? Math.min(facts.size, facts.blocks * 512) : facts.size) : 0;
}
