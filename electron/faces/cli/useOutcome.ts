// From the application's outcomes to what a command goes on with.
import type { Failure, FailureCode, Outcome } from "../../contract/failure";
import { failureParagraph } from "../../words/failureText";
import { CommandError, EXIT, type ExitCode } from "./CommandError";

const EXIT_OF: Partial<Record<FailureCode, ExitCode>> = {
  "not-found": EXIT.notFound,
  "hub-not-found": EXIT.notFound,
  "request-cancelled": EXIT.cancelled,
};

/** The value, or a CommandError in the words of the failure. */
export function valueOf<Value>(outcome: Outcome<Value>): Value {
  if (outcome.ok) return outcome.value;
  throw errorOf(outcome.failure);
}

export function errorOf(failure: Failure): CommandError {
  return new CommandError(failureParagraph(failure), EXIT_OF[failure.code] ?? EXIT.failed, failure);
}
