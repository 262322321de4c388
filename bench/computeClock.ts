// The clock for what llama.cpp computes.
import { performance } from "node:perf_hooks";

/** Milliseconds. With one thread, processor time: it does not depend on what else runs. More threads wait in busy loops, so then the wall's. */
export function computeClockMs(threads: number): number {
  if (threads > 1) return performance.now();
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
