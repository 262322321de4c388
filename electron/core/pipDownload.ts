// Fetches one wheel from PyPI with the pip that is on this computer, without running any of its code. Plain Node.
import { spawn } from "node:child_process";
import { readdir, stat } from "node:fs/promises";
import path from "node:path";

/** Ways to call pip, best known first. */
export const PIP_COMMANDS: readonly (readonly string[])[] = [
  ["pip"],
  ["pip3"],
  ["python3", "-m", "pip"],
  ["python", "-m", "pip"],
  ["py", "-m", "pip"],
];

/** Reading the folder more often than this only costs. */
const PROGRESS_INTERVAL_MS = 500;
/** pip's own waiting time for its server, in seconds, and how often it asks again. */
const PIP_TIMEOUT_S = 10;
const PIP_RETRIES = 1;
/** Enough of pip's complaint for a log line. */
const KEPT_OUTPUT_CHARACTERS = 1000;

/** There is no pip, or it could not fetch the package; its complaint is in the message. */
export class PipError extends Error {
  override readonly name = "PipError";
}

export interface PipDownload {
  requirement: string;
  /** An empty folder of the caller's; pip's own temporary files go there too. */
  folder: string;
  commands?: readonly (readonly string[])[];
  signal: AbortSignal;
  onBytes: (receivedBytes: number) => void;
}

/** Path of the wheel. Throws PipError, or the reason of the signal when it fires (pip is killed then). */
export async function pipDownload({
  requirement,
  folder,
  commands = PIP_COMMANDS,
  signal,
  onBytes,
}: PipDownload): Promise<string> {
  const pip = await firstWorking(commands, signal);
  if (!pip) throw new PipError("pip is not installed");
  const timer = setInterval(() => void folderSize(folder).then(onBytes, () => {}), PROGRESS_INTERVAL_MS);
  try {
    // --only-binary: a source package would run its own set-up code here.
    const { code, output } = await run(
      [
        ...pip,
        "download",
        "--no-deps",
        "--only-binary=:all:",
        "--no-cache-dir",
        "--no-input",
        "--disable-pip-version-check",
        "--quiet",
        "--timeout",
        String(PIP_TIMEOUT_S),
        "--retries",
        String(PIP_RETRIES),
        "--dest",
        folder,
        requirement,
      ],
      { ...process.env, TMPDIR: folder, TEMP: folder, TMP: folder },
      signal,
    );
    if (code !== 0) throw new PipError(`pip ended with code ${code}: ${output}`);
  } finally {
    clearInterval(timer);
  }
  const wheel = (await readdir(folder)).find((name) => name.endsWith(".whl"));
  if (!wheel) throw new PipError("pip reported success but left no wheel");
  return path.join(folder, wheel);
}

async function firstWorking(
  commands: readonly (readonly string[])[],
  signal: AbortSignal,
): Promise<readonly string[] | null> {
  for (const command of commands) {
    const { code } = await run([...command, "--version"], process.env, signal).catch((error: unknown) => {
      if (signal.aborted) throw error;
      return { code: null }; // No such program: the next one.
    });
    if (code === 0) return command;
  }
  return null;
}

function run(
  command: readonly string[],
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<{ code: number | null; output: string }> {
  signal.throwIfAborted();
  const [program = "", ...args] = command;
  // A group of its own, so that a wrapper script's Python dies with it.
  const ownGroup = process.platform !== "win32";
  const child = spawn(program, args, {
    env,
    detached: ownGroup,
    stdio: ["ignore", "ignore", "pipe"],
    windowsHide: true,
  });
  let output = "";
  child.stderr.on("data", (text: Buffer) => (output = (output + text.toString()).slice(-KEPT_OUTPUT_CHARACTERS)));
  const kill = () => {
    if (child.pid === undefined || child.exitCode !== null) return;
    if (ownGroup) process.kill(-child.pid, "SIGKILL");
    else child.kill();
  };
  signal.addEventListener("abort", kill, { once: true });
  return new Promise<{ code: number | null; output: string }>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      if (signal.aborted) reject(signal.reason);
      else resolve({ code, output: output.trim() });
    });
  }).finally(() => signal.removeEventListener("abort", kill));
}

async function folderSize(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const sizes = await Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map((entry) =>
        stat(path.join(entry.parentPath, entry.name)).then(
          ({ size }) => size,
          () => 0,
        ),
      ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
