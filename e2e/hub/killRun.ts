// Kills a downloading process with SIGKILL at a chosen point, starts it again, and looks at what came of it.
import { spawn, type ChildProcess, type ChildProcessByStdio } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { PartFile } from "../../electron/core/downloads/PartFile";
import { HubServer } from "./HubServer";
import { seededBytes, sha256 } from "./hubRepository";

export const KILL_CHUNK_BYTES = 1024 * 1024;
export const KILL_CONNECTIONS = 4;
const SIZE_BYTES = 24 * KILL_CHUNK_BYTES + 12_345;
const FILE = "model-Q4_0.gguf";

export interface KillRun {
  seed: number;
  /** When the process was killed: so many bytes had been sent, or, at "verifying", all and a moment more. */
  killedAtBytes: number[];
  rightHash: boolean;
  /** The bytes of the file that the app received more often than once, per kill. */
  fetchedTwicePerKill: number;
  /** A file with a model's name was there before it was whole. */
  partialSeen: boolean;
  leftBehind: string[];
}

/** One download with one to three kills at points that the seed decides. */
export async function killRun(seed: number): Promise<KillRun> {
  const random = randomOf(seed);
  const content = seededBytes(SIZE_BYTES, seed);
  const hub = await HubServer.start();
  const folder = await mkdtemp(path.join(tmpdir(), "facet-kill-"));
  try {
    hub.bytesPerSecond = 60_000_000;
    const repository = hub.add({ id: "maker/Model-GGUF", files: [{ path: FILE, content }] });
    const request = requestFor(repository, content);
    const received: { from: number; to: number }[] = [];
    const start = (): ChildProcess => {
      const child = startDownload(hub, folder, request);
      createInterface(child.stdout).on("line", (line) => {
        const [word, from, bytes] = line.split(" ");
        if (word === "got") received.push({ from: Number(from), to: Number(from) + Number(bytes) });
      });
      return child;
    };

    const killedAtBytes: number[] = [];
    let partialSeen = false;
    let kills = 1 + Math.floor(random() * 3);
    for (; kills > 0; kills--) {
      const sentBefore = hub.bytesSent(FILE);
      const left = Math.max(0, SIZE_BYTES - sentBefore);
      // One kill in five comes after the last byte: while it verifies, renames, cleans up.
      const late = random() < 0.2;
      const target = late ? SIZE_BYTES : sentBefore + Math.floor(random() * left);
      const delayMs = late ? random() * 60 : 0;
      const child = start();
      const ended = new Promise<boolean>((resolve) => child.on("close", (code) => resolve(code === 0)));
      const reached = sentAtLeast(hub, target).then(() => new Promise((resolve) => setTimeout(resolve, delayMs)));
      const finished = await Promise.race([ended, reached.then(() => null)]);
      child.kill("SIGKILL");
      await ended;
      if (finished !== null) break;
      killedAtBytes.push(hub.bytesSent(FILE));
      for (const name of await modelsIn(folder))
        if (sha256(await readFile(path.join(folder, name))) !== sha256(content)) partialSeen = true;
    }
    const last = start();
    const code = await new Promise((resolve) => last.on("close", resolve));
    if (code !== 0) throw new Error(`the last process ended with ${String(code)}`);
    const models = await modelsIn(folder);
    const rightHash =
      models.length === 1 && sha256(await readFile(path.join(folder, models[0] ?? ""))) === sha256(content);
    return {
      seed,
      killedAtBytes,
      rightHash,
      fetchedTwicePerKill: killedAtBytes.length === 0 ? 0 : coveredTwice(received) / killedAtBytes.length,
      partialSeen,
      leftBehind: await readdir(path.join(folder, ".downloads")),
    };
  } finally {
    await hub.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

type DownloadProcess = ChildProcessByStdio<Writable, Readable, null>;

function startDownload(hub: HubServer, folder: string, request: string): DownloadProcess {
  return spawn(
    process.execPath,
    [
      "--import",
      "tsx",
      fileURLToPath(new URL("downloadProcess.ts", import.meta.url)),
      hub.endpoint,
      folder,
      request,
      String(KILL_CHUNK_BYTES),
    ],
    { stdio: ["pipe", "pipe", "inherit"] },
  );
}

/** Bytes that were received before a pause and a kill right after it, and those of them that were still there for the next start. */
export async function killAfterPause(seed: number, afterBytes: number): Promise<{ received: number; kept: number }> {
  const content = seededBytes(SIZE_BYTES, seed);
  const hub = await HubServer.start();
  const folder = await mkdtemp(path.join(tmpdir(), "facet-kill-"));
  try {
    hub.bytesPerSecond = 20_000_000;
    const repository = hub.add({ id: "maker/Model-GGUF", files: [{ path: FILE, content }] });
    const child = startDownload(hub, folder, requestFor(repository, content));
    let received = 0;
    await new Promise<void>((resolve, reject) => {
      child.on("close", () => reject(new Error("it ended before it was paused")));
      createInterface(child.stdout).on("line", (line) => {
        const [word, , bytes] = line.split(" ");
        if (word === "paused") return resolve();
        if (word === "got") received += Number(bytes);
        if (received >= afterBytes) child.stdin.write("pause\n");
      });
    });
    const ended = new Promise((resolve) => child.on("close", resolve));
    child.kill("SIGKILL");
    await ended;
    const [id = ""] = await readdir(path.join(folder, ".downloads"));
    return { received, kept: await PartFile.receivedBytes(path.join(folder, ".downloads", id), 0, SIZE_BYTES) };
  } finally {
    await hub.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

function coveredTwice(parts: { from: number; to: number }[]): number {
  let twice = 0;
  let end = 0;
  for (const { from, to } of parts.sort((a, b) => a.from - b.from)) {
    twice += Math.max(0, Math.min(end, to) - from);
    end = Math.max(end, to);
  }
  return twice;
}

function requestFor({ id, revision }: { id: string; revision: string }, content: Buffer): string {
  return JSON.stringify({
    repository: id,
    revision,
    title: "Model",
    quantization: "Q4_0",
    licence: null,
    files: [{ path: FILE, sizeBytes: SIZE_BYTES, sha256: sha256(content) }],
  });
}

async function modelsIn(folder: string): Promise<string[]> {
  return (await readdir(folder, { recursive: true })).filter((name) => name.endsWith(".gguf"));
}

function sentAtLeast(hub: HubServer, bytes: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      if (hub.bytesSent(FILE) < bytes) return;
      clearInterval(timer);
      resolve();
    }, 1);
    // Never reached when the process ended before; the timer must not hold the test then.
    timer.unref();
  });
}

/** mulberry32: small, and the same everywhere. */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
