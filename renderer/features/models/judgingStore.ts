// What every verdict on the page is given for: a context size and a type of the KV cache. Renderer; kept between visits.
import { createStore, useStore } from "zustand";
import type { KvCacheType } from "../../../electron/contract/fit";

export interface Judging {
  readonly contextSizeTokens: number;
  readonly kvCacheType: KvCacheType;
}

/** 8k is what the app loads by itself (electron/engine/planContext.ts); f16 is what it computes with. */
export const judgingStore = createStore<Judging>()(() => ({ contextSizeTokens: 8192, kvCacheType: "f16" }));

export function useJudging<Value>(select: (state: Judging) => Value): Value {
  return useStore(judgingStore, select);
}
