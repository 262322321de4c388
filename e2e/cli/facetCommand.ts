// The built command line, run as a user runs it: by plain Node, on a data folder of the test's own, without any display.
import { spawn } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { test as base } from "@playwright/test";
import { dataPaths } from "../../electron/core/dataFolder";
import { processorOnly } from "../processorOnly";
import { placeStarterModel } from "../starterModelFile";

/** A command that hangs fails its test before the test's own limit. */
const TIMEOUT_MS = 60_000;

export interface CommandResult {
  stdout: string;
  stderr: string;
  /** 128 and the signal's number, as a shell says it, when a signal ended it. */
  code: number;
}

export interface CommandOptions {
  env?: Readonly<Record<string, string>>;
  /** Standard input; closed at once when absent. */
  input?: string;
  timeoutMs?: number;
  cwd?: string;
  /** Of the terminal. */
  columns?: number;
}

export interface RunningCommand {
  readonly pid: number;
  readonly result: Promise<CommandResult>;
  /** What was written so far. */
  stdout(): string;
  stderr(): string;
  /** Resolves when `pattern` is on standard error or standard output. Rejects when the command ends before. */
  whenWritten(pattern: RegExp): Promise<void>;
  write(text: string): void;
  endInput(): void;
  /** Ctrl C by default. */
  signal(signal?: NodeJS.Signals): void;
}

export class FacetCommand {
  readonly dataFolder: string;
  /** For files of the test; removed with the data folder. */
  readonly workFolder: string;
  readonly #running = new Set<RunningCommand>();

  private constructor(folder: string) {
    this.dataFolder = path.join(folder, "data");
    this.workFolder = path.join(folder, "work");
  }

  static async create(): Promise<FacetCommand> {
    const command = new FacetCommand(await mkdtemp(path.join(os.tmpdir(), "facet-cli-")));
    await mkdir(dataPaths(command.dataFolder).models, { recursive: true });
    await processorOnly(command.dataFolder);
    await mkdir(command.workFolder);
    return command;
  }

  get modelsFolder(): string {
    return dataPaths(this.dataFolder).models;
  }

  placeStarterModel(): Promise<void> {
    return placeStarterModel(this.dataFolder);
  }

  run(args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
    const running = this.start(args, options);
    if (options.input !== undefined) running.write(options.input);
    running.endInput();
    return running.result;
  }

  /** Adds --json; the value on standard output, and how the command ended. */
  async json<Value = unknown>(
    args: readonly string[],
    options: CommandOptions = {},
  ): Promise<CommandResult & { value: Value }> {
    const result = await this.run([...args, "--json"], options);
    try {
      return { ...result, value: JSON.parse(result.stdout) as Value };
    } catch {
      throw new Error(`No JSON (exit code ${result.code}): ${result.stdout}\n${result.stderr}`);
    }
  }

  /** Leaves standard input open. */
  start(args: readonly string[], options: CommandOptions = {}): RunningCommand {
    return this.#spawn(process.execPath, [path.resolve(".vite/build/facet.mjs"), ...args], options);
  }

  /** On a terminal (util-linux's `script`), where bars are drawn and questions are asked; all that is seen is its standard output. */
  startOnTerminal(args: readonly string[], options: CommandOptions = {}): RunningCommand {
    const line = [process.execPath, path.resolve(".vite/build/facet.mjs"), ...args]
      .map((part) => `'${part.replaceAll("'", String.raw`'\''`)}'`)
      .join(" ");
    const sized = `stty cols ${options.columns ?? 80} rows 24; exec ${line}`;
    return this.#spawn("script", ["--quiet", "--return", "--command", sized, "/dev/null"], options);
  }

  async close(): Promise<void> {
    for (const running of this.#running) running.signal("SIGKILL");
    for (const running of this.#running) await running.result;
    await rm(path.dirname(this.dataFolder), { recursive: true, force: true });
  }

  #spawn(program: string, args: readonly string[], options: CommandOptions): RunningCommand {
    const { env = {}, timeoutMs = TIMEOUT_MS, cwd } = options;
    const child = spawn(program, args, {
      env: { ...environment(), FACET_DATA_DIR: this.dataFolder, ...env },
      timeout: timeoutMs,
      killSignal: "SIGKILL",
      ...(cwd === undefined ? {} : { cwd }),
    });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    // It may have ended without reading.
    child.stdin.on("error", () => undefined);
    const result = new Promise<CommandResult>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code, signal) =>
        resolve({ stdout, stderr, code: code ?? 128 + (os.constants.signals[signal ?? "SIGKILL"] ?? 0) }),
      );
    });
    const running: RunningCommand = {
      pid: child.pid ?? 0,
      result,
      stdout: () => stdout,
      stderr: () => stderr,
      whenWritten: (pattern) =>
        new Promise((resolve, reject) => {
          const look = () => {
            if (pattern.test(stderr) || pattern.test(stdout)) resolve();
          };
          child.stdout.on("data", look);
          child.stderr.on("data", look);
          child.once("close", () => reject(new Error(`It ended without ${pattern}: ${stdout}\n${stderr}`)));
          look();
        }),
      write: (text) => void child.stdin.write(text),
      endInput: () => child.stdin.end(),
      signal: (signal = "SIGINT") => void child.kill(signal),
    };
    this.#running.add(running);
    const forget = () => this.#running.delete(running);
    result.then(forget, forget);
    return running;
  }
}

function environment(): NodeJS.ProcessEnv {
  // Colours and widths of the terminal that the tests run in are no part of what is tested.
  const { FORCE_COLOR: _colour, NO_COLOR: _none, COLUMNS: _columns, ...rest } = process.env;
  return { ...rest, DISPLAY: "" };
}

export const test = base.extend<{ facet: FacetCommand }>({
  // oxlint-disable-next-line no-empty-pattern -- Playwright reads the fixture names from this pattern.
  facet: async ({}, use) => {
    const facet = await FacetCommand.create();
    await use(facet);
    await facet.close();
  },
});

export { expect } from "@playwright/test";
