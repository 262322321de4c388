// node-llama-cpp's packages for every system: those that are installed, else out of npm, once, into the cache.
import { existsSync } from "node:fs";
import { mkdir, readFile, rename, rm } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { cacheFolder } from "../cacheFolder.mjs";
import { fetchWholeFromNpm } from "../npmPackage.mjs";

const PackageJson = z.object({ version: z.string() });

/** The version that the app uses. */
export async function nodeLlamaCppVersion(): Promise<string> {
  return versionOf("node_modules/node-llama-cpp");
}

/** The folder of a package in a version. Throws StepError when npm cannot deliver it. */
export async function packageFolder(name: string, version: string, say: (line: string) => void): Promise<string> {
  const installed = path.join("node_modules", name);
  if (existsSync(installed) && (await versionOf(installed)) === version) return installed;
  const folder = path.join(cacheFolder(), `${name.replace("@", "").replace("/", "-")}-${version}`);
  if (existsSync(folder)) return folder;
  say(`fetching ${name}@${version} from npm`);
  const fresh = `${folder}.${process.pid}`;
  try {
    await mkdir(fresh, { recursive: true });
    await rename(await fetchWholeFromNpm({ name, version }, fresh), folder);
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
  return folder;
}

/** Its folder of libraries. */
export async function llamaLibrariesFolder(
  llamaPackage: string,
  version: string,
  say: (line: string) => void,
): Promise<string> {
  return path.join(await packageFolder(`@node-llama-cpp/${llamaPackage}`, version, say), "bins", llamaPackage);
}

async function versionOf(folder: string): Promise<string> {
  return PackageJson.parse(JSON.parse(await readFile(path.join(folder, "package.json"), "utf8"))).version;
}
