// What each type would make of a model: asked for when the page opens, and when the steps or the settings of the verdicts change. Renderer.
import { useMemo } from "react";
import type { QuantizePreview, QuantizeSource } from "../../../electron/contract/quantize";
import type { StepKinds } from "../../../electron/contract/quantizeRecipe";
import { useAnswer } from "../../app/answers";
import { useSettled } from "../../app/useSettled";
import { useJudging } from "../models/judgingStore";
import type { Loadable } from "../models/loadable";

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
  const question = useMemo(
    () => ({ source, steps, contextSizeTokens, kvCacheType }),
    [source, steps, contextSizeTokens, kvCacheType],
  );
  const settled = useSettled(question, SETTLE_MS);
  const { answer, isAsking, askAgain } = useAnswer("quantize.preview", settled, { previousStays: true });
  return { preview: answer, current: settled === question && !isAsking, askAgain };
}
