// How much memory the engine may use now, by the system's and the container's word. Fit process and engine process.
import { readFile } from "node:fs/promises";
import os from "node:os";
import { macAvailableBytes } from "./macMemory";

type ReadText = (path: string) => Promise<string>;
const readText: ReadText = (path) => readFile(path, "utf8");

export interface AvailableMemory {
  /** Can be taken without swapping. */
  availableBytes: number;
  /** Beyond that, on disk. 0 where it is not known. */
  swapFreeBytes: number;
}

/**
 * On Linux the least of what the system and each control group above this process leave. On Windows what is free in RAM: a page file
 * that grows by itself makes the commit charge a limit that is none, and mapped weights do not count towards it.
 */
export async function availableMemory(platform = process.platform, read = readText): Promise<AvailableMemory> {
  if (platform === "darwin") return { availableBytes: await macAvailableBytes(), swapFreeBytes: 0 };
  if (platform !== "linux") return { availableBytes: os.freemem(), swapFreeBytes: 0 };
  const [system, group] = await Promise.all([systemMemory(read), controlGroupMemory(read)]);
  return {
    availableBytes: Math.min(system.availableBytes, group.availableBytes),
    swapFreeBytes: Math.min(system.swapFreeBytes, group.swapFreeBytes),
  };
}

async function systemMemory(read: ReadText): Promise<AvailableMemory> {
  const text = await read("/proc/meminfo").catch(() => "");
  const bytes = (name: string) => {
    const found = new RegExp(`^${name}:\\s+(\\d+) kB$`, "mu").exec(text)?.[1];
    return found === undefined ? null : Number(found) * 1024;
  };
  return { availableBytes: bytes("MemAvailable") ?? os.freemem(), swapFreeBytes: bytes("SwapFree") ?? 0 };
}

const UNLIMITED: AvailableMemory = {
  availableBytes: Number.POSITIVE_INFINITY,
  swapFreeBytes: Number.POSITIVE_INFINITY,
};

/** Unlimited where there is no control group with a limit. A limit of any group above counts as well as the own one. */
async function controlGroupMemory(read: ReadText): Promise<AvailableMemory> {
  const own = await read("/proc/self/cgroup").catch(() => "");
  const path2 = /^0::(\/.*)$/mu.exec(own)?.[1] ?? "/";
  const path1 = /^\d+:(?:[^:\n]*,)?memory(?:,[^:\n]*)?:(\/.*)$/mu.exec(own)?.[1] ?? "/";
  const groups = [
    ...foldersUp("/sys/fs/cgroup", path2).map((folder) => version2(folder, read)),
    ...foldersUp("/sys/fs/cgroup/memory", path1).map((folder) => version1(folder, read)),
  ];
  let least = UNLIMITED;
  for (const { availableBytes, swapFreeBytes } of await Promise.all(groups)) {
    least = {
      availableBytes: Math.min(least.availableBytes, availableBytes),
      swapFreeBytes: Math.min(least.swapFreeBytes, swapFreeBytes),
    };
  }
  return least;
}

/** In a container the path may be one of the host's that is not there; its end, the mount itself, is. */
function foldersUp(mount: string, path: string): string[] {
  const parts = path.split("/").filter((part) => part !== "" && part !== "..");
  return Array.from({ length: parts.length + 1 }, (_, left) =>
    [mount, ...parts.slice(0, parts.length - left)].join("/"),
  );
}

async function version2(folder: string, read: ReadText): Promise<AvailableMemory> {
  const number = (name: string) => numberIn(`${folder}/${name}`, read);
  const [max, high, used, stat, swapMax, swapUsed] = await Promise.all([
    number("memory.max"),
    number("memory.high"),
    number("memory.current"),
    read(`${folder}/memory.stat`).catch(() => ""),
    number("memory.swap.max"),
    number("memory.swap.current"),
  ]);
  const limit = Math.min(max ?? Number.POSITIVE_INFINITY, high ?? Number.POSITIVE_INFINITY);
  return {
    availableBytes: used === null ? Number.POSITIVE_INFINITY : Math.max(0, limit - used + pageCache(stat)),
    swapFreeBytes: swapMax === null ? Number.POSITIVE_INFINITY : Math.max(0, swapMax - (swapUsed ?? 0)),
  };
}

async function version1(folder: string, read: ReadText): Promise<AvailableMemory> {
  const number = (name: string) => numberIn(`${folder}/${name}`, read);
  const [limit, used, stat, bothLimit, bothUsed] = await Promise.all([
    number("memory.limit_in_bytes"),
    number("memory.usage_in_bytes"),
    read(`${folder}/memory.stat`).catch(() => ""),
    number("memory.memsw.limit_in_bytes"),
    number("memory.memsw.usage_in_bytes"),
  ]);
  if (limit === null || used === null) return UNLIMITED;
  const availableBytes = Math.max(0, limit - used + pageCache(stat));
  // The second pair counts memory and swap together.
  const swapFreeBytes =
    bothLimit === null || bothUsed === null
      ? Number.POSITIVE_INFINITY
      : Math.max(0, bothLimit - bothUsed - (limit - used));
  return { availableBytes, swapFreeBytes };
}

/** Counts as used, but the kernel gives it back. */
function pageCache(stat: string): number {
  return Number(/^(?:total_)?inactive_file (\d+)$/mu.exec(stat)?.[1] ?? 0);
}

/** null for "max", and where there is no such file. */
async function numberIn(path: string, read: ReadText): Promise<number | null> {
  const text = (await read(path).catch(() => "")).trim();
  const value = Number(text);
  return text === "" || !Number.isFinite(value) ? null : value;
}
