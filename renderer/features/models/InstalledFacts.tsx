// What is known of an installed model, in one line of short facts.
import { useState } from "react";
import { t } from "../../../electron/words/language";
import type { ModelDetails } from "../../../electron/contract/model";
import { formatContext, formatParameters, formatWhen } from "../../../electron/words/quantities";
import { fileSize } from "./fileSize";
import styles from "./InstalledFacts.module.css";
import { licenceTitle } from "../../../electron/words/modelTitle";
import { typeFacts } from "../../../electron/words/typeWords";
import { modelOriginWords } from "../../../electron/words/modelOriginWords";

interface InstalledFactsProps {
  readonly details: ModelDetails;
  /** Not where it is said elsewhere. */
  readonly withLicence?: boolean;
}

export function InstalledFacts({ details, withLicence = true }: InstalledFactsProps) {
  const { model, architecture, quantization, trainContextSizeTokens, parameterCount, licence, lastUsedAtMs } = details;
  const [nowMs] = useState(() => Date.now());
  const facts = [
    ...typeFacts(quantization),
    fileSize(model),
    parameterCount === null ? null : formatParameters(parameterCount),
    architecture,
    trainContextSizeTokens === null ? null : t("{size} context", { size: formatContext(trainContextSizeTokens) }),
    licence === null || !withLicence ? null : licenceTitle(licence),
    modelOriginWords(details),
    lastUsedAtMs === null ? t("never used") : t("used {when}", { when: formatWhen(lastUsedAtMs, nowMs) }),
  ];
  return (
    <p className={styles.facts}>{facts.flatMap((fact) => (fact === null ? [] : [<span key={fact}>{fact}</span>]))}</p>
  );
}
