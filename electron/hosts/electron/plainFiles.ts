// Files that Electron does not open itself: child processes, threads and C++ do, which read no archive. Beside app.asar in the packaged app;
// scripts/packagedFiles.ts puts them there. Main process.
import path from "node:path";

/** Has native/, resources/ and node_modules/. What is running here is in .vite/build. */
export const APP_FOLDER = path.join(__dirname, "../..").replace(/app\.asar$/u, "app.asar.unpacked");
export const RESOURCES = path.join(APP_FOLDER, "resources");

/** `name`: as scripts/build.ts calls it. */
export function builtScript(name: string): string {
  return path.join(APP_FOLDER, ".vite/build", name);
}
