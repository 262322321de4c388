// Builds the C++ addons in native/ against the llama.cpp libraries that node-llama-cpp ships. Skipped when nothing changed.
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { cacheFolder } from "./cacheFolder.mjs";
import { addonTarget, GGML_BASE_LIBRARY, LLAMA_LIBRARIES, platformName, type AddonTarget } from "./addons/targets";
import { nodeLlamaCppVersion } from "./addons/llamaPackages";
import { nativeSources, sourcesHash } from "./addons/manifest";
import { findPrebuilt, prebuiltSource, unpackPrebuilt } from "./addons/prebuilt";
import { writeWindowsImports } from "./addons/windowsImports";
import {
  COMMON_FLAGS,
  compileNative,
  findCompiler,
  howToGetCompiler,
  runCompiler,
  type Compiler,
} from "./compileNative";
import { exitWith, step, StepError } from "./step";

const run = promisify(execFile);

const NODE_API_VERSION = 8;

export interface Addon {
  /** Of the file: facet.node. */
  name: string;
  /** What is off without it. */
  feature: string;
  /** Of C++ that knows nothing of JavaScript: what the native tests test. */
  coreFolders: readonly string[];
  addonFolder: string;
  /** The libraries of node-llama-cpp's package that it is linked to. */
  libraries: RegExp;
  libraryCount: number;
  optimization: "-O2" | "-O3";
}

/** Of the job processes. */
export const FACET: Addon = {
  name: "facet",
  feature: "quantizing",
  coreFolders: ["native/core", "native/core/delta"],
  addonFolder: "native/addon",
  libraries: LLAMA_LIBRARIES,
  libraryCount: 3,
  optimization: "-O2",
};

/** Of the engine process: fast kernels for 1-bit deltas, and the list of GPUs. Linked only to the library that has the same name in the packages for every back end. */
export const FACET_KERNELS: Addon = {
  name: "facet-kernels",
  feature: "the fast path of 1-bit deltas",
  coreFolders: ["native/core/kernels", "native/core/devices"],
  addonFolder: "native/addon/kernels",
  libraries: GGML_BASE_LIBRARY,
  libraryCount: 1,
  // A tenth faster look-ups.
  optimization: "-O3",
};

export const ADDONS: readonly Addon[] = [FACET, FACET_KERNELS];

/**
 * Returns what was done, in words: prebuilt addons put in place, or built here. Without either the app works without the
 * addons. Throws StepError when FACET_ADDONS names some that may not be used, or when they do not compile.
 */
export async function buildNative(say: (line: string) => void = () => undefined): Promise<string> {
  const features = ADDONS.map(({ feature }) => feature).join(" and ");
  const target = addonTarget(process.platform, process.arch);
  if (target === undefined)
    return `skipped: there are none for ${process.platform} ${process.arch}; ${features} are off`;
  const libraries = librariesFolder(target.llamaPackage);

  const output = outputFolder(target);
  const prebuilt = await usePrebuilt(target, output, say);
  if (prebuilt !== null) return prebuilt;
  const hash = await inputsHash(libraries);
  const stale = ADDONS.filter((addon) => !isFresh(addon, output, (stamp) => stamp === hash));
  if (stale.length === 0) return "up to date";

  if (target.platform === "win32")
    return `skipped: FACET_ADDONS names no folder with addons that were built for Windows, so ${features} are off`;
  const compiler = await findCompiler();
  if (compiler === null) return `skipped: no C++ compiler, so ${features} are off. ${howToGetCompiler()}`;
  const headers = await llamaCppHeaders();
  if (headers === null) return `skipped: git is missing, so ${features} are off. Get it with: sudo apt-get install git`;
  const { built, failures } = await buildEach(stale, async (addon) => {
    await buildAddon(addon, { target, compiler: [compiler], headers, libraries, output, say });
    await writeFile(stampFile(addon, output), hash);
  });
  if (failures.length > 0) throw new StepError(failures.join("\n"));
  return `built ${built.join(", ")}`;
}

/** Says what was done when there are prebuilt addons to use, or those in place are such and still fit; else null. */
async function usePrebuilt(target: AddonTarget, output: string, say: (line: string) => void): Promise<string | null> {
  const wanted = {
    target: target.name,
    sources: await sourcesHash(),
    nodeLlamaCpp: await nodeLlamaCppVersion(),
    glibc: glibcVersion(),
  };
  const fitting = `prebuilt ${wanted.sources} ${wanted.nodeLlamaCpp} `;
  const source = prebuiltSource(process.env);
  if (source === null)
    return ADDONS.every((addon) => isFresh(addon, output, (stamp) => stamp.startsWith(fitting))) ? "up to date" : null;
  try {
    const archive = await findPrebuilt(source, wanted);
    const stamp = fitting + archive.sha256;
    if (ADDONS.every((addon) => isFresh(addon, output, (found) => found === stamp))) return "up to date";
    await unpackPrebuilt(source, archive, ADDONS.map(addonFileName), output);
    for (const addon of ADDONS) await writeFile(stampFile(addon, output), stamp);
    return `prebuilt, from ${source}`;
  } catch (error) {
    // A folder that somebody named is meant; a release that does not answer is not in the way of building.
    if (process.env["FACET_ADDONS"] || !(error instanceof StepError)) throw error;
    say(error.message);
    return null;
  }
}

