// `npm run package`: the unpacked app and a deb in out/, from a fresh build: Forge makes the first, dpkg the second.
import { api } from "@electron-forge/core";
import { mkdir, stat } from "node:fs/promises";
import { lstatSync } from "node:fs";
import { pathToFileURL } from "node:url";
import path from "node:path";
import { buildApp } from "./build";
import { buildNative } from "./buildNative";
import { electronRuntime, type ElectronRuntime } from "./electronRuntime";
import { electronZip } from "./electronZip";
import { fetchedNode } from "./fetchedNode.mjs";
import { checkFuses } from "./fuses";
import { makeDeb } from "./linuxPackages";
import { writeNotices } from "./notices";
import { packageTarget } from "./packagedFiles";
import { exitWith, step, StepError } from "./step";

const OUTPUT = path.resolve("out");
/** What people download. */
export const DISTRIBUTION = path.join(OUTPUT, "dist");

/** The unpacked app's folder and its program. */
export function packagedApp(): { folder: string; binary: string } {
  const folder = path.join(OUTPUT, `Facet-${process.platform}-${process.arch}`);
  if (process.platform === "darwin") return { folder, binary: path.join(folder, "Facet.app/Contents/MacOS/facet") };
  return { folder, binary: path.join(folder, process.platform === "win32" ? "facet.exe" : "facet") };
}

export async function packageApp(): Promise<void> {
  if (lstatSync("node_modules").isSymbolicLink())
    throw new StepError(
      "node_modules is a link here: Forge would leave out what it leads to, and delete its .bin folders.",
    );
  await step("C++ addon", buildNative);
  await step("Build", buildApp);
  await step("Third-party notices", () => writeNotices(packageTarget()));
  await step("Unpacked app", async (say) => {
    const runtime = await electronRuntime(say);
    await useRuntime(runtime);
    process.env["FACET_PACKAGED_NODE"] = await nodeToShip(say);
    await api.package({ dir: process.cwd(), interactive: false, outDir: OUTPUT });
    await checkFuses(packagedApp().binary, "release");
    return `${path.relative(process.cwd(), packagedApp().folder)}, Electron ${runtime.version} (${runtime.source})`;
  });
}

/** From npm, which runs on every system of its kind; else the Node that packages. */
async function nodeToShip(say: (line: string) => void): Promise<string> {
  return fetchedNode(say).catch((error: unknown) => {
    if (!(error instanceof StepError)) throw error;
    say(`the package carries the Node that runs here, ${process.versions.node}. ${error.message}`);
    return process.execPath;
  });
}

/** The fallback runtime is no release of Electron's own; packages made with it are for trying out. */
async function useRuntime(runtime: ElectronRuntime): Promise<void> {
  if (runtime.source === "electron package") return;
  process.env["FACET_ELECTRON_ZIPS"] = await electronZip(runtime);
  process.env["FACET_ELECTRON_VERSION"] = runtime.version;
}

export async function debOfApp(say: (line: string) => void): Promise<string> {
  if (process.platform !== "linux") return "left out: this is not Linux";
  await mkdir(DISTRIBUTION, { recursive: true });
  return sayFile(await makeDeb({ folder: packagedApp().folder, output: DISTRIBUTION }, say));
}

/** Files of packages in words, as they are seen from the project's folder. */
export async function sayFile(file: string): Promise<string> {
  return `${path.relative(process.cwd(), file)}, ${Math.round((await stat(file)).size / 1e6)} MB`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  await packageApp()
    .then(() => step("Deb", debOfApp))
    .catch(exitWith);
}
