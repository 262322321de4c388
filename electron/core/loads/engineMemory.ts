// The engine process's memory besides the model: measured at its start, plus what loading and answering add. Pure.
import type { EngineDeltas } from "../../contract/deltas";

/**
 * Measured alike with models of 270, 49,152 and 262,144 tokens (smaps, Linux): node-llama-cpp's and the engine's own code for
 * loading, templates, prompts and sampling is read and compiled, llama.cpp's libraries are paged in (3 MB), and its graph is built.
 */
const WORK_BYTES = 7_000_000;
/** What checking a delta leaves of V8's heap: the pieces of 4 MB themselves are cleared away before the first answer. */
const DELTA_CHECK_BYTES = 1_000_000;

/** Adapters in memory, and what contexts take beyond the plan. */
export function deltasMemoryBytes({ loaded, contextBytes }: EngineDeltas, plannedContextBytes: number): number {
  const adapterBytes = loaded.reduce((sum, { bytes }) => sum + bytes, 0);
  return adapterBytes + (adapterBytes > 0 ? DELTA_CHECK_BYTES : 0) + Math.max(0, contextBytes - plannedContextBytes);
}

/** `atStartBytes`: resident memory of the engine before it was asked for anything. */
export function engineMemoryBytes(atStartBytes: number): number {
  return atStartBytes + WORK_BYTES;
}
