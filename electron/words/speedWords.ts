// How a model runs here, in words: "Runs well, about 12 tokens/s".
import type { Runs } from "../contract/speed";
import type { FitTone } from "./fitWords";
import { t } from "./language";
import { formatSpeed } from "./quantities";

export interface RunsHere {
  readonly runs: Runs | null;
  readonly tokensPerSecond: number | null;
}

/** null where nothing is expected. */
export function runsWords({ runs, tokensPerSecond }: RunsHere): string | null {
  switch (runs) {
    case "well":
      return tokensPerSecond === null
        ? t("Runs well")
        : t("Runs well, about {speed}", { speed: formatSpeed(tokensPerSecond) });
    case "slow":
      return tokensPerSecond === null ? t("Slow") : t("Slow, about {speed}", { speed: formatSpeed(tokensPerSecond) });
    case "too-large":
      return t("Too large");
    case null:
      return null;
  }
}

export function runsTone(runs: Runs): FitTone {
  switch (runs) {
    case "well":
      return "good";
    case "slow":
      return "warning";
    case "too-large":
      return "bad";
  }
}
