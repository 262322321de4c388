// How a child process is told which GPU it computes with: an argument that it reads, and what its libraries read. Pure.
import type { GpuStart } from "../contract/gpu";

/** Read by electron/engine/wantedBackend.ts. */
export function gpuArgument({ backend }: GpuStart): string {
  return `--gpu=${backend}`;
}

/** What hides all other GPUs from the back end: the number is one of llama.cpp's for Vulkan, and one of the driver's for CUDA. */
export function gpuEnvironment({ backend, index }: GpuStart): Record<string, string> {
  if (index === null) return {};
  if (backend === "vulkan") return { GGML_VK_VISIBLE_DEVICES: String(index) };
  return backend === "cuda" ? { CUDA_VISIBLE_DEVICES: String(index) } : {};
}
