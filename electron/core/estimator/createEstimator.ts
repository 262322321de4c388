// The estimator with what it knows of this machine: what the engine holds, what the system keeps, what the user allows.
import type { FitMachine, GpuMemory } from "../../contract/fit";
import type { MeasuredMachine } from "../../contract/fitProtocol";
import { totalMemoryBytes } from "../aboutThisComputer";
import type { EngineNow } from "../supervision/EngineNow";
import { forkWithGpu } from "../gpu/forkWithGpu";
import type { GpuStarts } from "../gpu/GpuStarts";
import type { Host } from "../Host";
import type { LoadLog } from "../loads/LoadLog";
import type { Log } from "../LogFile";
import { Estimator } from "./Estimator";

/** Left to the window, the system and other programs. */
const SYSTEM_RESERVE_BYTES = 512 * 1024 * 1024;
/** In bytes: models are planned as if there were no more memory than that. For computers that are shared. */
const MEMORY_LIMIT_VARIABLE = "FACET_MEMORY_LIMIT";

export function createEstimator(
  host: Pick<Host, "forkFit">,
  { gpuStarts, engine, loadLog, log }: { gpuStarts: GpuStarts; engine: EngineNow; loadLog: LoadLog; log: Log },
): Estimator {
  return new Estimator({
    fork: forkWithGpu(host.forkFit, gpuStarts, log),
    machineOf: (measured) => machineOf(measured, engine),
    engineProcessBytes: () => loadLog.engineBytes,
    log,
    now: () => performance.now(),
  });
}

/** Loading another model first gives back what this one holds. */
function machineOf(
  { availableBytes, gpus, ...measured }: MeasuredMachine,
  { loaded, anonymousBytes }: EngineNow,
): FitMachine {
  // Without what is mapped from files: the system counts such memory as free already. The process ends with its model.
  const loadedModelBytes = loaded === null ? 0 : (anonymousBytes ?? loaded.memory.contextBytes);
  return {
    ...measured,
    // Shared out as llama.cpp does it: by what is free.
    gpus: gpus.map((gpu) => ({ ...gpu, freeBytes: withGivenBack(gpu, gpus, loaded?.memory.gpuBytes ?? 0) })),
    totalBytes: totalMemoryBytes(),
    availableBytes: Math.min(availableBytes + loadedModelBytes, memoryLimitBytes()),
    systemReserveBytes: SYSTEM_RESERVE_BYTES,
    loadedModelBytes,
  };
}

function withGivenBack(gpu: GpuMemory, all: readonly GpuMemory[], bytes: number): number {
  const totalBytes = all.reduce((sum, one) => sum + one.totalBytes, 0);
  return Math.min(gpu.totalBytes, gpu.freeBytes + (totalBytes > 0 ? (bytes * gpu.totalBytes) / totalBytes : 0));
}

function memoryLimitBytes(): number {
  const limit = Number(process.env[MEMORY_LIMIT_VARIABLE]);
  return Number.isFinite(limit) && limit > 0 ? limit : Number.POSITIVE_INFINITY;
}
