// Models of other apps on this computer, each app in its own way; nothing of theirs is ever changed. Plain Node.
import path from "node:path";
import { z } from "zod";
import type { OtherApp } from "../../contract/importing";
import type { Surroundings } from "../dataFolder";
import { findGgufFiles } from "./findFiles";
import { findModels, type Describe, type FileToLookAt, type ModelOnDisk } from "./findModels";
import { huggingFaceModels } from "./huggingFaceModels";
import { janModels } from "./janModels";
import { ollamaModels } from "./ollamaModels";
import { otherAppFolders, type OtherAppFolders } from "./otherAppFolders";
import { readSmallFile, readSmallJson } from "./readSmallFile";
import type { ScanBudget } from "./ScanBudget";

const MAX_SETTINGS_BYTES = 1_000_000;
const MAX_POINTER_BYTES = 4096;

const LmStudioSettings = z.object({ downloadsFolder: z.string() });
const JanSettings = z.object({ data_folder: z.string() });

export interface AppModels {
  app: OtherApp;
  models: ModelOnDisk[];
}

/** Apps that have any, in a fixed order. */
export async function findOtherApps(
  surroundings: Surroundings,
  describe: Describe,
  budget: ScanBudget,
): Promise<AppModels[]> {
  const folders = otherAppFolders(surroundings);
  const read: Record<OtherApp, () => Promise<FileToLookAt[]>> = {
    "lm-studio": async () =>
      each(await lmStudioFolders(folders), async (folder) =>
        (await findGgufFiles(folder, budget)).map((file) => ({ path: file })),
      ),
    ollama: () => each(folders.ollama, (folder) => ollamaModels(folder, budget)),
    jan: async () =>
      each([...(await janFolders(folders.janSettings)), ...folders.jan], (folder) => janModels(folder, budget)),
    "hugging-face": () => each(folders.huggingFace, (folder) => huggingFaceModels(folder, budget)),
  };
  const apps: AppModels[] = [];
  for (const app of ["lm-studio", "ollama", "jan", "hugging-face"] as const) {
    const { models } = await findModels(await read[app](), app, describe, budget);
    if (models.length > 0) apps.push({ app, models: models.sort((a, b) => a.name.localeCompare(b.name)) });
  }
  return apps;
}

async function each(
  folders: readonly string[],
  find: (folder: string) => Promise<FileToLookAt[]>,
): Promise<FileToLookAt[]> {
  const files: FileToLookAt[] = [];
  for (const folder of new Set(folders)) files.push(...(await find(folder)));
  return files;
}

/** Its usual folders, the one that its pointer names, and the downloads folder that any settings name. */
async function lmStudioFolders({
  lmStudioHomes,
  lmStudioPointer,
  lmStudioSettings,
}: OtherAppFolders): Promise<string[]> {
  const pointed = (await readSmallFile(lmStudioPointer, MAX_POINTER_BYTES))?.trim();
  const homes = [...(pointed && path.isAbsolute(pointed) ? [pointed] : []), ...lmStudioHomes];
  const folders = homes.map((home) => path.join(home, "models"));
  for (const file of [...homes.map((home) => path.join(home, "settings.json")), ...lmStudioSettings]) {
    const settings = LmStudioSettings.safeParse(await readSmallJson(file, MAX_SETTINGS_BYTES));
    if (settings.success && path.isAbsolute(settings.data.downloadsFolder)) folders.push(settings.data.downloadsFolder);
  }
  return folders;
}

async function janFolders(settingsFiles: readonly string[]): Promise<string[]> {
  const folders: string[] = [];
  for (const file of settingsFiles) {
    const settings = JanSettings.safeParse(await readSmallJson(file, MAX_SETTINGS_BYTES));
    if (settings.success && path.isAbsolute(settings.data.data_folder)) folders.push(settings.data.data_folder);
  }
  return folders;
}
