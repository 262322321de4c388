// Where set-up keeps what it fetched for more than one clone (not the person's data). Scripts only.
import os from "node:os";
import path from "node:path";

export function cacheFolder(): string {
  const xdg = process.env["XDG_CACHE_HOME"];
  return path.join(xdg && path.isAbsolute(xdg) ? xdg : path.join(os.homedir(), ".cache"), "facet");
}
