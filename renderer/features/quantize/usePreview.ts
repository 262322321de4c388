// What each type would make of a model: asked for when the page opens, and when the steps or the settings of the verdicts change. Renderer.
import { useCallback, useEffect, useState } from "react";
import type { QuantizePreview, QuantizeSource } from "../../../electron/contract/quantize";
import type { StepKinds } from "../../../electron/contract/quantizeRecipe";
import { call } from "../../app/bridge";
import { useJudging } from "../models/judgingStore";
import { LOADING, type Loadable } from "../models/loadable";

/** While the slider is being moved, nothing is asked. */
const SETTLE_MS = 150;

export interface ShownPreview {
  /** The old one stays while a new one is on its way. */
  readonly preview: Loadable<QuantizePreview>;
  /** Given for the steps, context size and KV cache type that are set now. */
  readonly current: boolean;
  readonly askAgain: () => void;
}

/** `steps`: null = as is usual for each type; the same array while they stay the same. */
export function usePreview(source: QuantizeSource, steps: StepKinds | null): ShownPreview {
  const contextSizeTokens = useJudging((state) => state.contextSizeTokens);
  const kvCacheType = useJudging((state) => state.kvCacheType);
  const [attempt, setAttempt] = useState(0);
  const question = `${steps?.join(",") ?? "usual"} ${contextSizeTokens} ${kvCacheType} ${attempt}`;
  const [shown, setShown] = useState<{ question: string; preview: Loadable<QuantizePreview> }>({
    question,
    preview: LOADING,
  });

  useEffect(() => {
    let left = false;
    const timer = setTimeout(() => {
      void call("quantize.preview", { source, steps, contextSizeTokens, kvCacheType }).then((outcome) => {
        if (left) return;
        setShown({
          question,
          preview: outcome.ok ? { kind: "loaded", value: outcome.value } : { kind: "failed", failure: outcome.failure },
        });
      });
    }, SETTLE_MS);
    return () => {
      left = true;
      clearTimeout(timer);
    };
  }, [source, steps, contextSizeTokens, kvCacheType, question]);

  const askAgain = useCallback(() => {
    setShown((before) => (before.preview.kind === "failed" ? { ...before, preview: LOADING } : before));
    setAttempt((count) => count + 1);
  }, []);
  return { preview: shown.preview, current: shown.question === question, askAgain };
}
