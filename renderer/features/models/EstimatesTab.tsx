// How good predictions of memory are: each load on this computer, what was predicted and what was measured.
import { useState } from "react";
import { isComplete, predictionError, sumOfParts, type LoadRecord } from "../../../electron/contract/loadSettings";
import { useAnswer } from "../../app/answers";
import { formatBytes, formatCount, formatWhen } from "../../../electron/words/quantities";
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
        title="Nothing was loaded yet"
        words="Each load is written down here, with the memory it was predicted to take and the memory it took."
      />
    );
  return (
    <>
      <Summary records={records} />
      <div className={styles.scroller}>
        <table className={styles.table}>
          <thead>
            <tr>
              <th scope="col">Model</th>
              <th scope="col">Context</th>
              <th scope="col">KV cache</th>
              <th scope="col">Predicted</th>
              <th scope="col">Measured</th>
              <th scope="col">Error</th>
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
        Both mean the largest part of the computer’s memory that the engine process has held, once the context has been
        read to its end. Until then the measured value can still grow; it is marked “so far” and does not count above.
      </p>
    </>
  );
}

function Summary({ records }: { readonly records: readonly LoadRecord[] }) {
  const errors = records.filter(isComplete).flatMap((record) => predictionError(record) ?? []);
  if (errors.length === 0)
    return <p className={styles.summary}>No chat has filled its context yet, so there is nothing to compare.</p>;
  const sizes = errors.map(Math.abs);
  const mean = sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
  return (
    <p className={styles.summary}>
      <b>{percent(mean)}</b> off on average and <b>{percent(Math.max(...sizes))}</b> at worst, in{" "}
      {formatCount(errors.length)} {errors.length === 1 ? "load" : "loads"} whose context was filled.
    </p>
  );
}

function Row({ record }: { readonly record: LoadRecord }) {
  const [nowMs] = useState(() => Date.now());
  const { modelName, atMs, choice, predicted, measuredPeakBytes, contextUsedTokens, failureCode } = record;
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
        <small>{formatCount(contextUsedTokens)} used</small>
      </td>
      <td>
        {choice.keyCacheType === choice.valueCacheType
          ? choice.keyCacheType
          : `${choice.keyCacheType}/${choice.valueCacheType}`}
      </td>
      <td>{predicted === null ? "not known" : formatBytes(sumOfParts(predicted))}</td>
      <td>
        {failureCode !== null ? "failed" : measuredPeakBytes === null ? "not known" : formatBytes(measuredPeakBytes)}
        {failureCode === null && measuredPeakBytes !== null && !complete && <small>so far</small>}
      </td>
      <td>{complete && error !== null ? signedPercent(error) : "–"}</td>
    </tr>
  );
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

function signedPercent(share: number): string {
  return `${share < 0 ? "−" : "+"}${percent(Math.abs(share))}`;
}
