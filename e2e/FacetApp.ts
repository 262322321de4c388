// One running Facet under test: starts the real built app on a data folder, finds its processes, kills them, collects what went wrong.
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, readdir } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { _electron, expect, type ElectronApplication, type Page } from "@playwright/test";
import { dataPaths } from "../electron/core/dataFolder";
import { electronBinary as binaryIn } from "../scripts/electronStart";
import { placeStarterModel } from "./starterModelFile";

export interface LaunchOptions {
  /** Data folder; a fresh temporary one when absent. */
  dataFolder?: string;
  /** Puts the starter model into the data folder, which is what set-up does. */
  starterModel?: boolean;
  /** Arguments for the app, for example the path of a model. */
  args?: readonly string[];
  env?: Readonly<Record<string, string>>;
  /** A packaged app; the built one in .vite when absent. */
  executablePath?: string;
  /** Records what Playwright does, for failures; off where time or memory is measured. */
  trace?: boolean;
}

/** What the app reported as wrong while it ran; a test that expects something takes it out. */
export interface Problem {
  where: "window console" | "window exception" | "log";
  text: string;
}

export const IS_ROOT = process.getuid?.() === 0;
const START_TIMEOUT_MS = 30_000;

export class FacetApp {
  readonly electron: ElectronApplication;
  readonly window: Page;
  readonly dataFolder: string;
  readonly problems: Problem[] = [];
  #closed = false;

  private constructor(electron: ElectronApplication, window: Page, dataFolder: string) {
    this.electron = electron;
    this.window = window;
    this.dataFolder = dataFolder;
  }

  static async launch(options: LaunchOptions = {}): Promise<FacetApp> {
    const dataFolder = options.dataFolder ?? (await freshDataFolder());
    if (options.starterModel ?? true) await placeStarterModel(dataFolder);
    const electron = await _electron.launch({
      ...launchTarget(options),
      env: { ...environment(), FACET_DATA_DIR: dataFolder, ...options.env },
      colorScheme: "light",
      // Playwright turns the sandbox off unless told; only root, who cannot have it, goes without.
      chromiumSandbox: !IS_ROOT,
      timeout: START_TIMEOUT_MS,
    });
    if (options.trace ?? true) await electron.context().tracing.start({ snapshots: true, screenshots: false });
    const window = await electron.firstWindow({ timeout: START_TIMEOUT_MS });
    const app = new FacetApp(electron, window, dataFolder);
    window.on("console", (message) => {
      if (message.type() === "error") app.problems.push({ where: "window console", text: message.text() });
    });
    window.on("pageerror", (error) => app.problems.push({ where: "window exception", text: String(error) }));
    electron.on("close", () => {
      app.#closed = true;
    });
    return app;
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** Of the window's content. */
  async resize(width: number, height: number): Promise<void> {
    await this.electron.evaluate(
      ({ BrowserWindow }, size) => BrowserWindow.getAllWindows()[0]?.setContentSize(size.width, size.height),
      { width, height },
    );
    await expect.poll(() => this.window.evaluate(() => [innerWidth, innerHeight])).toEqual([width, height]);
  }

  get mainPid(): number {
    const { pid } = this.electron.process();
    if (pid === undefined) throw new Error("The app has no process id: it did not start");
    return pid;
  }

  /** Process id of the engine, or null while it does not run. */
  async enginePid(): Promise<number | null> {
    return this.electron.evaluate(
      ({ app }) => app.getAppMetrics().find((one) => one.name === "Facet engine")?.pid ?? null,
    );
  }

  async killEngine(): Promise<void> {
    const pid = await this.enginePid();
    if (pid === null) throw new Error("There is no engine to kill");
    process.kill(pid, "SIGKILL");
  }

  /** kill -9 of the main process, as a power cut or an out-of-memory kill would do it. */
  async kill(): Promise<void> {
    const closed = this.electron.waitForEvent("close");
    process.kill(this.mainPid, "SIGKILL");
    await closed;
  }

  /** Closes as a user does, then reads what the log files complain about. */
  async close(): Promise<void> {
    if (!this.#closed) await this.electron.close();
    this.problems.push(...(await loggedErrors(this.dataFolder)));
  }
}

export async function freshDataFolder(): Promise<string> {
  return mkdtemp(path.join(os.tmpdir(), "facet-e2e-"));
}

export function electronBinary(): string {
  const folder = process.env["FACET_E2E_ELECTRON"];
  if (!folder) throw new Error("e2e/globalSetup.ts has not run: there is no Electron runtime");
  return binaryIn(folder);
}

/** `npm test -- --only=package --e2e`: the packaged app is under test. */
function packagedBinary(): string | undefined {
  return process.env["FACET_E2E_PACKAGED"] || undefined;
}

/** Starts the app without Playwright, for a second instance or to time a start; ends when the app does. */
export function spawnApp(dataFolder: string, args: readonly string[] = []): ChildProcess {
  const sandbox = IS_ROOT && process.platform === "linux" ? ["--no-sandbox"] : [];
  const packaged = packagedBinary();
  const app = packaged === undefined ? [process.cwd()] : [];
  return spawn(packaged ?? electronBinary(), [...sandbox, ...app, ...args], {
    env: { ...environment(), FACET_DATA_DIR: dataFolder },
    stdio: "ignore",
  });
}

/** Without executablePath Playwright takes the electron package's binary, and its loader holds the app until it is attached. */
function launchTarget({ executablePath = packagedBinary(), args = [] }: LaunchOptions): {
  executablePath?: string;
  args: string[];
} {
  return executablePath === undefined ? { args: [process.cwd(), ...args] } : { executablePath, args: [...args] };
}

export function environment(): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) if (value !== undefined) env[name] = value;
  // Playwright's own test worker sets it; Electron as plain Node is not the app.
  delete env["ELECTRON_RUN_AS_NODE"];
  delete env["NODE_OPTIONS"];
  return env;
}

/** Lines of level error in the app's log files. */
export async function loggedErrors(dataFolder: string): Promise<Problem[]> {
  const folder = dataPaths(dataFolder).logs;
  if (!existsSync(folder)) return [];
  const problems: Problem[] = [];
  for (const name of await readdir(folder)) {
    const lines = (await readFile(path.join(folder, name), "utf8")).split("\n");
    for (const line of lines)
      if (/"level":"error"/.test(line)) problems.push({ where: "log", text: `${name}: ${line}` });
  }
  return problems;
}

/** Makes the models folder of a data folder. */
export async function modelsFolder(dataFolder: string): Promise<string> {
  const folder = dataPaths(dataFolder).models;
  await mkdir(folder, { recursive: true });
  return folder;
}
