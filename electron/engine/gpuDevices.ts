// The GPUs that llama.cpp sees in this process, one by one, and which of them a model goes to. Engine process and fit process.
import type { Llama } from "node-llama-cpp";
import type { GpuBackend, GpuDevice } from "../contract/gpu";
import { kernelsAddon } from "./kernelsAddon";

/** What node-llama-cpp says of all devices together, in bytes. */
export interface DeviceSums {
  names: readonly string[];
  totalBytes: number;
  freeBytes: number;
  /** Of integrated ones. */
  sharedBytes: number;
}

/** Each with what is free now. Without the C++ addon what is free on one of several can only be estimated, never too high. */
export async function gpuDevices(llama: Llama): Promise<GpuDevice[]> {
  if (llama.gpu === false) return [];
  const backend = llama.gpu;
  const listed = listedByAddon(backend);
  if (listed.length > 0)
    return listed.map(({ isIntegrated, ...device }, index) => ({
      backend,
      index,
      ...device,
      kind: isIntegrated || isAppleSilicon(backend) ? "integrated" : "discrete",
    }));
  const [names, memory] = await Promise.all([llama.getGpuDeviceNames(), llama.getVramState()]);
  const sums = { names, totalBytes: memory.total, freeBytes: memory.free, sharedBytes: memory.unifiedSize };
  return devicesOfSums(sums, backend);
}

/**
 * llama.cpp spreads a model over all discrete cards, by what is free on them; integrated ones get one only where there are no others
 * (llama_prepare_model_devices of llama.cpp v0.5.0).
 */
export function devicesUsed(devices: readonly GpuDevice[]): GpuDevice[] {
  const discrete = devices.filter(({ kind }) => kind === "discrete");
  return discrete.length > 0 ? discrete : [...devices];
}

/** One device is what the sums say. Of several, all is put on the first: nobody says how it is shared out. */
export function devicesOfSums(
  { names, totalBytes, freeBytes, sharedBytes }: DeviceSums,
  backend: GpuBackend,
): GpuDevice[] {
  if (names.length === 0) return [];
  const discreteBytes = totalBytes - sharedBytes;
  const isShared = discreteBytes <= 0;
  return [
    {
      backend,
      index: 0,
      name: names.join(", ").slice(0, 200),
      kind: isShared ? "integrated" : "discrete",
      totalBytes: isShared ? totalBytes : discreteBytes,
      // As if all that is used were on the cards.
      freeBytes: isShared ? freeBytes : Math.max(0, freeBytes - sharedBytes),
    },
  ];
}

function isAppleSilicon(backend: GpuBackend): boolean {
  return backend === "metal" && process.arch === "arm64";
}

let libraryPath: string | undefined;

function listedByAddon(backend: GpuBackend): ReturnType<NonNullable<ReturnType<typeof kernelsAddon>>["gpuDevices"]> {
  try {
    libraryPath ??= loadedLibrary(backend);
    return libraryPath === undefined ? [] : (kernelsAddon()?.gpuDevices(libraryPath) ?? []);
  } catch {
    // One of an earlier version, or none that loads: the log of the kernels says why.
    return [];
  }
}

/** The path under which the back end's library is in this process. */
function loadedLibrary(backend: GpuBackend): string | undefined {
  // Looking up names of connections would take seconds.
  Object.assign(process.report, { excludeNetwork: true });
  const { sharedObjects } = process.report.getReport() as { sharedObjects?: string[] };
  const name = new RegExp(`[\\\\/](?:lib)?ggml-${backend}\\.(?:so|dylib|dll)$`, "u");
  return sharedObjects?.find((file) => name.test(file));
}
