// What all verdicts on the page are given for, set once at the top, and what the colours of the bars mean.
import { KvCacheType } from "../../../electron/contract/fit";
import { freeBytes } from "../../../electron/contract/freeBytes";
import { t } from "../../../electron/words/language";
import { richText } from "../../ui/richText";
import { Segments } from "../../ui/Segments";
import { Slider } from "../../ui/Slider";
import { CONTEXT_STEPS, nearestStep } from "./contextSteps";
import { formatContext, formatRoughBytes } from "../../../electron/words/quantities";
import { setJudging, useMachine } from "./fits";
import styles from "./JudgingBar.module.css";
import { useJudging } from "./judgingStore";

export function JudgingBar() {
  const contextSizeTokens = useJudging((state) => state.contextSizeTokens);
  const kvCacheType = useJudging((state) => state.kvCacheType);
  const step = nearestStep(contextSizeTokens);
  return (
    <section className={styles.bar} aria-label={t("Check with")}>
      <div className={styles.context}>
        <span>
          {richText(
            "<lead>Check with</lead> context <b>{size}</b>",
            { lead: (text) => <span className={styles.lead}>{text}</span>, b: (text) => <b>{text}</b> },
            { size: formatContext(contextSizeTokens) },
          )}
        </span>
        <Slider
          label={t("Context size")}
          className={styles.slider}
          aria-valuetext={t("{count, plural, one {# token} other {# tokens}}", { count: contextSizeTokens })}
          min={0}
          max={CONTEXT_STEPS.length - 1}
          step={1}
          value={step}
          onChange={(next) => setJudging({ contextSizeTokens: CONTEXT_STEPS[next] ?? contextSizeTokens })}
        />
      </div>
      <fieldset className={styles.types}>
        <legend>{t("KV cache")}</legend>
        <Segments
          value={kvCacheType}
          choices={KvCacheType.options.map((type) => [type, type] as const)}
          onChange={(type) => setJudging({ kvCacheType: type })}
        />
      </fieldset>
      <Legend />
    </section>
  );
}

function Legend() {
  const machine = useMachine();
  return (
    <ul className={styles.legend} aria-label={t("Parts of the bars")}>
      <li data-part="weights">{t("weights")}</li>
      <li data-part="cache">{t("KV cache")}</li>
      <li data-part="buffers">{t("buffers")}</li>
      {machine !== null && (
        <li data-part="line">{t("free now: {size}", { size: formatRoughBytes(freeBytes(machine)) })}</li>
      )}
    </ul>
  );
}
