// Whether this computer was measured, which Discover asks for when it opens. Renderer.
import { useEffect, useState } from "react";
import { call } from "../../app/bridge";
import { refreshFits } from "./fits";

export type SpeedState = "measuring" | "measured" | "failed";

/** `onMeasured`: verdicts and the order of the hand-picked models are other ones now. */
export function useMeasuredSpeed(onMeasured: () => void): { state: SpeedState; measureAgain: () => void } {
  const [state, setState] = useState<SpeedState>("measuring");
  const measure = async (again: boolean): Promise<void> => {
    setState("measuring");
    const outcome = await call("fit.measureSpeed", { again });
    setState(outcome.ok ? "measured" : "failed");
    if (!outcome.ok) return;
    onMeasured();
    await refreshFits();
  };
  useEffect(() => {
    void measure(false);
    // Once for each opening.
    // oxlint-disable-next-line react/exhaustive-deps
  }, []);
  return { state, measureAgain: () => void measure(true) };
}
