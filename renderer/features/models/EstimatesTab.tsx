// How good predictions of memory are: each load on this computer, what was predicted and what was measured.
import { useState } from "react";
import { t } from "../../../electron/words/language";
import { richText } from "../../ui/richText";
import { isComplete, predictionError, sumOfParts, type LoadRecord } from "../../../electron/contract/loadSettings";
import { useAnswer } from "../../app/answers";
import { formatBytes, formatChange, formatCount, formatPercent, formatWhen } from "../../../electron/words/quantities";
import styles from "./EstimatesTab.module.css";
import { FailureMessage, Message } from "./Message";

export function EstimatesTab() {
  const { answer, askAgain } = useAnswer("loads.records", undefined);
  if (answer.kind === "failed") return <FailureMessage failure={answer.failure} onRetry={askAgain} />;
  if (answer.kind === "loading") return null;
  const records = answer.value;
  if (records.length === 0)
    return (
      <Message
        title={t("No models loaded yet")}
        words={t("Each load appears here, with the memory it was predicted to take and the memory it took.")}
      />
    );
  return (
    <>
      <Summary records={records} />
      <div className={styles.scroller}>
        <table className={styles.table}>
          <thead>
            <tr>
              <th scope="col">{t("Model")}</th>
              <th scope="col">{t("Context")}</th>
              <th scope="col">{t("KV cache")}</th>
              <th scope="col">{t("Predicted")}</th>
              <th scope="col">{t("Measured")}</th>
              <th scope="col">{t("Error")}</th>
            </tr>
          </thead>
          <tbody>
            {records.map((record) => (
              <Row key={record.id} record={record} />
            ))}
          </tbody>
        </table>
      </div>
      <p className={styles.note}>
        {t(
          "Both are the most memory that the model takes once its context is full. Until then the measured value can still grow: it is marked “so far” and isn’t counted above.",
        )}
      </p>
    </>
  );
}

function Summary({ records }: { readonly records: readonly LoadRecord[] }) {
  const errors = records.filter(isComplete).flatMap((record) => predictionError(record) ?? []);
  if (errors.length === 0)
    return <p className={styles.summary}>{t("No chat has filled its context yet, so there is nothing to compare.")}</p>;
  const sizes = errors.map(Math.abs);
  const mean = sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
  return (
    <p className={styles.summary}>
      {richText(
        "<b>{mean}</b> off on average and <b>{worst}</b> at worst, in {count, plural, one {# load whose context was filled} other {# loads whose context was filled}}.",
        { b: (text) => <b>{text}</b> },
        { mean: formatPercent(mean, 1), worst: formatPercent(Math.max(...sizes), 1), count: errors.length },
      )}
    </p>
  );
}

function Row({ record }: { readonly record: LoadRecord }) {
  const [nowMs] = useState(() => Date.now());
  const { modelName, atMs, choice, predicted, onGpuBytes, measuredPeakBytes, contextUsedTokens, failureCode } = record;
  const error = predictionError(record);
  const complete = isComplete(record);
  return (
    <tr>
      <th scope="row">
        {modelName}
        <small>{formatWhen(atMs, nowMs)}</small>
      </th>
      <td>
        {formatCount(choice.contextSizeTokens)}
        <small>{t("{count} used", { count: formatCount(contextUsedTokens) })}</small>
      </td>
      <td>
        {choice.keyCacheType === choice.valueCacheType
          ? choice.keyCacheType
          : `${choice.keyCacheType}/${choice.valueCacheType}`}
      </td>
      <td>{predicted === null ? t("not known") : formatBytes(sumOfParts(predicted) - onGpuBytes)}</td>
      <td>
        {failureCode !== null
          ? t("failed")
          : measuredPeakBytes === null
            ? t("not known")
            : formatBytes(measuredPeakBytes)}
        {failureCode === null && measuredPeakBytes !== null && !complete && <small>{t("so far")}</small>}
      </td>
      <td>{complete && error !== null ? formatChange(error) : "–"}</td>
    </tr>
  );
}
