// What computes in a process that was started as the engine is: for reports. Fit process.
import { getModuleVersion, type Llama } from "node-llama-cpp";
import type { EngineDiagnosis } from "../contract/diagnosis";
import { deltaKernels } from "./deltaKernels";
import { backendName } from "./startLlama";

/** While nothing is evaluated: the kernels are tried. */
export async function diagnoseEngine(llama: Llama): Promise<EngineDiagnosis> {
  const kernels = deltaKernels();
  return {
    llamaCpp: llama.llamaCppRelease.release,
    nodeLlamaCpp: await getModuleVersion(),
    backend: await backendName(llama, kernels.isActive),
    cpuFeatures: [...llama.systemInfo.matchAll(/(?<feature>\w+) = 1\b/gu)].map(
      ({ groups }) => groups?.["feature"] ?? "",
    ),
    deltaKernels: kernels,
  };
}
