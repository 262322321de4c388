// How much memory the engine may use now, by the system's and the container's word. Engine process.
import { readFile } from "node:fs/promises";
import os from "node:os";

type ReadText = (path: string) => Promise<string>;
const readText: ReadText = (path) => readFile(path, "utf8");

/** Bytes that can be taken without swapping: the least of what the system and the control group leave. */
export async function availableMemoryBytes(platform = process.platform, read = readText): Promise<number> {
  if (platform !== "linux") return os.freemem();
  const [system, group] = await Promise.all([systemBytes(read), controlGroupBytes(read)]);
  return Math.min(system, group);
}

async function systemBytes(read: ReadText): Promise<number> {
  try {
    const match = /^MemAvailable:\s+(\d+) kB$/mu.exec(await read("/proc/meminfo"));
    return match?.[1] === undefined ? os.freemem() : Number(match[1]) * 1024;
  } catch {
    return os.freemem();
  }
}

/** Infinity where there is no control group with a limit. Version 2, then version 1. */
async function controlGroupBytes(read: ReadText): Promise<number> {
  for (const [limitFile, usedFile, statFile] of await groupFiles(read)) {
    try {
      const limit = Number((await read(limitFile)).trim());
      if (!Number.isFinite(limit)) continue; // "max"
      const used = Number((await read(usedFile)).trim());
      // Page cache counts as used, but the kernel gives it back.
      const cache = /^(?:total_)?inactive_file (\d+)$/mu.exec(await read(statFile).catch(() => ""));
      return Math.max(0, limit - used + Number(cache?.[1] ?? 0));
    } catch {
      continue;
    }
  }
  return Number.POSITIVE_INFINITY;
}

async function groupFiles(read: ReadText): Promise<[string, string, string][]> {
  const own = await read("/proc/self/cgroup").catch(() => "");
  const path2 = /^0::(\/.*)$/mu.exec(own)?.[1] ?? "/";
  const files = (folder: string, limit: string, used: string): [string, string, string] =>
    [`${folder}/${limit}`, `${folder}/${used}`, `${folder}/memory.stat`];
  return [
    files(`/sys/fs/cgroup${path2 === "/" ? "" : path2}`, "memory.max", "memory.current"),
    files("/sys/fs/cgroup", "memory.max", "memory.current"),
    files("/sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.usage_in_bytes"),
  ];
}
