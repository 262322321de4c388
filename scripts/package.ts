// `npm run package`: the unpacked app and a deb in out/, with Forge, from a fresh build.
import { api } from "@electron-forge/core";
import { existsSync } from "node:fs";
import { pathToFileURL } from "node:url";
import path from "node:path";
import { buildApp } from "./build";
import { buildNative } from "./buildNative";
import { electronRuntime, type ElectronRuntime } from "./electronRuntime";
import { electronZip } from "./electronZip";
import { fetchedNode } from "./fetchedNode.mjs";
import { checkFuses } from "./fuses";
import { writeNotices } from "./notices";
import { packageTarget } from "./packagedFiles";
import { exitWith, step, StepError } from "./step";
import { commandExists, ensureDebianPackages } from "./systemLibraries";

const OUTPUT = path.resolve("out");

/** The unpacked app's folder and its program. */
export function packagedApp(): { folder: string; binary: string } {
  const folder = path.join(OUTPUT, `Facet-${process.platform}-${process.arch}`);
  if (process.platform === "darwin") return { folder, binary: path.join(folder, "Facet.app/Contents/MacOS/facet") };
  return { folder, binary: path.join(folder, process.platform === "win32" ? "facet.exe" : "facet") };
}

export async function packageApp(): Promise<void> {
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

async function makeDeb(say: (line: string) => void): Promise<string> {
  if (process.platform !== "linux") return "left out: this is not Linux";
  const missing = ["dpkg", "fakeroot"].filter((name) => !commandExists(name));
  if (missing.length > 0) ensureDebianPackages(missing, say, `Making a deb needs ${missing.join(" and ")}`);
  const results = await api.make({ dir: process.cwd(), interactive: false, skipPackage: true, outDir: OUTPUT });
  const files = results.flatMap(({ artifacts }) => artifacts).filter((file) => existsSync(file));
  return files.map((file) => path.relative(process.cwd(), file)).join(", ");
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  await packageApp()
    .then(() => step("Deb", makeDeb))
    .catch(exitWith);
}
