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
import { npmCommand } from "./npmPackage.mjs";
import { StepError } from "./StepError.mjs";

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
  if (packagesAreInstalled()) return;
  const startedMs = Date.now();
  say("· Node packages: installing what package-lock.json names");
  const [command, ...npm] = npmCommand();
  // Not `npm ci`: it refuses a lock file without the libraries of other systems, which not every registry has.
  const args = [...npm, "install", "--no-save", "--no-audit", "--no-fund", "--loglevel=error"];
  const { status, error } = spawnSync(command, args, { stdio: "inherit" });
  if (status !== 0) {
    const reason = error
      ? `npm could not be started (${error.message})`
      : "npm could not install them (its message is above)";
    throw new StepError(
      `Node packages: ${reason}. Check the connection and run the same command again; nothing else was changed.`,
    );
  }
  say(`✓ Node packages: installed in ${((Date.now() - startedMs) / 1000).toFixed(1)} s`);
}

/**
 * Not on stdout, which belongs to the file that runs.
 * @param {string} line
 */
function say(line) {
  console.error(line);
}

/** npm writes what it installed into node_modules/.package-lock.json; packages for other systems are not in it. */
function packagesAreInstalled() {
  const installedFile = path.join(root, "node_modules/.package-lock.json");
  if (!existsSync(installedFile)) return false;
  const wanted = JSON.parse(readFileSync(path.join(root, "package-lock.json"), "utf8")).packages;
  const installed = JSON.parse(readFileSync(installedFile, "utf8")).packages;
  return Object.entries(wanted).every(([name, { version, optional, devOptional, peer }]) => {
    const there = installed[name];
    return name === "" || (there ? there.version === version : Boolean(optional || devOptional || peer));
  });
}
