// From the application's outcomes to what a command goes on with.
import type { Failure, FailureCode, Outcome } from "../../contract/failure";
import type { NetworkUse } from "../../contract/networkUses";
import { failureParagraph } from "../../words/failureText";
import { t } from "../../words/language";
import { CommandError, EXIT, type ExitCode } from "./CommandError";

const EXIT_OF: Partial<Record<FailureCode, ExitCode>> = {
  "not-found": EXIT.notFound,
  "hub-not-found": EXIT.notFound,
  "request-cancelled": EXIT.cancelled,
};

const NEEDS_TOKEN: ReadonlySet<FailureCode> = new Set(["hub-needs-token", "hub-gated"]);

/** The value, or a CommandError in the words of the failure. */
export function valueOf<Value>(outcome: Outcome<Value>): Value {
  if (outcome.ok) return outcome.value;
  throw errorOf(outcome.failure);
}

export function errorOf(failure: Failure): CommandError {
  const words = [
    failureParagraph(failure),
    ...(NEEDS_TOKEN.has(failure.code) ? [whereTokensAre()] : []),
    ...(failure.code === "switched-off" ? [switchCommand(failure.details?.use)] : []),
  ];
  return new CommandError(words.join(" "), EXIT_OF[failure.code] ?? EXIT.failed, failure);
}

function switchCommand(use: NetworkUse | undefined): string {
  return t("To switch it on here: {command}", { command: `facet network on ${use ?? ""}`.trimEnd() });
}

function whereTokensAre(): string {
  return t(
    "While the window is open, commands use the access token of its settings; otherwise the one in {variable}.",
    {
      variable: "HF_TOKEN",
    },
  );
}
