// What was measured of a model and its siblings: a chart of size against quality, the figures, and what can be measured next.
import { useEffect, useRef, useState } from "react";
import { t } from "../../../electron/words/language";
import { sentences } from "../../../electron/words/sentences";
import type { ModelId } from "../../../electron/contract/ids";
import type { MeasuredVariant, QualityResults } from "../../../electron/contract/quantize";
import { useAnswer } from "../../app/answers";
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
  const title = details === undefined ? t("Quality") : t("Quality of {model}", { model: details.model.name });
  return (
    <article className={styles.page} aria-label={title}>
      <BackButton />
      <section className={styles.card}>
        <h2 ref={heading} tabIndex={-1}>
          {title}
        </h2>
        {results.kind === "loading" && <p className={styles.words}>{t("Looking up what was measured")}</p>}
        {results.kind === "failed" && <FailureMessage failure={results.failure} onRetry={askAgain} />}
        {results.kind === "loaded" && <Results results={results.value} modelId={modelId} />}
      </section>
      {results.kind === "loaded" && details !== undefined && installed.kind === "loaded" && (
        <section className={styles.card} aria-label={t("Measure")}>
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
        {t(
          "No measurements yet. Measuring compares a model with the file that it was made from, on a text that neither was calibrated with.",
        )}
      </p>
    );
  }
  return (
    <>
      <p className={styles.words}>
        {sentences(
          comparisonWords(source),
          t("KL divergence says how far the next word’s probabilities are from those of the source: 0 is the same."),
        )}
      </p>
      {candidateCount > 0 && (
        <>
          <QualityChart variants={variants} modelId={modelId} onPoint={setPointed} />
          <ul className={styles.legend}>
            <li data-mark="line">{t("Best trades: none is both smaller and closer")}</li>
            <li data-mark="circle">{t("calibrated")}</li>
            <li data-mark="diamond">{t("not calibrated")}</li>
          </ul>
        </>
      )}
      <QualityTable variants={variants} modelId={modelId} pointed={pointed} />
    </>
  );
}

function comparisonWords(source: MeasuredVariant | undefined): string {
  if (source === undefined) return t("Compared with its source, on text that no model here was calibrated with.");
  const { name, type, positions: count } = source;
  return type === null || name.includes(type)
    ? t(
        "Compared with {source}, over {count, plural, one {# token} other {# tokens}} of text that no model here was calibrated with.",
        { source: name, count },
      )
    : t(
        "Compared with {source} in {type}, over {count, plural, one {# token} other {# tokens}} of text that no model here was calibrated with.",
        { source: name, type, count },
      );
}
