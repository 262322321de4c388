// What a model's file says of its format: asked for when its page opens, and again when the list of models changed. Renderer.
import { useEffect, useState } from "react";
import type { ModelId } from "../../../electron/contract/ids";
import type { ModelFormat } from "../../../electron/contract/modelFormat";
import { useApp } from "../../app/appStore";
import { call } from "../../app/bridge";
import { LOADING, type Loadable } from "../models/loadable";

interface ShownFormat {
  readonly format: Loadable<ModelFormat>;
  readonly askAgain: () => void;
}

/** Main remembers it by the file's content, so that asking again reads nothing. What is shown stays meanwhile. */
export function useModelFormat(modelId: ModelId): ShownFormat {
  const [format, setFormat] = useState<Loadable<ModelFormat>>(LOADING);
  const [attempt, setAttempt] = useState(0);
  const models = useApp((state) => state.models);
  useEffect(() => {
    let left = false;
    void call("models.format", { modelId }).then((outcome) => {
      if (left) return;
      setFormat(outcome.ok ? { kind: "loaded", value: outcome.value } : { kind: "failed", failure: outcome.failure });
    });
    return () => {
      left = true;
    };
  }, [modelId, attempt, models]);
  return { format, askAgain: () => setAttempt((count) => count + 1) };
}
