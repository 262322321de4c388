// A small ring that fills as the conversation fills the context.
import type { ReactNode } from "react";
import { formatPercent } from "../../../../electron/words/quantities";
import { contextWords } from "../conversation/factsText";
import styles from "./ContextRing.module.css";
import { useContextUse } from "./contextUse";
import { t } from "../../../../electron/words/language";

/** From here on the oldest turns will soon leave the model's view. */
const NEARLY_FULL = 0.9;
const RADIUS = 6.5;
const LENGTH = 2 * Math.PI * RADIUS;

export function ContextRing(): ReactNode {
  const use = useContextUse();
  if (use === null) return null;
  const fraction = Math.min(1, use.usedTokens / use.sizeTokens);
  return (
    <span className={styles.ring} title={contextWords(use.usedTokens, use.sizeTokens)}>
      <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden>
        <circle className={styles.track} cx="8" cy="8" r={RADIUS} />
        <circle
          className={fraction >= NEARLY_FULL ? styles.nearlyFull : styles.used}
          cx="8"
          cy="8"
          r={RADIUS}
          strokeDasharray={`${fraction * LENGTH} ${LENGTH}`}
          transform="rotate(-90 8 8)"
        />
      </svg>
      {t("{percent} of context", { percent: formatPercent(fraction) })}
    </span>
  );
}
