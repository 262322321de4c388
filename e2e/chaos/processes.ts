// The processes of a run, found by a variable in their environment. Linux; elsewhere none is found.
import { readdirSync, readFileSync } from "node:fs";

export const RUN_VARIABLE = "FACET_CHAOS_RUN";

export interface RunProcess {
  pid: number;
  kind: "engine" | "fit" | "job" | "other";
}

export function processesOf(run: string): RunProcess[] {
  if (process.platform !== "linux") return [];
  return readdirSync("/proc").flatMap((name) => {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === process.pid) return [];
    try {
      if (!readFileSync(`/proc/${pid}/environ`, "latin1").includes(`${RUN_VARIABLE}=${run}\0`)) return [];
      // A zombie has ended, and waits for its parent.
      if (/^State:\s+Z/mu.test(readFileSync(`/proc/${pid}/status`, "latin1"))) return [];
      const script = /(engine|fit|job)\.mjs/u.exec(readFileSync(`/proc/${pid}/cmdline`, "latin1"))?.[1];
      return [{ pid, kind: (script as RunProcess["kind"] | undefined) ?? "other" }];
    } catch {
      return [];
    }
  });
}
