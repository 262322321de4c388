// What was measured of a model and its siblings: a chart of size against quality, the figures, and what can be measured next.
import { useEffect, useRef, useState } from "react";
import type { ModelId } from "../../../electron/contract/ids";
import type { QualityResults } from "../../../electron/contract/quantize";
import { useAnswer } from "../../app/answers";
import { formatCount } from "../../../electron/words/quantities";
import { BackButton } from "../models/BackButton";
import { useInstalled } from "../models/installed";
import { FailureMessage } from "../models/Message";
import { MeasureForm } from "./MeasureForm";
import { QualityChart } from "./QualityChart";
import styles from "./QualityPage.module.css";
import { QualityTable } from "./QualityTable";

export function QualityPage({ modelId }: { readonly modelId: ModelId }) {
  const { answer: results, askAgain } = useAnswer("quality.results", { modelId });
  const { answer: installed } = useInstalled();
  const heading = useRef<HTMLHeadingElement>(null);
  // What was pressed to come here is gone.
  useEffect(() => heading.current?.focus(), []);
  const details =
    installed.kind === "loaded" ? installed.value.models.find(({ model }) => model.id === modelId) : undefined;
  const title = details === undefined ? "Quality" : `Quality of ${details.model.name}`;
  return (
    <article className={styles.page} aria-label={title}>
      <BackButton />
      <section className={styles.card}>
        <h2 ref={heading} tabIndex={-1}>
          {title}
        </h2>
        {results.kind === "loading" && <p className={styles.words}>Looking up what was measured</p>}
        {results.kind === "failed" && <FailureMessage failure={results.failure} onRetry={askAgain} />}
        {results.kind === "loaded" && <Results results={results.value} modelId={modelId} />}
      </section>
      {results.kind === "loaded" && details !== undefined && installed.kind === "loaded" && (
        <section className={styles.card} aria-label="Measure">
          <MeasureForm details={details} models={installed.value.models} results={results.value} />
        </section>
      )}
    </article>
  );
}

function Results({ results: { variants }, modelId }: { readonly results: QualityResults; readonly modelId: ModelId }) {
  const [pointed, setPointed] = useState<string | null>(null);
  const source = variants.find(({ isSource }) => isSource);
  const candidateCount = variants.filter(({ isSource }) => !isSource).length;
  if (variants.length === 0) {
    return (
      <p className={styles.words}>
        Nothing was measured yet. Measuring compares a model with the file that it was made from, on a text that neither
        was calibrated with.
      </p>
    );
  }
  return (
    <>
      <p className={styles.words}>
        {source === undefined
          ? "Compared with its source"
          : `Compared with ${source.name}${source.type === null || source.name.includes(source.type) ? "" : ` in ${source.type}`}, over ${formatCount(source.positions)} tokens of text`}{" "}
        that no model here was calibrated with. KL divergence says how far the next word’s probabilities are from the
        source’s: 0 is the same.
      </p>
      {candidateCount > 0 && (
        <>
          <QualityChart variants={variants} modelId={modelId} onPoint={setPointed} />
          <ul className={styles.legend}>
            <li data-mark="line">Best trades: none is both smaller and closer</li>
            <li data-mark="circle">calibrated</li>
            <li data-mark="diamond">not calibrated</li>
          </ul>
        </>
      )}
      <QualityTable variants={variants} modelId={modelId} pointed={pointed} />
    </>
  );
}
