// What is known of an installed model, in one line of short facts.
import { useState } from "react";
import type { ModelDetails } from "../../../electron/contract/model";
import { formatBytes, formatContext, formatParameters, formatWhen } from "../../../electron/words/quantities";
import styles from "./InstalledFacts.module.css";
import { licenceTitle } from "../../../electron/words/modelTitle";
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
    formatBytes(model.sizeBytes) + (model.fileCount > 1 ? ` in ${model.fileCount} files` : ""),
    quantization,
    parameterCount === null ? null : formatParameters(parameterCount),
    architecture,
    trainContextSizeTokens === null ? null : `${formatContext(trainContextSizeTokens)} context`,
    licence === null || !withLicence ? null : licenceTitle(licence),
    modelOriginWords(details),
    lastUsedAtMs === null ? "never used" : `used ${formatWhen(lastUsedAtMs, nowMs)}`,
  ];
  return (
    <p className={styles.facts}>{facts.flatMap((fact) => (fact === null ? [] : [<span key={fact}>{fact}</span>]))}</p>
  );
}
