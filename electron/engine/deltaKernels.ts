// Gives llama.cpp's CPU back end our faster products for 1-bit deltas (native/core/kernels), where that is possible. Engine process.
import type { EngineDiagnosis, KernelReason } from "../contract/diagnosis";
import { kernelsAddon } from "./kernelsAddon";
import type { Log } from "./log";

type DeltaKernels = EngineDiagnosis["deltaKernels"];

/**
 * After llama.cpp has started, before a model is loaded. What it cannot do it leaves to llama.cpp's own kernels, which
 * compute the same, slower; the log says which. Returns the instruction set, undefined for llama.cpp's own.
 */
export function useDeltaKernels(log: Log): string | undefined {
  const { isActive, instructionSet, reason, cause } = deltaKernels();
  if (isActive) log("info", `1-bit deltas are computed by kernels for ${instructionSet}`);
  else log("info", `1-bit deltas are computed by llama.cpp's own kernels: ${reason} (${cause})`);
  return isActive ? instructionSet : undefined;
}

/** Puts them to work where they pass their self-test; asked again, it says the same. */
export function deltaKernels(): DeltaKernels {
  const none = (reason: KernelReason, cause: string) => ({ isActive: false, instructionSet: "", reason, cause });
  try {
    const addon = kernelsAddon();
    if (addon === undefined) return none("not-built", "there is no addon");
    const { reason, ...state } = addon.joinCpuBackend();
    return { ...state, reason: reason === "" ? null : reason };
  } catch (error) {
    return none("does-not-load", String(error));
  }
}
