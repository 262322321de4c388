// @ts-check
// Fetches a file out of an npm package through the user's own npm, so with their registry, proxy and credentials.
// Plain JavaScript: scripts/run.mjs needs it before any package is installed.
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { createReadStream, existsSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import { StepError } from "./StepError.mjs";

const run = promisify(execFile);

/** 196 MB take 16 s at 100 Mbit/s; a connection that needs longer than this is no use for the rest either. */
const DOWNLOAD_TIMEOUT_MS = 15 * 60_000;
/** npm's own pauses between its tries add up to 70 s, which is long to wait for "no connection". */
const SHORT_RETRIES = ["--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=5000"];
/** npm lists every file of the package. */
const OUTPUT_LIMIT_BYTES = 64 * 1024 * 1024;

/** What npm calls a registry that does not answer. */
const NO_CONNECTION =
  /^(ENOTFOUND|EAI_AGAIN|ECONN\w+|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENETDOWN|EPIPE|ENOTCACHED|ERR_SOCKET_TIMEOUT|EIDLETIMEOUT|FETCH_ERROR|E5\d\d)$/;

/**
 * A package in one version. Its integrity is pinned here as in package-lock.json: the registry's `dist.integrity`.
 * @typedef {{ name: string, version: string, integrity: string }} NpmPackage
 */

/**
 * The command that runs npm: the npm that runs this process, else the one beside this Node, else the one in PATH.
 * @returns {[command: string, ...args: string[]]}
 */
export function npmCommand() {
  const running = process.env["npm_execpath"];
  if (running && /^npm(-cli)?\.c?js$/.test(path.basename(running))) return [process.execPath, running];
  // On Windows `npm` is a batch file, which cannot be started without a shell and its rules of quoting.
  const beside = path.join(path.dirname(process.execPath), "node_modules/npm/bin/npm-cli.js");
  return process.platform === "win32" && existsSync(beside) ? [process.execPath, beside] : ["npm"];
}

/**
 * Fetches a package, checks its SHA-512 and unpacks `file` into `folder`, which the caller made and removes.
 * Throws a StepError with what went wrong, without what to do instead.
 * @param {NpmPackage} wanted
 * @param {string} file path in the package, with slashes: "bin/node"
 * @param {string} folder absolute
 * @param {AbortSignal} [signal]
 * @returns {Promise<string>} the unpacked file: "FOLDER/package/bin/node"
 */
export async function fetchFromNpm(wanted, file, folder, signal) {
  const archive = await pack(wanted, folder, signal);
  const hash = createHash("sha512");
  await pipeline(createReadStream(archive), hash);
  if (`sha512-${hash.digest("base64")}` !== wanted.integrity) throw new StepError(notTheFile(wanted));
  // A relative path: some tars take the colon of C:\ for a host.
  const args = ["-xzf", path.basename(archive), `package/${file}`];
  try {
    await run("tar", args, { cwd: folder, env: { ...process.env, LC_ALL: "C" }, ...(signal && { signal }) });
  } catch (error) {
    throw unpackingFailed(error, folder);
  }
  await rm(archive);
  return path.join(folder, "package", file);
}

/**
 * Fetches a whole package in a version that is not pinned here: npm checks it against what its registry says. Unpacked into
 * `folder`, which the caller made. Throws a StepError with what went wrong.
 * @param {{ name: string, version: string }} wanted
 * @param {string} folder absolute
 * @returns {Promise<string>} the package's folder
 */
export async function fetchWholeFromNpm(wanted, folder) {
  const archive = await pack(wanted, folder, undefined);
  try {
    await run("tar", ["-xzf", path.basename(archive)], { cwd: folder, env: { ...process.env, LC_ALL: "C" } });
  } catch (error) {
    throw unpackingFailed(error, folder);
  }
  await rm(archive);
  return path.join(folder, "package");
}

/**
 * @param {{ name: string, version: string }} wanted
 * @param {string} folder
 * @param {AbortSignal | undefined} signal
 * @returns {Promise<string>} the archive
 */
async function pack(wanted, folder, signal) {
  const [command, ...args] = npmCommand();
  const spec = `${wanted.name}@${wanted.version}`;
  const options = ["--pack-destination", folder, "--json", "--loglevel=silent", ...SHORT_RETRIES];
  try {
    await run(command, [...args, "pack", spec, ...options], {
      timeout: DOWNLOAD_TIMEOUT_MS,
      maxBuffer: OUTPUT_LIMIT_BYTES,
      ...(signal && { signal }),
    });
  } catch (error) {
    throw npmFailed(wanted, error);
  }
  const archive = (await readdir(folder)).find((name) => name.endsWith(".tgz"));
  if (!archive) throw new StepError(`npm said that it fetched ${spec}, but left no file.`);
  return path.join(folder, archive);
}

/**
 * @param {{ name: string, version: string }} wanted
 * @param {unknown} error of execFile
 * @returns {unknown}
 */
function npmFailed(wanted, error) {
  if (!(error instanceof Error) || error.name === "AbortError") return error;
  const spec = `${wanted.name}@${wanted.version}`;
  if ("code" in error && error.code === "ENOENT")
    return new StepError(`npm, which would fetch ${spec}, was not found.`);
  if ("killed" in error && error.killed)
    return new StepError(`npm did not finish fetching ${spec} within ${DOWNLOAD_TIMEOUT_MS / 60_000} minutes.`);
  const { code, summary } = npmsReason("stdout" in error ? String(error.stdout) : "");
  if (code === "ENOSPC") return new StepError(`The disk is full: npm could not store ${spec}.`);
  if (code === "EINTEGRITY") return new StepError(notTheFile(wanted));
  if (code === "E404" || code === "ETARGET")
    return new StepError(`npm's registry, as it is set on this computer, does not have ${spec} (${code}).`);
  if (code && NO_CONNECTION.test(code))
    return new StepError(
      `npm could not reach its registry to fetch ${spec} (${code}). Check the connection, and npm's settings for the registry and proxy.`,
    );
  return new StepError(`npm could not fetch ${spec}: ${summary ?? error.message.trim()}${code ? ` (${code})` : ""}`);
}

/**
 * @param {string} output what `npm --json` printed
 * @returns {{ code?: string, summary?: string }}
 */
function npmsReason(output) {
  try {
    return JSON.parse(output).error ?? {};
  } catch {
    return {};
  }
}

/**
 * @param {unknown} error of execFile
 * @param {string} folder
 * @returns {unknown}
 */
function unpackingFailed(error, folder) {
  if (!(error instanceof Error) || error.name === "AbortError") return error;
  if ("code" in error && error.code === "ENOENT")
    return new StepError("tar, which would unpack the npm package, was not found.");
  const said = "stderr" in error ? String(error.stderr) : error.message;
  return new StepError(
    /no space left|disk quota|wrote only/i.test(said)
      ? `The disk is full: the npm package could not be unpacked into ${path.dirname(folder)}.`
      : `The npm package could not be unpacked: ${said.split("\n", 1)}.`,
  );
}

/** @param {{ name: string, version: string }} wanted */
function notTheFile({ name, version }) {
  return `What npm delivered as ${name}@${version} is not the file that Facet knows (its SHA-512 differs), so it was not used.`;
}
