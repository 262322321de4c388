// Puts prebuilt addons in place: from a folder or from the release's address, checked against their manifest.
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { StepError } from "../step";
import { AddonManifest, MANIFEST_FILE, type PrebuiltArchive } from "./manifest";

/** Where releases keep manifest.json and the archives, with a slash at the end. Empty: there is no such place yet. */
export const RELEASE_ADDRESS = "";

/** What is asked of prebuilt addons. */
export interface Wanted {
  /** The system's name in the manifest. */
  target: string;
  /** sourcesHash() of this checkout. */
  sources: string;
  nodeLlamaCpp: string;
  /** Of this system; null where it has none. */
  glibc: string | null;
}

/** The folder that FACET_ADDONS names, else the release's address; null when there is neither. */
export function prebuiltSource(env: NodeJS.ProcessEnv, releaseAddress: string = RELEASE_ADDRESS): string | null {
  return env["FACET_ADDONS"] || releaseAddress || null;
}

/** Throws StepError: with why there are none for this system, or why those that there are may not be used. */
export async function findPrebuilt(source: string, wanted: Wanted): Promise<PrebuiltArchive> {
  const file = await read(source, MANIFEST_FILE);
  let manifest: AddonManifest;
  try {
    manifest = AddonManifest.parse(JSON.parse(file.toString("utf8")));
  } catch {
    throw new StepError(`${MANIFEST_FILE} in ${source} is no list of prebuilt addons.`);
  }
  const archive = manifest.addons[wanted.target];
  if (archive === undefined) throw new StepError(`${source} has no addons for ${wanted.target}.`);
  if (archive.nodeLlamaCpp !== wanted.nodeLlamaCpp)
    throw new StepError(
      `The addons in ${source} are for node-llama-cpp ${archive.nodeLlamaCpp}; this is ${wanted.nodeLlamaCpp}.`,
    );
  if (manifest.sources !== wanted.sources)
    throw new StepError(`The addons in ${source} were made from other C++ sources than those here.`);
  if (archive.glibc !== null && (wanted.glibc === null || isOlder(wanted.glibc, archive.glibc)))
    throw new StepError(
      `The addons in ${source} need glibc ${archive.glibc} or newer; this system has ${wanted.glibc ?? "none"}.`,
    );
  return archive;
}

/** Unpacks `files` of an archive into `output`, whole and checked, over those of before. Throws StepError. */
export async function unpackPrebuilt(
  source: string,
  { archive, bytes, sha256 }: PrebuiltArchive,
  files: readonly string[],
  output: string,
): Promise<void> {
  const content = await read(source, archive);
  if (content.length !== bytes || createHash("sha256").update(content).digest("hex") !== sha256)
    throw new StepError(
      `${archive} in ${source} is not the file that its manifest names (its SHA-256 differs), so it was not used.`,
    );
  await mkdir(output, { recursive: true });
  const fresh = await mkdtemp(path.join(output, "prebuilt-"));
  try {
    await writeFile(path.join(fresh, archive), content);
    await promisify(execFile)("tar", ["-xzf", archive, ...files], { cwd: fresh }).catch((error: unknown) => {
      throw new StepError(`${archive} could not be unpacked: ${String(error).split("\n", 1)[0]}`);
    });
    for (const file of files) await rename(path.join(fresh, file), path.join(output, file));
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

async function read(source: string, name: string): Promise<Buffer> {
  if (!source.startsWith("https:")) {
    return readFile(path.join(source, name)).catch(() => {
      throw new StepError(`${path.join(source, name)} cannot be read.`);
    });
  }
  const address = new URL(name, source);
  try {
    const response = await fetch(address);
    if (!response.ok) throw new Error(`status ${response.status}`);
    return Buffer.from(await response.arrayBuffer());
  } catch (error) {
    throw new StepError(`${address} cannot be fetched: ${error instanceof Error ? error.message : String(error)}.`);
  }
}

/** "2.31" is older than "2.34". */
function isOlder(version: string, than: string): boolean {
  return version.localeCompare(than, "en", { numeric: true }) < 0;
}
