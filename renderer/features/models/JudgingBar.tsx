// What all verdicts on the page are given for, set once at the top, and what the colours of the bars mean.
import { KvCacheType } from "../../../electron/contract/fit";
import { Segments } from "../../ui/Segments";
import { Slider } from "../../ui/Slider";
import { CONTEXT_STEPS, nearestStep } from "./contextSteps";
import { formatContext, formatRoughBytes } from "../../../electron/words/quantities";
import { setJudging, useMachine } from "./fits";
import { freeBytes } from "../../../electron/words/fitWords";
import styles from "./JudgingBar.module.css";
import { useJudging } from "./judgingStore";

export function JudgingBar() {
  const contextSizeTokens = useJudging((state) => state.contextSizeTokens);
  const kvCacheType = useJudging((state) => state.kvCacheType);
  const step = nearestStep(contextSizeTokens);
  return (
    <section className={styles.bar} aria-label="Judge with">
      <div className={styles.context}>
        <span>
          <span className={styles.lead}>Judge with </span>context <b>{formatContext(contextSizeTokens)}</b>
        </span>
        <Slider
          label="Context size"
          className={styles.slider}
          aria-valuetext={`${contextSizeTokens} tokens`}
          min={0}
          max={CONTEXT_STEPS.length - 1}
          step={1}
          value={step}
          onChange={(next) => setJudging({ contextSizeTokens: CONTEXT_STEPS[next] ?? contextSizeTokens })}
        />
      </div>
      <fieldset className={styles.types}>
        <legend>KV cache</legend>
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
    <ul className={styles.legend} aria-label="Parts of the bars">
      <li data-part="weights">weights</li>
      <li data-part="cache">KV cache</li>
      <li data-part="buffers">buffers</li>
      {machine !== null && <li data-part="line">free now: {formatRoughBytes(freeBytes(machine))}</li>}
    </ul>
  );
}
