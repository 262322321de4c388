// Runs one command from its arguments to its exit code: Ctrl C, closed pipes and mistakes are the same for all of them.
import { CommanderError } from "commander";
import { failure, type Outcome } from "../../contract/failure";
import type { Application } from "../../core/createApplication";
import { endProcess } from "../../files/endProcess";
import type { CommandClient } from "../../instance/CommandClient";
import { readInstanceAddress } from "../../instance/instanceAddress";
import { RemoteApplication } from "../../instance/RemoteApplication";
import { failureText } from "../../words/failureText";
import { t } from "../../words/language";
import type { CommandContext, Reader } from "./CommandContext";
import { CommandError, EXIT, type ExitCode } from "./CommandError";
import { Output } from "./Output";
import { createProgram } from "./createProgram";
import { namedAsGiven } from "./namedAsGiven";
import { errorOf } from "./useOutcome";

/** As hosts/node/openApplication.ts; a file of its own, so that help and what another process answers need not read it. */
async function loadApplicationFile(): Promise<{
  openClient(folder: string, holder: string, onWaiting: () => void): CommandClient;
  openReader(folder: string): Promise<Outcome<Application>>;
}> {
  return import(/* @vite-ignore */ new URL("application.mjs", import.meta.url).href);
}

export async function runCommand(args: readonly string[], dataFolder: string): Promise<ExitCode> {
  const isJson = args.slice(0, args.includes("--") ? args.indexOf("--") : args.length).includes("--json");
  const output = new Output({ stdout: process.stdout, stderr: process.stderr, isJson });
  const cancelling = new AbortController();
  let onInterrupt: (() => void) | null = null;
  const opened: { close(): Promise<unknown> | void }[] = [];
  let client: CommandClient | null = null;
  let reader: Reader | null = null;

  const context: CommandContext = {
    output,
    signal: cancelling.signal,
    dataFolder,
    async application() {
      if (client === null) {
        const { openClient } = await loadApplicationFile();
        client = openClient(dataFolder, `facet ${args[0] ?? ""}`.trim(), () =>
          output.remark(t("Another Facet command still uses this model. Waiting until it is done. Ctrl C ends both.")),
        );
        opened.push(client);
      }
      const connected = await client.connect();
      if (!connected.ok) throw errorOf(connected.failure);
      return client;
    },
    async reader() {
      reader ??= client ?? (await openReader(dataFolder, opened));
      return reader;
    },
    onInterrupt(handler) {
      onInterrupt = handler;
    },
  };

  const cancel = () => {
    if (cancelling.signal.aborted) void endProcess(() => process.exit(EXIT.cancelled));
    cancelling.abort();
  };
  process.on("SIGINT", () => (onInterrupt === null ? cancel() : onInterrupt()));
  // The system ends it, or its terminal is closed.
  for (const name of ["SIGTERM", "SIGHUP"] as const) process.on(name, cancel);
  let outputProblem: NodeJS.ErrnoException | null = null;
  process.stdout.on("error", (error) => {
    outputProblem = error;
    cancelling.abort();
  });
  process.stderr.on("error", () => undefined);

  const exitCode = await run(args, context);
  for (const one of opened.toReversed()) await one.close();
  // What was written last may fail only now.
  await new Promise<void>((resolve) => process.stdout.write("", () => resolve()));
  return outputProblem === null ? exitCode : lostOutput(outputProblem, output);
}

function lostOutput({ code }: NodeJS.ErrnoException, output: Output): ExitCode {
  // Nobody reads any more: `facet models list | head`.
  if (code === "EPIPE") return EXIT.cancelled;
  output.remark(
    code === "ENOSPC"
      ? t("The result could not be written: the disk is full.")
      : t("The result could not be written ({reason}).", { reason: code ?? "" }),
  );
  return EXIT.failed;
}

async function openReader(folder: string, opened: { close(): Promise<unknown> | void }[]): Promise<Reader> {
  const address = readInstanceAddress(folder);
  const remote = address === null ? "gone" : await RemoteApplication.connect(address);
  if (typeof remote !== "string") {
    opened.push(remote);
    return remote;
  }
  const { openReader: open } = await loadApplicationFile();
  const read = await open(folder);
  if (!read.ok) throw errorOf(read.failure);
  opened.push(read.value);
  return read.value;
}

async function run(args: readonly string[], context: CommandContext): Promise<ExitCode> {
  const { output, signal } = context;
  try {
    await createProgram(context).parseAsync(args, { from: "user" });
    return signal.aborted ? EXIT.cancelled : EXIT.done;
  } catch (error) {
    // Help, or the version.
    if (error instanceof CommanderError) return EXIT.done;
    const known = error instanceof CommandError ? error : signal.aborted ? errorOf(failure("request-cancelled")) : null;
    if (known === null) throw error;
    const named = namedAsGiven(known, args);
    report(named, output);
    return named.exitCode;
  }
}

function report({ message, failure, exitCode, hasResult }: CommandError, output: Output): void {
  if (output.isJson && !hasResult) {
    const text = failure === null ? { happened: message } : failureText(failure);
    output.data({ error: { exitCode, code: failure?.code ?? null, details: failure?.details ?? {}, ...text } });
  }
  if (exitCode === EXIT.cancelled && failure?.code === "request-cancelled") output.remark(t("Cancelled."));
  else output.remark(message);
}