/** Of the system that runs; null where it is another C library. */
function glibcVersion(): string | null {
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  return header.glibcVersionRuntime ?? null;
}

/** All of them, whatever fails: one without the other is of use. Returns the names of those built, and why the rest was not. */
export async function buildEach(
  addons: readonly Addon[],
  build: (addon: Addon) => Promise<void>,
): Promise<{ built: string[]; failures: string[] }> {
  const built: string[] = [];
  const failures: string[] = [];
  for (const addon of addons) {
    try {
      await build(addon);
      built.push(addon.name);
    } catch (error) {
      if (!(error instanceof StepError)) throw error;
      failures.push(`${addon.name}, so ${addon.feature} is off or as it was before: ${error.message}`);
    }
  }
  return { built, failures };
}

/** native/build/<platform>, where the app looks for them. */
export function outputFolder(target: AddonTarget): string {
  return path.join("native", "build", platformName(target));
}

function stampFile(addon: Addon, output: string): string {
  return path.join(output, `${addon.name}.sha256`);
}

function isFresh(addon: Addon, output: string, isGood: (stamp: string) => boolean): boolean {
  const stamp = stampFile(addon, output);
  return existsSync(addonFile(addon, output)) && existsSync(stamp) && isGood(readFileSync(stamp, "utf8"));
}

export function addonFileName(addon: Addon): string {
  return `${addon.name}.node`;
}

function addonFile(addon: Addon, output: string): string {
  return path.join(output, addonFileName(addon));
}

export interface BuildPlace {
  target: AddonTarget;
  compiler: Compiler;
  /** Include folders of llama.cpp. */
  headers: readonly string[];
  /** node-llama-cpp's folder of libraries for the target. */
  libraries: string;
  /** Of the addons and their objects. */
  output: string;
  say: (line: string) => void;
}

/** Throws StepError with the compiler's words. */
export async function buildAddon(addon: Addon, place: BuildPlace): Promise<void> {
  const { compiler, headers, target, libraries, output, say } = place;
  const sources = await cppFiles([...addon.coreFolders, addon.addonFolder, ...systemFolders(target)]);
  const names = await llamaLibraries(addon, libraries);
  if (target.platform === "win32") {
    const imports = path.join(output, `${addon.name}Imports.cpp`);
    await writeWindowsImports(imports, { libraries, names, folder: librariesFromAddon(target), bindsAtStart: false });
    sources.push(imports);
  }
  const flags = addonFlags(addon, target, headers);
  const objectFiles = await compileNative({ compiler, flags, sources, folder: objectsFolder(output, addon), say });

  // Swapped in whole, so that a failed link leaves the last good addon.
  const file = addonFile(addon, output);
  const fresh = `${file}.${process.pid}`;
  try {
    await runCompiler(compiler, [
      ...linkFlags(target),
      ...objectFiles,
      ...linkedLibraries(target, libraries, names),
      "-o",
      fresh,
    ]);
    await rename(fresh, file);
  } finally {
    await rm(fresh, { force: true });
  }
}

/** Sources that only one system needs. */
function systemFolders({ platform }: AddonTarget): string[] {
  return platform === "win32" ? ["native/windows"] : [];
}

/** Of the compiled sources; the native tests link the same objects of the addon. */
export function objectsFolder(output: string, addon: Addon): string {
  return path.join(output, "objects", addon.name);
}

export function addonFlags(addon: Addon, target: AddonTarget, headers: readonly string[]): string[] {
  return [
    ...COMMON_FLAGS,
    addon.optimization,
    ...(target.platform === "win32" ? [] : ["-fPIC", "-pthread"]),
    "-fvisibility=hidden",
    `-DNAPI_VERSION=${NODE_API_VERSION}`,
    // Ours are caught in native/addon/calls.h; this is for those that the library's own callbacks would let out.
    "-DNODE_ADDON_API_CPP_EXCEPTIONS_ALL",
    ...headers.flatMap((folder) => ["-isystem", folder]),
    ...["node-api-headers/include", "node-addon-api"].flatMap((folder) => ["-isystem", `node_modules/${folder}`]),
  ];
}

/** Of node-llama-cpp's package of this name. Throws StepError when it is not installed. */
export function librariesFolder(packageName: string): string {
  const folder = path.join("node_modules", "@node-llama-cpp", packageName, "bins", packageName);
  if (!existsSync(folder)) throw new StepError(`${folder} is missing: run npm install again.`);
  return folder;
}

