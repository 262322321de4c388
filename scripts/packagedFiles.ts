// Which files of this folder go into the packaged app: the build, the C++ addons, and what node-llama-cpp and SQLite need at run time on the target.

/** Made by scripts/notices.ts. */
export const NOTICES_FILE = "out/THIRD-PARTY-NOTICES.txt";
/** Beside the archive: for users to read, and the command `facet`. Electron's own licences are beside the program. */
export const PLAIN_FILES = [
  "LICENSE",
  NOTICES_FILE,
  process.platform === "win32" ? "resources/launcher/facet.cmd" : "resources/launcher/facet",
];

export interface PackageTarget {
  platform: NodeJS.Platform;
  arch: NodeJS.Architecture;
  /** Also the Vulkan and CUDA libraries (over 600 MB); without them models run on the CPU. */
  gpu: boolean;
}

/** For the computer that packages. */
export function packageTarget(): PackageTarget {
  return { platform: process.platform, arch: process.arch, gpu: process.env["FACET_GPU"] === "1" };
}

const KEPT = [
  /^\/resources(\/(icon\.png|catalogue\.json|(calibration|evaluation)(\/\w+\.txt)?|languages(\/[\w-]+\.json)?))?$/,
  /^\/package\.json$/,
  /^\/\.vite(\/(build|renderer)(\/|$)|$)/,
  /^\/node_modules(\/|$)/,
  /^\/native(\/build(\/[\w-]+(\/facet(-kernels)?\.node)?)?)?$/,
];
const DROPPED = [
  /\.(map|md|ts|mts|cts|tsbuildinfo|h|c|cc|cpp|hpp|gyp|gypi)$/,
  /\.test\.\w+$/,
  // Of tools for whoever develops a package; the archive would take them in, as UNPACKED does not match them.
  /^\/node_modules\/(.*\/)?\.[^/]/,
  /^\/node_modules\/.*\/(test|tests|__tests__|docs|examples?)\//,
  // Sources to compile llama.cpp and SQLite from: nothing is compiled on the user's computer.
  /^\/node_modules\/node-llama-cpp\/(llama|templates|bins)\/(?!.*\.json$)/,
  /^\/node_modules\/@photostructure\/sqlite\/(src|scripts)(\/|$)/,
];
const LLAMA_PLATFORM: Partial<Record<NodeJS.Platform, string>> = { linux: "linux", darwin: "mac", win32: "win" };
/** Apple's GPU library is in the plain package for its arch. */
const GPU_PACKAGE = /-(vulkan|cuda|cuda-ext)$/;

/** `file` as electron-packager gives it: from the app's folder, with a slash in front; "" is the folder itself. */
export function belongsInPackage(file: string, target: PackageTarget): boolean {
  if (file === "") return true;
  if (!KEPT.some((pattern) => pattern.test(file)) || DROPPED.some((pattern) => pattern.test(file))) return false;
  const [, addonPlatform] = /^\/native\/build\/([^/]+)/.exec(file) ?? [];
  if (addonPlatform !== undefined) return addonPlatform === `${target.platform}-${target.arch}`;
  const [, native, name] =
    /^\/node_modules\/(@node-llama-cpp|@reflink|@photostructure\/sqlite\/prebuilds)\/([^/]+)/.exec(file) ?? [];
  if (native === undefined || name === undefined) return true;
  if (native === "@node-llama-cpp") {
    if (GPU_PACKAGE.test(name) && !target.gpu) return false;
    return name.startsWith(`${LLAMA_PLATFORM[target.platform]}-${target.arch}`);
  }
  if (native === "@reflink")
    return name === "reflink" || (name.includes(`-${target.platform}-${target.arch}`) && !name.endsWith("-musl"));
  return name === `${target.platform}-${target.arch}` && !file.endsWith(".musl.node");
}

/**
 * All but what Electron opens itself: main, preload, and the page, which main reads for it. Native libraries cannot be loaded from inside
 * app.asar; node-llama-cpp also looks for them beside its own files, and the C++ addon finds them by a relative path. The child processes
 * and the command line, which runs in plain Node, read plain files only.
 */
export const UNPACKED =
  "{**/node_modules/**,**/*.node,**/.vite/build/{*.mjs,search.cjs},**/package.json,**/resources/catalogue.json,**/resources/{calibration,evaluation,languages}/**}";
