// facet without a command: opens the window, with a model file if one is named.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import { t } from "../../../words/language";
import { noFile } from "../chooseByName";
import type { CommandContext } from "../CommandContext";
import { CommandError, EXIT } from "../CommandError";

/** Packages come with the window's executable; their launcher says where it is. */
const WINDOW_VARIABLE = "FACET_WINDOW";

export function addWindow(program: Command, context: CommandContext): void {
  program
    .argument("[file]", t("a GGUF file to open in the window"))
    .action((file: string | undefined) => openWindow(file, program, context));
}

async function openWindow(file: string | undefined, program: Command, context: CommandContext): Promise<void> {
  if (file !== undefined && !/\.gguf$/iu.test(file))
    throw new CommandError(
      t("There is no command “{name}”. All of them: {command}", { name: file, command: "facet --help" }),
      EXIT.wrongUse,
    );
  if (context.output.isJson)
    throw new CommandError(
      t("The window has no result for {option}. Name a command: {command}", {
        option: "--json",
        command: "facet models list --json",
      }),
      EXIT.wrongUse,
    );
  const model = file === undefined ? [] : [path.resolve(file)];
  if (model.some((one) => !existsSync(one))) throw new CommandError(noFile(file ?? ""), EXIT.notFound);
  const executable = process.env[WINDOW_VARIABLE];
  if (executable) await spawnDetached(executable, model);
  else {
    // Built, this file is in .vite/build of the source tree.
    const root = path.join(path.dirname(fileURLToPath(import.meta.url)), "../..");
    const start = path.join(root, "scripts/start.ts");
    if (existsSync(start)) await startFromSources(root, start, model, context);
    else program.help({ error: true });
  }
}

function notOpened({ message }: Error): CommandError {
  return new CommandError(t("The window couldn’t be opened: {reason}", { reason: message }));
}

/** It lives on when the terminal is closed. */
function spawnDetached(executable: string, args: readonly string[]): Promise<void> {
  const child = spawn(executable, args, { detached: true, stdio: "ignore" });
  return new Promise((resolve, reject) => {
    child.once("error", (error) => reject(notOpened(error)));
    child.once("spawn", () => {
      child.unref();
      resolve();
    });
  });
}

/** As `npm start`: it says what it does, and stays until the window is closed. */
function startFromSources(
  root: string,
  start: string,
  args: readonly string[],
  { onInterrupt, signal }: CommandContext,
): Promise<void> {
  const child = spawn(process.execPath, [path.join(root, "scripts/run.mjs"), start, ...args], { stdio: "inherit" });
  // Ctrl C reaches it too, and it closes the window in its own time.
  onInterrupt(() => undefined);
  signal.addEventListener("abort", () => child.kill("SIGTERM"), { once: true });
  return new Promise((resolve, reject) => {
    child.once("error", (error) => reject(notOpened(error)));
    child.once("exit", (code, killedBy) => {
      if (code === 0 || killedBy !== null) resolve();
      else reject(new CommandError(t("The window was not opened, or it ended with an error. What it said is above.")));
    });
  });
}
