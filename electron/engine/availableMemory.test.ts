// Available memory is the least of what the system and every control group above leave.
import { describe, expect, it } from "vitest";
import { availableMemory } from "./availableMemory";

const MiB = 2 ** 20;
const reader = (files: Record<string, string>) => (path: string) =>
  path in files ? Promise.resolve(files[path]!) : Promise.reject(new Error(`no ${path}`));
const meminfo =
  "MemTotal:       8000000 kB\nMemFree:         100000 kB\nMemAvailable:    4096000 kB\nSwapTotal:       2048000 kB\nSwapFree:        1024000 kB\n";
const system = { availableBytes: 4_096_000 * 1024, swapFreeBytes: 1_024_000 * 1024 };
const onLinux = (files: Record<string, string>) =>
  availableMemory("linux", reader({ "/proc/meminfo": meminfo, ...files }));

describe("availableMemory on Linux", () => {
  it("takes MemAvailable where no group limits it, and reads free swap by itself", async () => {
    const files = {
      "/proc/self/cgroup": "0::/user.slice\n",
      "/sys/fs/cgroup/user.slice/memory.max": "max\n",
      "/sys/fs/cgroup/user.slice/memory.swap.max": "max\n",
    };
    expect(await onLinux(files)).toEqual(system);
  });

  it("takes what a version 2 group leaves, its page cache included", async () => {
    const left = await onLinux({
      "/proc/self/cgroup": "0::/app\n",
      "/sys/fs/cgroup/app/memory.max": String(1000 * MiB),
      "/sys/fs/cgroup/app/memory.current": String(700 * MiB),
      "/sys/fs/cgroup/app/memory.stat": `anon 5\ninactive_file ${200 * MiB}\n`,
      "/sys/fs/cgroup/app/memory.swap.max": "0",
      "/sys/fs/cgroup/app/memory.swap.current": "0",
    });
    expect(left).toEqual({ availableBytes: 500 * MiB, swapFreeBytes: 0 });
  });

  it("obeys a group above, and the limit from which a group is slowed down", async () => {
    const files = {
      "/proc/self/cgroup": "0::/user/app.scope\n",
      "/sys/fs/cgroup/user/app.scope/memory.max": "max",
      "/sys/fs/cgroup/user/app.scope/memory.current": String(10 * MiB),
      "/sys/fs/cgroup/user/memory.max": String(600 * MiB),
      "/sys/fs/cgroup/user/memory.current": String(100 * MiB),
    };
    expect(await onLinux(files)).toEqual({ ...system, availableBytes: 500 * MiB });
    expect(await onLinux({ ...files, "/sys/fs/cgroup/user/app.scope/memory.high": String(210 * MiB) })).toEqual({
      ...system,
      availableBytes: 200 * MiB,
    });
  });

  it("finds the limit of a container whose path is the host's", async () => {
    const left = await onLinux({
      "/proc/self/cgroup": "0::/../../docker/4f2a\n",
      "/sys/fs/cgroup/memory.max": String(300 * MiB),
      "/sys/fs/cgroup/memory.current": String(100 * MiB),
    });
    expect(left.availableBytes).toBe(200 * MiB);
  });

  it("takes what a version 1 group leaves, memory and swap counted together there", async () => {
    const left = await onLinux({
      "/proc/self/cgroup": "12:pids:/app\n5:cpu,memory:/app\n0::/\n",
      "/sys/fs/cgroup/memory/app/memory.limit_in_bytes": String(1000 * MiB),
      "/sys/fs/cgroup/memory/app/memory.usage_in_bytes": String(900 * MiB),
      "/sys/fs/cgroup/memory/app/memory.memsw.limit_in_bytes": String(1500 * MiB),
      "/sys/fs/cgroup/memory/app/memory.memsw.usage_in_bytes": String(1000 * MiB),
      // "No limit" is a very large number there.
      "/sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712",
      "/sys/fs/cgroup/memory/memory.usage_in_bytes": String(3000 * MiB),
    });
    expect(left).toEqual({ availableBytes: 100 * MiB, swapFreeBytes: 400 * MiB });
  });

  it("finds something on this computer", async () => {
    expect((await availableMemory()).availableBytes).toBeGreaterThan(0);
  });
});
