// Kills a process that moves a models folder, at a moment that a seed decides, and looks whether all files are there afterwards.
import { spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { JOURNAL_FILE, UnfinishedFiles } from "../../electron/core/UnfinishedFiles";
import { finishMove } from "../../electron/core/importing/moveModelsFolder";

/** In memory: another disk than the one for temporary files, so that moves copy. Without it moves rename. */
const OTHER_DISK = "/dev/shm";
const FILE_COUNT = 6;
const FILE_BYTES = 2_000_000;
/** About three moves to and fro. */
const MAX_DELAY_MS = 600;
const KILLS = 3;

export interface KilledMove {
  seed: number;
  /** Whole moves before the kills. */
  moves: number;
  /** What finishMove had to do after each kill. */
  results: string[];
  /** Every file with its content, after each kill. */
  isWhole: boolean;
  /** Files outside the models folder. */
  leftBehind: string[];
}

export function hasOtherDisk(): boolean {
  return existsSync(OTHER_DISK);
}

export async function killMove(seed: number): Promise<KilledMove> {
  const random = randomOf(seed);
  const data = await mkdtemp(path.join(tmpdir(), "facet-killmove-"));
  const other = await mkdtemp(path.join(hasOtherDisk() ? OTHER_DISK : tmpdir(), "facet-killmove-"));
  try {
    const models = path.join(data, "models");
    const journalFile = path.join(data, "models-move.json");
    await mkdir(path.join(models, "maker__name"), { recursive: true });
    const contents = new Map<string, string>();
    for (let index = 0; index < FILE_COUNT; index++) {
      const name = index % 2 === 0 ? `${index}.gguf` : path.join("maker__name", `${index}.gguf`);
      const bytes = randomBytes(FILE_BYTES);
      contents.set(name, sha256(bytes));
      await writeFile(path.join(models, name), bytes);
    }
    const targets = [path.join(other, "a"), path.join(data, "same disk"), path.join(other, "b")];
    const killed: KilledMove = { seed, moves: 0, results: [], isWhole: true, leftBehind: [] };
    for (let kill = 0; kill < KILLS; kill++) {
      killed.moves += await moveUntilKilled([models, journalFile, ...targets], random() * MAX_DELAY_MS);
      // What the app does at its start.
      if (!existsSync(models)) await mkdir(models).catch(() => undefined);
      const unfinished = await UnfinishedFiles.open(data, () => undefined);
      killed.results.push(await finishMove({ modelsFolder: models, journalFile, unfinished }));
      await unfinished.recover(() => false);
      for (const [name, hash] of contents) {
        const bytes = await readFile(path.join(models, name)).catch(() => null);
        if (bytes === null || sha256(bytes) !== hash) killed.isWhole = false;
      }
    }
    const total = (await Promise.all([data, other].map(filesBelow)))
      .flat()
      .filter((file) => path.basename(file) !== JOURNAL_FILE);
    killed.leftBehind = total.length === FILE_COUNT ? [] : total;
    return killed;
  } finally {
    await rm(data, { recursive: true, force: true });
    await rm(other, { recursive: true, force: true });
  }
}

/** Returns how many moves were whole. The delay counts from the first move's begin. */
async function moveUntilKilled(args: readonly string[], delayMs: number): Promise<number> {
  const child = spawn(
    process.execPath,
    ["--import", "tsx", fileURLToPath(new URL("moveProcess.ts", import.meta.url)), ...args],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  const ended = new Promise<NodeJS.Signals | null>((resolve) => child.on("close", (_code, signal) => resolve(signal)));
  let moves = 0;
  await new Promise<void>((resolve) => {
    createInterface(child.stdout).on("line", (line) => {
      if (line === "ready") setTimeout(resolve, delayMs);
      else moves++;
    });
    child.on("close", () => resolve());
  });
  child.kill("SIGKILL");
  if ((await ended) !== "SIGKILL") throw new Error("the process ended before it was killed");
  return moves;
}

/** Links are not followed: each file counts where it is. */
async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Mulberry32. */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 4294967296;
  };
}
