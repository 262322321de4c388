// How a delta of each kind is made by the addon; a new kind is one case. Job process.
import type { MakeDeltaRequest } from "../../contract/deltaJobs";
import { useDeltaKernels } from "../deltaKernels";
import type { NativeAddon, NativeDeltaOptions, NativeDeltaResult, OnProgress } from "./nativeAddon";

export interface Making {
  make: (addon: NativeAddon, options: NativeDeltaOptions, onProgress: OnProgress) => Promise<NativeDeltaResult>;
  /** The largest file that can come of it, for each weight of the model. */
  mostBitsPerWeight: number;
  /** llama.cpp loads it as it is, so that it can be measured. */
  isLoadable: boolean;
  /** Before it is evaluated for the first time. */
  prepareEngine: () => void;
}

export function makingOf(request: Pick<MakeDeltaRequest, "result" | "importanceMatrix">): Making {
  const { result, importanceMatrix } = request;
  switch (result.kind) {
    case "bitdelta":
      return {
        make: (addon, options, onProgress) =>
          addon.makeOneBitDelta({ ...options, compact: result.compact, importanceMatrix }, onProgress),
        // Signs and a square factor beside them, or less.
        mostBitsPerWeight: 3,
        isLoadable: !result.compact,
        // As the engine computes it from then on, and much faster than by llama.cpp's own kernels.
        prepareEngine: () => void useDeltaKernels(() => undefined),
      };
    case "lora":
      return {
        make: (addon, options, onProgress) => addon.makeLowRankDelta({ ...options, rank: result.rank }, onProgress),
        // At most two factors of `rank` in half precision for each row and column: no more than the model has weights.
        mostBitsPerWeight: 16,
        isLoadable: true,
        prepareEngine: () => undefined,
      };
  }
}
