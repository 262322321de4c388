// The engine's state in a word or two, and the colour of its dot.
import type { EngineState } from "../../../electron/contract/engineState";
import { formatPercent } from "../../../electron/words/quantities";

export interface EngineWords {
  /** Read aloud when it changes, so it holds no number. */
  readonly words: string;
  /** How far it is, for the eye only. */
  readonly progress: string | null;
  readonly tone: "ok" | "busy" | "idle" | "bad";
}

export function engineWords(engine: EngineState): EngineWords {
  switch (engine.kind) {
    case "idle":
      return { words: "No model loaded", progress: null, tone: "idle" };
    case "starting":
      return { words: "Starting", progress: null, tone: "busy" };
    case "loading":
      return {
        words: "Loading",
        progress: engine.fraction === null ? null : formatPercent(engine.fraction),
        tone: "busy",
      };
    case "ready":
      return { words: "Ready", progress: null, tone: "ok" };
    case "generating":
      if (engine.unresponsive) return { words: "Not responding", progress: null, tone: "bad" };
      if (engine.phase === "prefill") {
        return { words: "Reading", progress: formatPercent(engine.prefillFraction), tone: "busy" };
      }
      return { words: "Generating", progress: null, tone: "busy" };
    case "load-failed":
      return { words: "Load failed", progress: null, tone: "bad" };
    case "crashed":
      return { words: "Stopped unexpectedly", progress: null, tone: "bad" };
  }
}
