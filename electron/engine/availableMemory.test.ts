// Available memory is the least of what the system and the control group leave.
import { describe, expect, it } from "vitest";
import { availableMemoryBytes } from "./availableMemory";

const MiB = 2 ** 20;
const reader = (files: Record<string, string>) => (path: string) =>
  path in files ? Promise.resolve(files[path]!) : Promise.reject(new Error(`no ${path}`));
const meminfo = "MemTotal:       8000000 kB\nMemFree:         100000 kB\nMemAvailable:    4096000 kB\n";

describe("availableMemoryBytes on Linux", () => {
  it("takes MemAvailable where no group limits it", async () => {
    const read = reader({ "/proc/meminfo": meminfo, "/proc/self/cgroup": "0::/user.slice\n", "/sys/fs/cgroup/user.slice/memory.max": "max\n" });
    expect(await availableMemoryBytes("linux", read)).toBe(4_096_000 * 1024);
  });

  it("takes what a version 2 group leaves, its page cache included", async () => {
    const read = reader({
      "/proc/meminfo": meminfo,
      "/proc/self/cgroup": "0::/app\n",
      "/sys/fs/cgroup/app/memory.max": String(1000 * MiB),
      "/sys/fs/cgroup/app/memory.current": String(700 * MiB),
      "/sys/fs/cgroup/app/memory.stat": `anon 5\ninactive_file ${200 * MiB}\n`,
    });
    expect(await availableMemoryBytes("linux", read)).toBe(500 * MiB);
  });

  it("takes what a version 1 group leaves", async () => {
    const read = reader({
      "/proc/meminfo": meminfo,
      "/sys/fs/cgroup/memory/memory.limit_in_bytes": String(1000 * MiB),
      "/sys/fs/cgroup/memory/memory.usage_in_bytes": String(900 * MiB),
    });
    expect(await availableMemoryBytes("linux", read)).toBe(100 * MiB);
  });

  it("finds something on this computer", async () => {
    expect(await availableMemoryBytes()).toBeGreaterThan(0);
  });
});
