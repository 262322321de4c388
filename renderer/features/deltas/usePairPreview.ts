// Whether a delta can be made of two models, and how large it becomes: asked for when the pair is chosen. Renderer.
import { useCallback, useEffect, useState } from "react";
import type { ModelId } from "../../../electron/contract/ids";
import type { MakeDeltaPreview } from "../../../electron/contract/makeDelta";
import { call } from "../../app/bridge";
import { LOADING, type Loadable } from "../models/loadable";

export interface ShownPairPreview {
  readonly preview: Loadable<MakeDeltaPreview>;
  readonly askAgain: () => void;
}

export function usePairPreview(baseId: ModelId, fineTuneId: ModelId): ShownPairPreview {
  const [preview, setPreview] = useState<Loadable<MakeDeltaPreview>>(LOADING);
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    let isGone = false;
    void call("deltas.previewMake", { baseId, fineTuneId }).then((outcome) => {
      if (!isGone)
        setPreview(
          outcome.ok ? { kind: "loaded", value: outcome.value } : { kind: "failed", failure: outcome.failure },
        );
    });
    return () => {
      isGone = true;
    };
  }, [baseId, fineTuneId, attempt]);
  return { preview, askAgain: useCallback(() => setAttempt((count) => count + 1), []) };
}