/** Headers of ggml's own that its back ends are written against: the kernels join one. */
const BACKEND_HEADERS = ["ggml-impl.h", "ggml-backend-impl.h", "ggml-cpu/ggml-cpu-impl.h", "ggml-cpu/traits.h"];

/** The include folders of the llama.cpp that a node-llama-cpp was built from; null when git is missing. */
export async function llamaCppHeaders(nodeLlamaCpp?: string): Promise<readonly string[] | null> {
  const folders = ["include", "ggml/include"];
  const wanted = [...folders, ...BACKEND_HEADERS.map((file) => `ggml/src/${file}`)];
  const checkout = await llamaCppCheckout(wanted, nodeLlamaCpp);
  return checkout === null
    ? null
    : [...folders, "ggml/src", "ggml/src/ggml-cpu"].map((folder) => path.join(checkout, folder));
}

/** Clones node-llama-cpp's bundled llama.cpp into the cache and checks out `paths` of it; null when git is missing. */
export async function llamaCppCheckout(
  paths: readonly string[],
  nodeLlamaCpp = "node_modules/node-llama-cpp",
): Promise<string | null> {
  const bundle = path.resolve(nodeLlamaCpp, "llama/gitRelease.bundle");
  const { release } = JSON.parse(
    await readFile(path.join(nodeLlamaCpp, "llama/binariesGithubRelease.json"), "utf8"),
  ) as { release: string };
  const folder = path.join(cacheFolder(), `llama.cpp-${release}`);
  try {
    if (!existsSync(path.join(folder, ".git"))) {
      const fresh = `${folder}.${process.pid}`;
      await mkdir(cacheFolder(), { recursive: true });
      await run("git", ["clone", "--quiet", "--no-checkout", bundle, fresh]);
      await rename(fresh, folder);
    }
    if (paths.some((part) => !existsSync(path.join(folder, part)))) {
      await run("git", ["-C", folder, "checkout", "--quiet", "HEAD", "--", ...paths]);
    }
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
  return folder;
}

export async function cppFiles(folders: readonly string[]): Promise<string[]> {
  const files = await Promise.all(
    folders.map(async (folder) => (await readdir(folder)).map((file) => path.join(folder, file))),
  );
  return files
    .flat()
    .filter((file) => file.endsWith(".cpp"))
    .sort();
}

/** Of everything that an addon may be made of, which can be asked without a compiler. What really changed the compiling finds out. */
async function inputsHash(libraries: string): Promise<string> {
  const hash = createHash("sha256");
  for (const file of [
    ...(await nativeSources()),
    "scripts/buildNative.ts",
    "scripts/compileNative.ts",
    path.join(libraries, "_nlcBuildMetadata.json"),
  ]) {
    hash
      .update(file)
      .update("\0")
      .update(await readFile(file))
      .update("\0");
  }
  return hash.digest("hex");
}

/** Names of those that are asked for, in node-llama-cpp's folder of libraries. Throws StepError when they are not all there. */
export async function llamaLibraries(
  { libraries, libraryCount }: Pick<Addon, "libraries" | "libraryCount">,
  folder: string,
): Promise<string[]> {
  const names = (await readdir(folder)).filter((file) => libraries.test(file));
  if (names.length !== libraryCount)
    throw new StepError(`${folder} does not hold the llama.cpp libraries: run npm install again.`);
  return names;
}

/** The libraries are found beside node-llama-cpp, by the same relative way in a checkout and in the packaged app. */
function librariesFromAddon({ llamaPackage }: AddonTarget): string {
  return `../../../node_modules/@node-llama-cpp/${llamaPackage}/bins/${llamaPackage}`;
}

function linkFlags(target: AddonTarget): string[] {
  if (target.platform === "win32") return ["-shared", "-s"];
  if (target.platform === "darwin")
    return ["-shared", "-Wl,-undefined,dynamic_lookup", `-Wl,-rpath,@loader_path/${librariesFromAddon(target)}`];
  return [
    "-shared",
    "-pthread",
    // Loaded once and for all: llama.cpp keeps pointers into the kernels.
    "-Wl,-z,nodelete",
    // Only what Node looks for is seen from outside: Node and llama.cpp may have another C++ library.
    "-Wl,--version-script=native/addon/exports.map",
    `-Wl,-rpath,$ORIGIN/${librariesFromAddon(target)}`,
  ];
}

/** After the objects that need them. On Windows nothing is linked: native/windows finds the functions when the addon is loaded. */
export function linkedLibraries({ platform }: AddonTarget, folder: string, names: readonly string[]): string[] {
  return platform === "win32" ? [] : names.map((name) => path.join(folder, name));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  await step("C++ addons", buildNative).catch(exitWith);
}
