// A zip of the fallback runtime under the name that Forge's packager looks for. Made once, kept in the cache.
import { createWriteStream, existsSync } from "node:fs";
import { mkdir, readdir, rename, stat } from "node:fs/promises";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { ZipFile } from "yazl";
import { cacheFolder } from "./cacheFolder.mjs";
import type { ElectronRuntime } from "./electronRuntime";

/** Folder that holds the zip. */
export async function electronZip({ distPath, version }: ElectronRuntime): Promise<string> {
  const folder = path.join(cacheFolder(), "electron-zips");
  const zip = path.join(folder, `electron-v${version}-${process.platform}-${process.arch}.zip`);
  if (existsSync(zip)) return folder;
  await mkdir(folder, { recursive: true });
  const archive = new ZipFile();
  for (const entry of await readdir(distPath, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = path.join(entry.parentPath, entry.name);
    const { mode } = await stat(file);
    // Stored, not compressed: it is unpacked again at once.
    archive.addFile(file, path.relative(distPath, file), { mode, compress: false });
  }
  archive.end();
  const part = `${zip}.${process.pid}`;
  await pipeline(archive.outputStream, createWriteStream(part));
  await rename(part, zip);
  return folder;
}
