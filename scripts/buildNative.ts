// Builds the C++ addon in native/ against the llama.cpp libraries that node-llama-cpp ships. Skipped when nothing changed.
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { cacheFolder } from "./cacheFolder";
import { exitWith, step, StepError } from "./step";

const run = promisify(execFile);

/** Compilers may print long template errors. */
const OUTPUT_LIMIT_BYTES = 8 * 1024 * 1024;
const NODE_API_VERSION = 8;
const SOURCE_FOLDERS = ["native/core", "native/addon"];

/** The package of node-llama-cpp with the CPU build (on macOS: Metal) for each platform. */
const PACKAGES: Readonly<Record<string, string>> = {
  "linux-x64": "linux-x64",
  "linux-arm64": "linux-arm64",
  "darwin-arm64": "mac-arm64-metal",
  "darwin-x64": "mac-x64",
};

/** Returns what was done, in words. Without a compiler nothing is built, and the app works without the addon. */
export async function buildNative(say: (line: string) => void = () => undefined): Promise<string> {
  const platform = `${process.platform}-${process.arch}`;
  const name = PACKAGES[platform];
  if (name === undefined) return `skipped: there is no build for ${platform} yet; quantizing is off`;
  const libraries = path.join("node_modules", "@node-llama-cpp", name, "bins", name);
  if (!existsSync(libraries)) throw new StepError(`${libraries} is missing: run npm install again.`);

  const output = path.join("native", "build", platform);
  const addon = path.join(output, "facet.node");
  const stamp = path.join(output, "facet.sha256");
  const hash = await inputsHash(libraries);
  if (existsSync(addon) && existsSync(stamp) && (await readFile(stamp, "utf8")) === hash) return "up to date";

  const compiler = await findCompiler();
  if (compiler === null) return `skipped: no C++ compiler, so quantizing is off. ${howToGetCompiler()}`;
  const headers = await llamaCppHeaders();
  if (headers === null) return "skipped: git is missing, so quantizing is off. Get it with: sudo apt-get install git";

  const objects = path.join(output, "objects");
  await mkdir(objects, { recursive: true });
  const sources = (await nativeSources()).filter((file) => file.endsWith(".cpp"));
  const flags = [
    "-std=c++20",
    "-O2",
    "-fPIC",
    "-fvisibility=hidden",
    "-pthread",
    "-ffp-contract=off",
    "-Wall",
    "-Wextra",
    "-Werror",
    `-DNAPI_VERSION=${NODE_API_VERSION}`,
    "-DNODE_ADDON_API_CPP_EXCEPTIONS",
    "-Inative",
    ...headers.flatMap((folder) => ["-isystem", folder]),
    ...["node-api-headers/include", "node-addon-api"].flatMap((folder) => ["-isystem", `node_modules/${folder}`]),
  ];
  const objectFiles = sources.map((source) => path.join(objects, `${path.basename(source, ".cpp")}.o`));
  const queue = sources.map((source, index) => [source, objectFiles[index] ?? ""] as const);
  await Promise.all(
    Array.from({ length: Math.max(1, os.availableParallelism()) }, async () => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        say(next[0]);
        await compile(compiler, [...flags, "-c", next[0], "-o", next[1]]);
      }
    }),
  );

  // Swapped in whole, so that a failed link leaves the last good addon.
  const fresh = `${addon}.${process.pid}`;
  try {
    await compile(compiler, [...linkFlags(await llamaLibraries(libraries), libraries, output), ...objectFiles, "-o", fresh].sort(linkOrder));
    await rename(fresh, addon);
    await writeFile(stamp, hash);
  } finally {
    await rm(fresh, { force: true });
  }
  return "built";
}

/** The include folders of the llama.cpp that node-llama-cpp was built from; null when git is missing. */
export async function llamaCppHeaders(): Promise<readonly string[] | null> {
  const checkout = await llamaCppCheckout(["include", "ggml/include"]);
  return checkout === null ? null : [path.join(checkout, "include"), path.join(checkout, "ggml", "include")];
}

/** Clones node-llama-cpp's bundled llama.cpp into the cache and checks out `paths` of it; null when git is missing. */
export async function llamaCppCheckout(paths: readonly string[]): Promise<string | null> {
  const bundle = path.resolve("node_modules/node-llama-cpp/llama/gitRelease.bundle");
  const { release } = JSON.parse(await readFile("node_modules/node-llama-cpp/llama/binariesGithubRelease.json", "utf8")) as {
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

async function nativeSources(): Promise<string[]> {
  const files = await Promise.all(
    SOURCE_FOLDERS.map(async (folder) => (await readdir(folder)).map((file) => path.join(folder, file))),
  );
  return files.flat().filter((file) => /\.(cpp|h)$/.test(file)).sort();
}

async function inputsHash(libraries: string): Promise<string> {
  const hash = createHash("sha256");
  for (const file of [...(await nativeSources()), "scripts/buildNative.ts", path.join(libraries, "_nlcBuildMetadata.json")]) {
    hash.update(file).update("\0").update(await readFile(file)).update("\0");
  }
  return hash.digest("hex");
}

async function findCompiler(): Promise<string | null> {
  for (const candidate of [process.env["CXX"], "g++", "clang++", "c++"]) {
    if (!candidate) continue;
    const found = await run(candidate, ["--version"]).then(() => true, () => false);
    if (found) return candidate;
  }
  return null;
}

function howToGetCompiler(): string {
  if (process.platform === "darwin") return "Get one with: xcode-select --install";
  return "Get one with: sudo apt-get install g++";
}

async function llamaLibraries(folder: string): Promise<string[]> {
  const names = (await readdir(folder)).filter((file) => /^lib(llama|ggml|ggml-base)(\.v?[\d.]+)?\.(so|dylib)$/.test(file));
  if (names.length < 3) throw new StepError(`${folder} does not hold the llama.cpp libraries: run npm install again.`);
  return names;
}

/** The libraries are found beside node-llama-cpp, by the same relative way in a checkout and in the packaged app. */
function linkFlags(names: readonly string[], libraries: string, output: string): string[] {
  const relative = path.relative(output, libraries);
  if (process.platform === "darwin") {
    return ["-shared", "-undefined", "dynamic_lookup", `-Wl,-rpath,@loader_path/${relative}`, ...names.map((name) => path.join(libraries, name))];
  }
  return ["-shared", "-pthread", `-Wl,-rpath,$ORIGIN/${relative}`, `-L${libraries}`, ...names.map((name) => `-l:${name}`)];
}

/** Libraries come after the objects that need them. */
function linkOrder(left: string, right: string): number {
  const rank = (argument: string) => (/^-l:|\.(so|dylib)$/.test(argument) ? 1 : 0);
  return rank(left) - rank(right);
}

async function compile(compiler: string, args: readonly string[]): Promise<void> {
  try {
    await run(compiler, args, { maxBuffer: OUTPUT_LIMIT_BYTES });
  } catch (error) {
    const text = error instanceof Error && "stderr" in error ? String(error.stderr) : String(error);
    throw new StepError(`The C++ addon could not be built:\n${text.trim()}`);
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  await step("C++ addon", buildNative).catch(exitWith);
}
