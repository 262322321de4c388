// Finds or fetches the Electron that runs the app: the one package.json asks for, else the fallback. Scripts only.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { EnvHttpProxyAgent, fetch } from "undici";
import { cacheFolder } from "./cacheFolder.mjs";
import { mayTry } from "./dailyTry";
import {
  fallbackElectronFolder,
  fallbackElectronIsInstalled,
  FALLBACK_VERSION,
  installFallbackElectron,
  runtimeVersion,
} from "./fallbackElectron";

export interface ElectronRuntime {
  /** Folder that holds the electron binary, absolute. */
  distPath: string;
  version: string;
  source: "electron package" | "ELECTRON_OVERRIDE_DIST_PATH" | `fallback ${typeof FALLBACK_VERSION}`;
}

const PACKAGE_FOLDER = path.resolve("node_modules/electron");
const PACKAGE_DIST = path.join(PACKAGE_FOLDER, "dist");
/** Long enough for a slow line to answer, short enough to wait for. */
const PROBE_TIMEOUT_MS = 4_000;
/** Who has an Electron that runs waits less for a better one. */
const DAILY_PROBE_TIMEOUT_MS = 2_000;

/**
 * Makes sure that there is an Electron runtime and returns its path. Sets ELECTRON_OVERRIDE_DIST_PATH for the
 * fallback, which is how the electron package, Forge and Playwright find it.
 */
export async function electronRuntime(say: (line: string) => void): Promise<ElectronRuntime> {
  const override = process.env["ELECTRON_OVERRIDE_DIST_PATH"];
  if (override && path.resolve(override) !== fallbackElectronFolder()) {
    return {
      distPath: path.resolve(override),
      version: (await runtimeVersion(override)) ?? "unknown",
      source: "ELECTRON_OVERRIDE_DIST_PATH",
    };
  }
  const wanted = await wantedVersion();
  if (override) return fallbackRuntime(wanted, say);
  const packageRuntime = { distPath: PACKAGE_DIST, version: wanted, source: "electron package" } as const;
  if (await packageRuntimeIsInstalled(wanted)) return packageRuntime;
  if (!fallbackElectronIsInstalled()) {
    if (await download(wanted, PROBE_TIMEOUT_MS, say)) return packageRuntime;
    say(`Electron ${wanted} cannot be downloaded here; falling back to ${FALLBACK_VERSION}`);
    await installFallbackElectron(say);
  } else if (isOnline() && (await mayTry(path.join(cacheFolder(), `electron-${wanted}.tried`), Date.now()))) {
    if (await download(wanted, DAILY_PROBE_TIMEOUT_MS, say)) return packageRuntime;
    say(`Electron ${wanted} still cannot be downloaded here`);
  }
  return fallbackRuntime(wanted, say);
}

/** Whether it is there now. */
async function download(wanted: string, probeTimeoutMs: number, say: (line: string) => void): Promise<boolean> {
  if (!(await downloadHostAnswers(wanted, probeTimeoutMs))) return false;
  say(`downloading Electron ${wanted}`);
  spawnSync(process.execPath, [path.join(PACKAGE_FOLDER, "install.js")], { stdio: "inherit" });
  return packageRuntimeIsInstalled(wanted);
}

/** False: there is no network at all. */
function isOnline(): boolean {
  return Object.values(os.networkInterfaces()).some((addresses) => addresses?.some(({ internal }) => !internal));
}

function fallbackRuntime(wanted: string, say: (line: string) => void): ElectronRuntime {
  const distPath = fallbackElectronFolder();
  say(
    `${FALLBACK_VERSION} is an old one, whose Chromium gets no security fixes any more: good for trying Facet. Set-up looks for ${wanted} once a day`,
  );
  process.env["ELECTRON_OVERRIDE_DIST_PATH"] = distPath;
  return { distPath, version: FALLBACK_VERSION, source: `fallback ${FALLBACK_VERSION}` };
}

async function wantedVersion(): Promise<string> {
  const about: unknown = JSON.parse(await readFile(path.join(PACKAGE_FOLDER, "package.json"), "utf8"));
  if (about instanceof Object && "version" in about && typeof about.version === "string") return about.version;
  throw new Error("node_modules/electron/package.json has no version");
}

async function packageRuntimeIsInstalled(wanted: string): Promise<boolean> {
  return existsSync(path.join(PACKAGE_FOLDER, "path.txt")) && (await runtimeVersion(PACKAGE_DIST)) === wanted;
}

async function downloadHostAnswers(version: string, timeoutMs: number): Promise<boolean> {
  const env = process.env;
  // Mirrors are known to Electron's own downloader only; let it try.
  if (env["ELECTRON_MIRROR"] || env["npm_config_electron_mirror"]) return true;
  try {
    const answer = await fetch(`https://github.com/electron/electron/releases/download/v${version}/SHASUMS256.txt`, {
      method: "HEAD",
      dispatcher: new EnvHttpProxyAgent(),
      signal: AbortSignal.timeout(timeoutMs),
    });
    return answer.ok;
  } catch {
    return false;
  }
}
