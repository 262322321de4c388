// All that is known of one fine-tune, where its row is open.
import { skipToken } from "@tanstack/react-query";
import { t } from "../../../electron/words/language";
import { useState } from "react";
import type { DeltaKind } from "../../../electron/contract/deltaKinds";
import type { Delta } from "../../../electron/contract/deltas";
import type { MakingFacts } from "../../../electron/contract/deltaDetails";
import { useAnswer } from "../../app/answers";
import { failureText } from "../../../electron/words/failureText";
import {
  formatBytes,
  formatCount,
  formatDecimal,
  formatParameters,
  formatWhen,
} from "../../../electron/words/quantities";
import { licenceTitle } from "../../../electron/words/modelTitle";
import styles from "./DeltaDetailsPanel.module.css";
import { deltaKinds } from "../../../electron/words/deltaKinds";
import { formatKl } from "../../../electron/words/qualityNumbers";
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
        <Fact name={t("Origin")}>{origin}</Fact>
        <Fact name={t("Added")}>{formatWhen(delta.createdAtMs, nowMs)}</Fact>
        <Fact name={t("Licence")}>
          {facts.licence === null ? t("not stated in its file") : licenceTitle(facts.licence)}
        </Fact>
        <Fact name={t("In memory")}>{formatBytes(facts.weightsBytes)}</Fact>
        <Fact name={t("Changes")}>
          {details.kind === "loaded"
            ? t("{count, plural, one {# tensor, {weights} weights} other {# tensors, {weights} weights}}", {
                count: facts.changedTensorCount,
                weights: formatParameters(details.value.weights),
              })
            : t("{count, plural, one {# tensor} other {# tensors}}", { count: facts.changedTensorCount })}
        </Fact>
        {details.kind === "loaded" && (
          <Fact name={t("Bits per weight")}>{formatDecimal(details.value.bitsPerWeight, 2)}</Fact>
        )}
        <Fact name={t("Base recognized by")}>{recognisedBy}</Fact>
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
      <h4>{t("How it was made")}</h4>
      <dl className={styles.facts}>
        <Fact name={t("From")}>{making.fineTuneName}</Fact>
        <Fact name={t("Change reproduced, weight by weight")}>{sharePercent(making.captured)}</Fact>
        <Fact name={t("Change left out")}>{leftOutShare === 0 ? t("nothing") : sharePercent(leftOutShare)}</Fact>
        {foldedNorms > 0 && <Fact name={t("Norms folded in")}>{formatCount(foldedNorms)}</Fact>}
        <Fact name={t("Calibrated")}>{making.calibrated ? t("yes") : t("no")}</Fact>
        {deltaKinds[kind].isFitted && <Fact name={t("Strength fitted")}>{making.refined ? t("yes") : t("no")}</Fact>}
        {fidelity !== null && (
          <>
            <Fact name={t("Distance from the fine-tune (KL)")}>
              {t("{delta}, base model {base}", { delta: formatKl(fidelity.klDelta), base: formatKl(fidelity.klBase) })}
            </Fact>
            <Fact name={t("Same most likely token")}>
              {t("{delta}, base model {base}", {
                delta: sharePercent(fidelity.sameTopDelta),
                base: sharePercent(fidelity.sameTopBase),
              })}
            </Fact>
            <Fact name={t("Measured on")}>
              {t("{count, plural, one {# token} other {# tokens}}", { count: fidelity.positions })}
            </Fact>
          </>
        )}
      </dl>
      {groups.length > 0 && (
        <table className={styles.leftOut}>
          <caption>{t("Changed by the training, and left out because an adapter can’t hold it")}</caption>
          <tbody>
            {groups.map(({ name, count, share }) => (
              <tr key={name}>
                <th scope="row">
                  <code>{name}</code>
                </th>
                <td>{count > 1 && t("{count, plural, one {# tensor} other {# tensors}}", { count })}</td>
                <td>{t("{share} of the change", { share: sharePercent(share) })}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </>
  );
}
