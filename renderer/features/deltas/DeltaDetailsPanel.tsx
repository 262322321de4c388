// All that is known of one fine-tune, where its row is open.
import { skipToken } from "@tanstack/react-query";
import { useState } from "react";
import type { DeltaKind } from "../../../electron/contract/deltaKinds";
import type { Delta } from "../../../electron/contract/deltas";
import type { MakingFacts } from "../../../electron/contract/deltaDetails";
import { useAnswer } from "../../app/answers";
import { failureText } from "../../../electron/words/failureText";
import { formatBytes, formatCount, formatParameters, formatWhen } from "../../../electron/words/quantities";
import { licenceTitle } from "../../../electron/words/modelTitle";
import styles from "./DeltaDetailsPanel.module.css";
import { deltaKinds } from "../../../electron/words/deltaKinds";
import { leftOutGroups, sharePercent } from "./makingWords";

interface DeltaDetailsPanelProps {
  readonly delta: Delta;
  /** "from sql.gguf". */
  readonly origin: string;
  /** By what its base is recognised. */
  readonly recognisedBy: string;
}

export function DeltaDetailsPanel({ delta, origin, recognisedBy }: DeltaDetailsPanelProps) {
  const isThere = delta.failure === null || delta.failure.code === "delta-crashed-last-time";
  const { answer: details } = useAnswer("deltas.details", isThere ? { deltaId: delta.id } : skipToken);
  const [nowMs] = useState(() => Date.now());
  const { facts } = delta;
  return (
    <div className={styles.details}>
      <dl className={styles.facts}>
        <Fact name="Origin">{origin}</Fact>
        <Fact name="Added">{formatWhen(delta.createdAtMs, nowMs)}</Fact>
        <Fact name="Licence">{facts.licence === null ? "its file does not say" : licenceTitle(facts.licence)}</Fact>
        <Fact name="In memory">{formatBytes(facts.weightsBytes)}</Fact>
        <Fact name="Changes">
          {formatCount(facts.changedTensorCount)} {facts.changedTensorCount === 1 ? "tensor" : "tensors"}
          {details.kind === "loaded" && `, ${formatParameters(details.value.weights)} weights`}
        </Fact>
        {details.kind === "loaded" && <Fact name="Bits per weight">{details.value.bitsPerWeight.toFixed(2)}</Fact>}
        <Fact name="Base recognised by">{recognisedBy}</Fact>
      </dl>
      {details.kind === "failed" && <p className={styles.problem}>{failureText(details.failure).happened}</p>}
      {details.kind === "loaded" && details.value.making !== null && (
        <Making making={details.value.making} kind={facts.kind} />
      )}
    </div>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: React.ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** What came of making it. */
function Making({ making, kind }: { readonly making: MakingFacts; readonly kind: DeltaKind }) {
  const { fidelity, leftOut, leftOutShare, foldedNorms } = making;
  const groups = leftOutGroups(leftOut);
  return (
    <>
      <h4>How it was made</h4>
      <dl className={styles.facts}>
        <Fact name="From">{making.fineTuneName}</Fact>
        <Fact name="Change reproduced, weight by weight">{sharePercent(making.captured)}</Fact>
        <Fact name="Change left out">{leftOutShare === 0 ? "nothing" : sharePercent(leftOutShare)}</Fact>
        {foldedNorms > 0 && <Fact name="Norms folded in">{formatCount(foldedNorms)}</Fact>}
        <Fact name="Calibrated">{making.calibrated ? "yes" : "no"}</Fact>
        {deltaKinds[kind].isFitted && <Fact name="Strength fitted">{making.refined ? "yes" : "no"}</Fact>}
        {fidelity !== null && (
          <>
            <Fact name="Distance from the fine-tune (KL)">
              {fidelity.klDelta.toPrecision(2)}, base {fidelity.klBase.toPrecision(2)}
            </Fact>
            <Fact name="Same most likely token">
              {sharePercent(fidelity.sameTopDelta)}, base {sharePercent(fidelity.sameTopBase)}
            </Fact>
            <Fact name="Measured on">{formatCount(fidelity.positions)} tokens</Fact>
          </>
        )}
      </dl>
      {groups.length > 0 && (
        <table className={styles.leftOut}>
          <caption>Changed by the training, and left out: an adapter has no place for these</caption>
          <tbody>
            {groups.map(({ name, count, share }) => (
              <tr key={name}>
                <th scope="row">
                  <code>{name}</code>
                </th>
                <td>{count > 1 && `${formatCount(count)} tensors`}</td>
                <td>{sharePercent(share)} of the change</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </>
  );
}
