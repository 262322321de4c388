// facet-kernels.node: what the engine and fit processes ask of C++. It may be missing, where nothing has built it.
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import type { KernelReason } from "../contract/diagnosis";

/** The whole contract of facet-kernels.node. */
export interface KernelsAddon {
  /** `reason`: "" when they are active. */
  joinCpuBackend(): { isActive: boolean; instructionSet: string; reason: KernelReason | ""; cause: string };
  /** Of a back end whose library was loaded from this path, in its order. */
  gpuDevices(library: string): { name: string; isIntegrated: boolean; totalBytes: number; freeBytes: number }[];
}

/** Two folders up from here, in the sources and in the build alike; in the packaged app beside the archive, where Electron finds it by the same path. */
const ADDON = path.join(
  import.meta.dirname,
  "../../native/build",
  `${process.platform}-${process.arch}`,
  "facet-kernels.node",
);

/** undefined where there is none. Throws when it does not load. */
export function kernelsAddon(): KernelsAddon | undefined {
  return existsSync(ADDON) ? (createRequire(import.meta.url)(ADDON) as KernelsAddon) : undefined;
}
