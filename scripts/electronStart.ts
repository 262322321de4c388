// Notices an Electron that is there and does not start, and says why and what to do. Scripts only.
import { spawnSync, type SpawnSyncReturns } from "node:child_process";
import { closeSync, openSync, readFileSync, readSync, statSync } from "node:fs";
import path from "node:path";
import type { ElectronRuntime } from "./electronRuntime";
import { StepError } from "./step";

/** A cold start from a slow disk takes seconds; one that hangs takes longer. */
const START_TIMEOUT_MS = 30_000;
/** Settings of Linux that keep an ordinary program from making user namespaces, each at this value. */
const FORBIDDEN_NAMESPACES = {
  "kernel/apparmor_restrict_unprivileged_userns": "1",
  "kernel/unprivileged_userns_clone": "0",
  "user/max_user_namespaces": "0",
} as const;

/** The program in a folder as Electron's zip has it. */
export function electronBinary(distPath: string): string {
  if (process.platform === "darwin") return path.join(distPath, "Electron.app/Contents/MacOS/Electron");
  return path.join(distPath, process.platform === "win32" ? "electron.exe" : "electron");
}

/** Throws a StepError where the app could not be opened with it. Takes 0.1 s. */
export function assertElectronStarts(runtime: ElectronRuntime): void {
  const reason = startProblem(runtime);
  if (reason !== null) throw new StepError(`Electron ${runtime.version} does not start: ${reason}`);
  const sandbox = sandboxProblem(runtime.distPath);
  if (sandbox !== null) throw new StepError(sandbox);
}

/** As plain Node, which needs no display. null: it started. */
function startProblem({ distPath, version, source }: ElectronRuntime): string | null {
  const binary = electronBinary(distPath);
  const end = spawnSync(binary, ["-p", "process.versions.electron"], {
    encoding: "utf8",
    env: { ...process.env, ELECTRON_RUN_AS_NODE: "1", NODE_OPTIONS: "" },
    timeout: START_TIMEOUT_MS,
    killSignal: "SIGKILL",
    windowsHide: true,
  });
  const again =
    source === "ELECTRON_OVERRIDE_DIST_PATH"
      ? `ELECTRON_OVERRIDE_DIST_PATH names ${distPath}. Name another one, or none`
      : `Delete ${distPath} and run the same command again: it is fetched anew`;
  if (end.status === 0) {
    const started = end.stdout.trim();
    if (started === version || version === "unknown") return null;
    return `what is in ${distPath} is ${started || "no Electron"}. ${again}.`;
  }
  const [, library] = /loading shared libraries: (\S+?):? cannot open/.exec(end.stderr ?? "") ?? [];
  if (library) return `${library} is missing. Install the system's package that has it and run the same command again.`;
  const [tooNew] = /version `\w+_[\d.]+' not found/.exec(end.stderr ?? "") ?? [];
  if (tooNew) return `this system's libraries are too old for it (${tooNew}). A newer release of the system has them.`;
  const arch = archOf(binary);
  if (arch !== null && arch !== process.arch)
    return `it is for ${arch}, and this computer's Node is ${process.arch}. ${again}.`;
  if (end.error && "code" in end.error && end.error.code === "EACCES")
    return `this account may not run programs in ${distPath}. Mend that and run the same command again.`;
  return `${endOf(end)}. ${again}.`;
}

function endOf({ error, signal, status, stderr }: SpawnSyncReturns<string>): string {
  if (error && "code" in error && error.code === "ETIMEDOUT") return `it said nothing for ${START_TIMEOUT_MS / 1000} s`;
  if (error && "code" in error && error.code === "ENOENT") return "its program is missing";
  const said = stderr?.trim().split("\n", 1)[0]?.slice(0, 200);
  return `it ended with ${signal ?? `code ${status}`}${said ? ` and said "${said}"` : ""}`;
}

/** The processor that a program is for, as process.arch calls it; null for what is no program of a known system. */
export function archOf(binary: string): string | null {
  const head = Buffer.alloc(4096);
  try {
    const file = openSync(binary, "r");
    try {
      readSync(file, head);
    } finally {
      closeSync(file);
    }
  } catch {
    return null;
  }
  if (head.toString("latin1", 0, 4) === "\x7fELF") return { 0x3e: "x64", 0xb7: "arm64" }[head.readUInt16LE(18)] ?? null;
  if (head.readUInt32LE(0) === 0xfeedfacf)
    return { 0x01000007: "x64", 0x0100000c: "arm64" }[head.readUInt32LE(4)] ?? null;
  if (head.toString("latin1", 0, 2) !== "MZ") return null;
  const at = head.readUInt32LE(0x3c);
  if (at > head.length - 6 || head.toString("latin1", at, at + 4) !== "PE\0\0") return null;
  return { 0x8664: "x64", 0xaa64: "arm64" }[head.readUInt16LE(at + 4)] ?? null;
}

/**
 * Chromium ends at once where its sandbox can have neither user namespaces nor the setuid helper beside it. null: it can, or this is not
 * known. Root starts without it.
 */
export function sandboxProblem(
  distPath: string,
  { uid = process.getuid?.(), settings = "/proc/sys" }: { uid?: number; settings?: string } = {},
): string | null {
  if (process.platform !== "linux" || uid === 0) return null;
  const forbids = Object.entries(FORBIDDEN_NAMESPACES).find(
    ([name, value]) => readSetting(path.join(settings, name)) === value,
  );
  const helper = path.join(distPath, "chrome-sandbox");
  if (forbids === undefined || isSetuidRoot(helper)) return null;
  const [name, value] = forbids;
  return `Chromium's sandbox cannot work here, and Electron does not start without it: this system keeps programs from making user namespaces (${name.replace("/", ".")} is ${value}). Its helper does without them. Run this, then the same command again:\n  sudo chown root:root ${helper} && sudo chmod 4755 ${helper}`;
}

function readSetting(file: string): string | null {
  try {
    return readFileSync(file, "utf8").trim();
  } catch {
    return null;
  }
}

function isSetuidRoot(file: string): boolean {
  const about = statSync(file, { throwIfNoEntry: false });
  return about !== undefined && about.uid === 0 && (about.mode & 0o4000) !== 0;
}
