// A failure's details, made ready for messages.
import { t } from "./language";
import { formatBytes, formatCount } from "./quantities";
import { reasonWords } from "./reasonWords";

/**
 * Each detail is a short fact: `file`, `delta`, `tokenizer`, `type`, `setting`, `tensor`, `feature`, `repository`, `alpha`, `base`,
 * `folder`, `architecture`, `kind`, `movedTo`, `reason`, `needed` and `available` (amounts with their unit), and plain numbers under
 * names that end in their unit: `neededBytes`, `availableBytes`, `missingBytes`, `fileBytes`, `messageTokens`, `contextSizeTokens`,
 * `retryAfterSeconds`. Those of starter-… are one reason for each source that was tried, under the source's name.
 */
export type FailureDetails = Readonly<Record<string, string>>;

/** `{hasFile, select, yes {“{file}”} other {The model file}}`: the name where it is known. */
export interface FailureFacts {
  readonly details: FailureDetails;
  readonly hasFile: "yes" | "no";
  readonly file: string;
  readonly hasDelta: "yes" | "no";
  readonly delta: string;
  /** A sentence of its own. */
  readonly reason: string | null;
}

export function readFacts(details: FailureDetails): FailureFacts {
  const { file, delta, reason } = details;
  return {
    details,
    hasFile: file === undefined ? "no" : "yes",
    file: file ?? "",
    hasDelta: delta === undefined ? "no" : "yes",
    delta: delta ?? "",
    reason: reason === undefined ? null : (reasonWords(reason) ?? ended(reason)),
  };
}

/** "It needs 9.1 GB, and 4.2 GB are free.", as far as it is known. */
export function amounts(details: FailureDetails): string | null {
  const needed = neededAmount(details);
  const available = details["available"] ?? bytes(details["availableBytes"]);
  if (needed === undefined) return null;
  return available === undefined
    ? t("It needs {needed}.", { needed })
    : t("It needs {needed}, and {available} is free.", { needed, available });
}

export function neededAmount(details: FailureDetails): string | undefined {
  return details["needed"] ?? bytes(details["neededBytes"]);
}

export function bytes(amount: string | undefined): string | undefined {
  return amount === undefined || !/^\d+$/u.test(amount) ? undefined : formatBytes(Number(amount));
}

/** "It has 9,000 tokens, and the context holds 8,192." */
export function tokenCounts({ messageTokens, contextSizeTokens }: FailureDetails): string | null {
  if (messageTokens === undefined || contextSizeTokens === undefined) return null;
  return t("That makes {tokens} tokens, and the context holds {context}.", {
    tokens: count(messageTokens),
    context: count(contextSizeTokens),
  });
}

export function count(amount: string): string {
  return /^\d+$/u.test(amount) ? formatCount(Number(amount)) : amount;
}

/** With a capital, and with a full stop where it has none. */
function ended(text: string): string {
  const begun = text.slice(0, 1).toUpperCase() + text.slice(1);
  return /[.?]$/u.test(begun) ? begun : `${begun}.`;
}

/** A sentence about a detail, where it is known. */
export function named(detail: string | undefined, say: (detail: string) => string): string | null {
  return detail === undefined || detail === "" ? null : say(detail);
}
