// A load as the estimator plans it for a small model on a computer with room. Tests and benchmarks.
import type { LoadChoice, LoadReasons } from "../contract/loadSettings";

export function loadChoice(over: Partial<LoadChoice> = {}): LoadChoice {
  return {
    contextSizeTokens: 8192,
    keyCacheType: "f16",
    valueCacheType: "f16",
    gpuLayers: 0,
    threads: 1,
    flashAttention: true,
    mmap: true,
    conversations: 1,
    ...over,
  };
}

export const loadReasons: LoadReasons = {
  contextSizeTokens: "target",
  keyCacheType: "exact",
  valueCacheType: "exact",
  gpuLayers: "no-gpu",
  threads: "leaves-one-core",
  flashAttention: "faster",
  mmap: "used-in-place",
  conversations: "no-fine-tunes",
};
