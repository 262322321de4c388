// Builds the C++ addons in native/ against the llama.cpp libraries that node-llama-cpp ships. Skipped when nothing changed.
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { cacheFolder } from "./cacheFolder.mjs";
import { COMMON_FLAGS, compileNative, findCompiler, howToGetCompiler, runCompiler } from "./compileNative";
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
  libraries: /^lib(llama|ggml|ggml-base)(\.v?[\d.]+)?\.(so|dylib)$/,
  libraryCount: 3,
  optimization: "-O2",
};

/** Of the engine process: fast kernels for 1-bit deltas, and the list of GPUs. Linked only to the library that has the same name in the packages for every back end. */
export const FACET_KERNELS: Addon = {
  name: "facet-kernels",
  feature: "the fast path of 1-bit deltas",
  coreFolders: ["native/core/kernels", "native/core/devices"],
  addonFolder: "native/addon/kernels",
  libraries: /^libggml-base\.(so|dylib)$/,
  libraryCount: 1,
  // A tenth faster look-ups.
  optimization: "-O3",
};

const ADDONS: readonly Addon[] = [FACET, FACET_KERNELS];

/** The package of node-llama-cpp with the CPU build (on macOS: Metal) for each platform. */
export const PACKAGES: Readonly<Record<string, string>> = {
  "linux-x64": "linux-x64",
  "linux-arm64": "linux-arm64",
  "darwin-arm64": "mac-arm64-metal",
  "darwin-x64": "mac-x64",
};

/** Returns what was done, in words. Without a compiler nothing is built, and the app works without the addons. */
export async function buildNative(say: (line: string) => void = () => undefined): Promise<string> {
  const features = ADDONS.map(({ feature }) => feature).join(" and ");
  const platform = `${process.platform}-${process.arch}`;
  const name = PACKAGES[platform];
  if (name === undefined) return `skipped: there is no build for ${platform} yet; ${features} are off`;
  const libraries = librariesFolder(name);

  const output = path.join("native", "build", platform);
  const stale: { addon: Addon; hash: string }[] = [];
  for (const addon of ADDONS) {
    const hash = await inputsHash(libraries);
    const stamp = path.join(output, `${addon.name}.sha256`);
    const isFresh =
      existsSync(path.join(output, `${addon.name}.node`)) &&
      existsSync(stamp) &&
      (await readFile(stamp, "utf8")) === hash;
    if (!isFresh) stale.push({ addon, hash });
  }
  if (stale.length === 0) return "up to date";

  const compiler = await findCompiler();
  if (compiler === null) return `skipped: no C++ compiler, so ${features} are off. ${howToGetCompiler()}`;
  const headers = await llamaCppHeaders();
  if (headers === null) return `skipped: git is missing, so ${features} are off. Get it with: sudo apt-get install git`;
  for (const { addon, hash } of stale) {
    await buildAddon(addon, { compiler, headers, libraries, output, say });
    await writeFile(path.join(output, `${addon.name}.sha256`), hash);
  }
  return `built ${stale.map(({ addon }) => addon.name).join(", ")}`;
}

interface BuildPlace {
  compiler: string;
  headers: readonly string[];
  libraries: string;
  output: string;
  say: (line: string) => void;
}

async function buildAddon(addon: Addon, { compiler, headers, libraries, output, say }: BuildPlace): Promise<void> {
  const objectFiles = await compileNative({
    compiler,
    flags: addonFlags(addon, headers),
    sources: await cppFiles([...addon.coreFolders, addon.addonFolder]),
    folder: objectsFolder(output, addon),
    say,
  });

  // Swapped in whole, so that a failed link leaves the last good addon.
  const target = path.join(output, `${addon.name}.node`);
  const fresh = `${target}.${process.pid}`;
  try {
    const names = await llamaLibraries(addon, libraries);
    await runCompiler(compiler, [...linkFlags(names, libraries, output), ...objectFiles, "-o", fresh].sort(linkOrder));
    await rename(fresh, target);
  } finally {
    await rm(fresh, { force: true });
  }
}

/** Of the compiled sources; the native tests link the same objects of the addon. */
export function objectsFolder(output: string, addon: Addon): string {
  return path.join(output, "objects", addon.name);
}

export function addonFlags(addon: Addon, headers: readonly string[]): string[] {
  return [
    ...COMMON_FLAGS,
    addon.optimization,
    "-fPIC",
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

/** The include folders of the llama.cpp that node-llama-cpp was built from; null when git is missing. */
export async function llamaCppHeaders(): Promise<readonly string[] | null> {
  const folders = ["include", "ggml/include"];
  const checkout = await llamaCppCheckout([...folders, ...BACKEND_HEADERS.map((file) => `ggml/src/${file}`)]);
  return checkout === null
    ? null
    : [...folders, "ggml/src", "ggml/src/ggml-cpu"].map((folder) => path.join(checkout, folder));
}

/** Clones node-llama-cpp's bundled llama.cpp into the cache and checks out `paths` of it; null when git is missing. */
export async function llamaCppCheckout(paths: readonly string[]): Promise<string | null> {
  const bundle = path.resolve("node_modules/node-llama-cpp/llama/gitRelease.bundle");
  const { release } = JSON.parse(
    await readFile("node_modules/node-llama-cpp/llama/binariesGithubRelease.json", "utf8"),
  ) as {
    release: string;
  };
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
  const sources = await Promise.all(
    ["native/core", "native/addon"].map(async (folder) =>
      (await readdir(folder, { recursive: true })).map((file) => path.join(folder, file)),
    ),
  );
  for (const file of [
    ...sources
      .flat()
      .filter((file) => /\.(cpp|h)$/.test(file))
      .sort(),
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
  if (names.length < libraryCount)
    throw new StepError(`${folder} does not hold the llama.cpp libraries: run npm install again.`);
  return names;
}

/** The libraries are found beside node-llama-cpp, by the same relative way in a checkout and in the packaged app. */
function linkFlags(names: readonly string[], libraries: string, output: string): string[] {
  const relative = path.relative(output, libraries);
  if (process.platform === "darwin") {
    return [
      "-shared",
      "-undefined",
      "dynamic_lookup",
      `-Wl,-rpath,@loader_path/${relative}`,
      ...names.map((name) => path.join(libraries, name)),
    ];
  }
  // Loaded once and for all: llama.cpp keeps pointers into the kernels.
  return [
    "-shared",
    "-pthread",
    "-Wl,-z,nodelete",
    `-Wl,-rpath,$ORIGIN/${relative}`,
    `-L${libraries}`,
    ...names.map((name) => `-l:${name}`),
  ];
}

/** Libraries come after the objects that need them. */
function linkOrder(left: string, right: string): number {
  const rank = (argument: string) => (/^-l:|\.(so|dylib)$/.test(argument) ? 1 : 0);
  return rank(left) - rank(right);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  await step("C++ addons", buildNative).catch(exitWith);
}
