// What this process holds of the memory, now and at its peak. Engine process.
import { readFileSync } from "node:fs";
import type { ProcessMemory } from "../contract/engineProtocol";

type ReadText = (path: string) => string;
const readText: ReadText = (path) => readFileSync(path, "utf8");

/** Without what is on GPUs. */
export function processMemory(platform = process.platform, read = readText): Omit<ProcessMemory, "gpuFreeBytes"> {
  if (platform !== "linux") {
    // Kilobytes on each system: libuv converts what macOS gives in bytes.
    return {
      residentBytes: process.memoryUsage.rss(),
      peakResidentBytes: process.resourceUsage().maxRSS * 1024,
      anonymousBytes: null,
    };
  }
  const status = readOrEmpty(read);
  const bytes = (name: string) => {
    const found = new RegExp(`^${name}:\\s+(\\d+) kB$`, "mu").exec(status)?.[1];
    return found === undefined ? null : Number(found) * 1024;
  };
  return {
    residentBytes: bytes("VmRSS") ?? process.memoryUsage.rss(),
    peakResidentBytes: bytes("VmHWM"),
    anonymousBytes: bytes("RssAnon"),
  };
}

function readOrEmpty(read: ReadText): string {
  try {
    return read("/proc/self/status");
  } catch {
    return "";
  }
}
