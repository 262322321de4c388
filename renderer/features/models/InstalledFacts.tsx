// What is known of an installed model, in one line of short facts.
import { useState } from "react";
import type { ModelDetails } from "../../../electron/contract/model";
import { formatBytes, formatContext, formatWhen } from "../../../electron/words/quantities";
import { formatParameters } from "./hubFacts";
import styles from "./InstalledFacts.module.css";
import { licenceTitle } from "../../../electron/words/modelTitle";
import { appTitle } from "./otherAppTitle";
import { stepsTaken } from "../../../electron/words/stepWords";

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
    originWords(details),
    lastUsedAtMs === null ? "never used" : `used ${formatWhen(lastUsedAtMs, nowMs)}`,
  ];
  return (
    <p className={styles.facts}>{facts.flatMap((fact) => (fact === null ? [] : [<span key={fact}>{fact}</span>]))}</p>
  );
}

function originWords({ model, repository, app, inModelsFolder, madeFrom }: ModelDetails): string {
  switch (model.origin) {
    case "starter":
      return "came with Facet";
    case "file":
      if (inModelsFolder) return "in Facet’s folder";
      return app === null ? "used where it lies" : `used where ${appTitle(app)} keeps it`;
    case "hub":
      return repository === null ? "downloaded" : `from ${repository}`;
    case "made":
      return madeFrom === null
        ? "made by Facet"
        : `made by Facet from ${madeFrom.sourceFileName}, ${stepsTaken(madeFrom.steps)}`;
  }
}
