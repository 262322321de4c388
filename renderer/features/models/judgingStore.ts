// What every verdict on the page is given for: a context size and a type of the KV cache. Renderer; kept between visits.
import { createStore, useStore } from "zustand";
import { usualJudging, type KvCacheType } from "../../../electron/contract/fit";

export interface Judging {
  readonly contextSizeTokens: number;
  readonly kvCacheType: KvCacheType;
}

export const judgingStore = createStore<Judging>()(() => usualJudging);

export function useJudging<Value>(select: (state: Judging) => Value): Value {
  return useStore(judgingStore, select);
}
