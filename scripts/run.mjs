// @ts-check
// First thing that every npm command runs, in plain Node before any package is there:
// goes on under a newer Node where this one is too old, installs the npm packages when package-lock.json asks for others
// than are installed, then runs the file that is named, TypeScript or a tool of node_modules:
// node scripts/run.mjs scripts/start.ts [arguments]
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { fetchedNode, isNewEnough, runUnder } from "./fetchedNode.mjs";
import { lackingPackages } from "./lackingPackages.mjs";
import { npmCommand } from "./npmPackage.mjs";
import { StepError } from "./StepError.mjs";

/** Older ones do not understand the lock; package.json says the same in `engines`. */
const OLDEST_NPM = "9.6.4";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

try {
  if (isNewEnough(process.versions.node)) {
    process.chdir(root);
    installPackages();
    await runFile();
  } else {
    await runUnder(await fetchedNode(say));
  }
} catch (error) {
  if (!(error instanceof StepError)) throw error;
  say(`✗ ${error.message}`);
  process.exit(1);
}

async function runFile() {
  const [, , file, ...args] = process.argv;
  if (!file) throw new StepError("Name a file to run: node scripts/run.mjs scripts/start.ts");
  const script = path.resolve(root, file);
  if (script.endsWith(".ts")) {
    const { register } = await import(pathToFileURL(path.join(root, "node_modules/tsx/dist/esm/api/index.mjs")).href);
    register();
  }
  process.argv = [process.execPath, script, ...args];
  await import(pathToFileURL(script).href);
}

function installPackages() {
  const lock = readPackages("package-lock.json") ?? {};
  const lacking = lackingPackages(lock, process.platform, process.arch);
  if (packagesAreInstalled(lock) && lacking.every(isThere)) return;
  const startedMs = Date.now();
  say("· Node packages: installing what package-lock.json names");
  // Not `npm ci`: it refuses a lock file without the libraries of other systems, which not every registry has.
  npmInstall([]);
  // As optional ones: npm takes those that fit this system and that the registry has.
  const wanted = lacking.filter((one) => !isThere(one)).flatMap((one) => one.wanted);
  if (wanted.length > 0) npmInstall(["--save-optional", ...wanted]);
  for (const { of, wanted: names } of lacking.filter((one) => !isThere(one)))
    throw new StepError(
      `Node packages: ${of} needs one of ${names.join(", ")} on this system, and npm's registry, as it is set on this computer, has none of them. Set another registry and run the same command again.`,
    );
  say(`✓ Node packages: installed in ${((Date.now() - startedMs) / 1000).toFixed(1)} s`);
}

/** @param {string[]} args */
function npmInstall(args) {
  const [command, ...npm] = npmCommand();
  const { status, error } = spawnSync(
    command,
    [...npm, "install", "--no-save", "--no-audit", "--no-fund", "--loglevel=error", ...args],
    // Else node-llama-cpp compiles llama.cpp when its library is not there yet.
    { stdio: "inherit", env: { ...process.env, NODE_LLAMA_CPP_SKIP_DOWNLOAD: "true" } },
  );
  if (status === 0) return;
  const reason = error
    ? `npm could not be started (${error.message})`
    : `npm could not install them (its message is above)${tooOld([command, ...npm])}`;
  throw new StepError(
    `Node packages: ${reason}. Check the connection and run the same command again; nothing else was changed.`,
  );
}

/**
 * @param {string[]} npm
 * @returns {string} "" for an npm that is new enough
 */
function tooOld([command = "", ...args]) {
  const version = spawnSync(command, [...args, "--version"], { encoding: "utf8" }).stdout?.trim() ?? "";
  const isNewer = version.localeCompare(OLDEST_NPM, "en", { numeric: true }) >= 0;
  return version === "" || isNewer ? "" : `; it is ${version}, and Facet needs ${OLDEST_NPM} or newer`;
}

/**
 * One of them is enough: each is for a kind of this system, or for a GPU.
 * @param {import("./lackingPackages.mjs").Lacking} lacking
 */
function isThere({ libraries }) {
  return libraries.some((name) => existsSync(path.join(root, "node_modules", name, "package.json")));
}

/**
 * Not on stdout, which belongs to the file that runs.
 * @param {string} line
 */
function say(line) {
  console.error(line);
}

/**
 * npm writes what it installed into node_modules/.package-lock.json; packages for other systems are not in it.
 * @param {import("./lackingPackages.mjs").LockEntries} wanted
 */
function packagesAreInstalled(wanted) {
  const installed = readPackages("node_modules/.package-lock.json");
  if (installed === null) return false;
  return Object.entries(wanted).every(([name, { version, optional, devOptional, peer }]) => {
    const there = installed[name];
    return name === "" || (there ? there.version === version : Boolean(optional || devOptional || peer));
  });
}

/**
 * @param {string} lock
 * @returns {import("./lackingPackages.mjs").LockEntries | null} null where there is none
 */
function readPackages(lock) {
  const file = path.join(root, lock);
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")).packages : null;
}
