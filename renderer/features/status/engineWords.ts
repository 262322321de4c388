// The engine's state in a word or two, and the colour of its dot.
import type { EngineState } from "../../../electron/contract/engineState";
import { formatPercent } from "../../../electron/words/quantities";
import { t } from "../../../electron/words/language";

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
      return { words: t("No model loaded"), progress: null, tone: "idle" };
    case "starting":
      return { words: t("Starting"), progress: null, tone: "busy" };
    case "loading":
      return {
        words: engine.preparesGpu ? t("Preparing the GPU, which can take minutes the first time") : t("Loading"),
        progress: engine.fraction === null ? null : formatPercent(engine.fraction),
        tone: "busy",
      };
    case "ready":
      return { words: t("Ready"), progress: null, tone: "ok" };
    case "generating":
      if (engine.unresponsive) return { words: t("Not responding"), progress: null, tone: "bad" };
      if (engine.phase === "prefill") {
        return { words: t("Reading"), progress: formatPercent(engine.prefillFraction), tone: "busy" };
      }
      return { words: t("Generating"), progress: null, tone: "busy" };
    case "load-failed":
      return { words: t("Loading failed"), progress: null, tone: "bad" };
    case "crashed":
      return { words: t("Stopped unexpectedly"), progress: null, tone: "bad" };
  }
}
