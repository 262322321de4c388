// The sentences for each failure: what happened, what it means for the user's data, what to do. All faces show the same.
import type { Failure, FailureCode } from "../contract/failure";
import { detailsOf, withMissingDetails } from "../contract/failureDetails";
import { deltaFailures } from "./deltaFailures";
import { downloadFailures } from "./downloadFailures";
import { engineFailures } from "./engineFailures";
import { readFacts } from "./failureFacts";
import type { FailureTable, FailureText } from "./failureTable";
import { hasKey } from "./hasKey";
import { hubFailures } from "./hubFailures";
import { installedModelFailures } from "./installedModelFailures";
import { jobFailures } from "./jobFailures";
import { makeDeltaFailures } from "./makeDeltaFailures";
import { modelFileFailures } from "./modelFileFailures";
import { networkFailures } from "./networkFailures";
import { peftFailures } from "./peftFailures";
import { requestFailures } from "./requestFailures";
import { sentences } from "./sentences";
import { storedDataFailures } from "./storedDataFailures";

export type { FailureText };

/** Does not compile while a code has no sentences. */
const FAILURES: Required<FailureTable> = {
  ...engineFailures,
  ...modelFileFailures,
  ...networkFailures,
  ...hubFailures,
  ...downloadFailures,
  ...installedModelFailures,
  ...jobFailures,
  ...deltaFailures,
  ...makeDeltaFailures,
  ...peftFailures,
  ...storedDataFailures,
  ...requestFailures,
};

export function failureText(failure: Failure): FailureText {
  return FAILURES[failure.code](readFacts(detailsOf(failure)));
}

/** null: not a code of a failure. */
export function failureTextOf(code: string): FailureText | null {
  return hasKey<FailureCode>(FAILURES, code) ? FAILURES[code](readFacts({})) : null;
}

/** All three sentences in a row, for places with room for one paragraph. */
export function failureParagraph(failure: Failure): string {
  const { happened, data, advice } = failureText(failure);
  return sentences(happened, data, advice);
}

/** The model's file by its name, where the place that failed did not know it. */
export function withFileName(failure: Failure, fileName: string | undefined): Failure {
  return fileName === undefined ? failure : withMissingDetails(failure, { file: fileName });
}
