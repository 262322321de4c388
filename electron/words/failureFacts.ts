// A failure's details, made ready to stand in a sentence.
import { formatBytes, formatCount } from "./quantities";

/**
 * Each detail is a short fact: `file`, `delta`, `tokenizer`, `type`, `setting`, `tensor`, `feature`, `repository`, `alpha`, `base`,
 * `folder`, `architecture`, `kind`, `movedTo`, `reason`, `needed` and `available` (amounts with their unit), and plain numbers under
 * names that end in their unit: `neededBytes`, `availableBytes`, `missingBytes`, `fileBytes`, `messageTokens`, `contextSizeTokens`,
 * `retryAfterSeconds`. Those of starter-… are one reason for each source that was tried, under the source's name.
 */
export type FailureDetails = Readonly<Record<string, string>>;

export interface FailureFacts {
  readonly details: FailureDetails;
  /** “tiny.gguf”, or "The model file" where its name is not known. */
  readonly file: string;
  /** “Pirate”, or "The fine-tune". */
  readonly delta: string;
  /** The reason as a sentence with a space before it, or nothing. */
  readonly reason: string;
}

export function readFacts(details: FailureDetails): FailureFacts {
  const { file, delta, reason } = details;
  return {
    details,
    file: file === undefined ? "The model file" : `“${file}”`,
    delta: delta === undefined ? "The fine-tune" : `“${delta}”`,
    reason: reason === undefined ? "" : ` ${ended(reason.slice(0, 1).toUpperCase() + reason.slice(1))}`,
  };
}

/** ": it needs 9.1 GB, and there are 4.2 GB", as far as it is known. */
export function amounts(details: FailureDetails): string {
  const needed = details["needed"] ?? bytes(details["neededBytes"]);
  const available = details["available"] ?? bytes(details["availableBytes"]) ?? bytes(details["fileBytes"]);
  if (needed === undefined) return "";
  return available === undefined ? `: it needs ${needed}` : `: it needs ${needed}, and there are ${available}`;
}

export function bytes(amount: string | undefined): string | undefined {
  return amount === undefined || !/^\d+$/u.test(amount) ? undefined : formatBytes(Number(amount));
}

/** ": 9,000 tokens, and the context holds 8,192" */
export function tokenCounts({ messageTokens, contextSizeTokens }: FailureDetails): string {
  if (messageTokens === undefined || contextSizeTokens === undefined) return "";
  return `: ${count(messageTokens)} tokens, and the context holds ${count(contextSizeTokens)}`;
}

export function count(amount: string): string {
  return /^\d+$/u.test(amount) ? formatCount(Number(amount)) : amount;
}

/** With a full stop, where it has none. */
export function ended(text: string): string {
  return /[.?]$/u.test(text) ? text : `${text}.`;
}

/** A file or a fine-tune within a sentence: "the model file". */
export function lower(subject: string): string {
  return subject.startsWith("The ") ? `the ${subject.slice("The ".length)}` : subject;
}
