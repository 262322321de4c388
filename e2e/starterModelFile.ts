// The starter model that set-up fetched, put into a test's data folder without a second 98 MB where the disk allows that.
import { existsSync } from "node:fs";
import { copyFile, link, mkdir, readdir } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { dataFolder, dataPaths } from "../electron/core/dataFolder";
import { STARTER_MODEL } from "../electron/core/starterModel";

/** Where set-up put it. */
export function starterModelPath(): string {
  const folder = dataFolder({ env: process.env, platform: process.platform, home: os.homedir() });
  const file = path.join(dataPaths(folder).models, STARTER_MODEL.fileName);
  if (!existsSync(file))
    throw new Error(`The starter model is not at ${file}; the end-to-end tests need it. Run npm start once.`);
  return file;
}

export async function placeStarterModel(folder: string): Promise<void> {
  const source = path.dirname(starterModelPath());
  const target = dataPaths(folder).models;
  await mkdir(target, { recursive: true });
  // The record of the checked hash is beside the model, and its name begins with the model's.
  for (const name of await readdir(source)) {
    if (!name.startsWith(STARTER_MODEL.fileName) || existsSync(path.join(target, name))) continue;
    const [from, to] = [path.join(source, name), path.join(target, name)];
    if (name === STARTER_MODEL.fileName) await link(from, to).catch(() => copyFile(from, to));
    else await copyFile(from, to);
  }
}
