// What a model may take of the memory. Without zod, for the words.
import type { FitMachine } from "./fit";

/** Memory that a model may take: what is free now, less what stays with the system, and what the GPUs have. */
export function freeBytes(machine: FitMachine): number {
  const onGpus = machine.sharesMemory ? 0 : machine.gpus.reduce((sum, gpu) => sum + gpu.freeBytes, 0);
  return Math.max(0, machine.availableBytes - machine.systemReserveBytes) + onGpus;
}
