// @ts-check
// Where set-up keeps what it fetched for more than one clone (not the user's data). Scripts only.
// Plain JavaScript: scripts/run.mjs reads it before there is anything that compiles TypeScript.
import os from "node:os";
import path from "node:path";

/** @returns {string} an absolute path; the folder need not exist. */
export function cacheFolder() {
  const xdg = process.env["XDG_CACHE_HOME"];
  return path.join(xdg && path.isAbsolute(xdg) ? xdg : path.join(os.homedir(), ".cache"), "facet");
}
