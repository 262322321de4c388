// A failure's details, made ready for messages.
import type { FailureCode } from "../contract/failure";
import type { FailureDetails } from "../contract/failureDetails";
import { bytes, count } from "./detailNumbers";
import { t } from "./language";
import { reasonWords } from "./reasonWords";

/** The names of all facts that failures of this code may carry. */
type FactName<Code extends FailureCode> = AllKeys<FailureDetails[Code]>;
type AllKeys<Details> = Details extends Details ? keyof Details : never;
type With<Name extends string, Code extends FailureCode, Facts> = Name extends FactName<Code> ? Facts : unknown;

/** Facts of a failure as its sentences use them. `{hasFile, select, yes {“{file}”} other {The model file}}`: the name where it is known. */
export type FailureFacts<Code extends FailureCode> = {
  readonly details: { readonly [Name in FactName<Code>]?: string };
} & With<"file", Code, { readonly hasFile: "yes" | "no"; readonly file: string }> &
  With<"delta", Code, { readonly hasDelta: "yes" | "no"; readonly delta: string }> &
  /** A sentence of its own. */
  With<"reason", Code, { readonly reason: string | null }>;

/** Details that were stored, or came from another process, are any texts. */
type Texts = Readonly<Record<string, string>>;

export function readFacts(details: Texts) {
  const { file, delta } = details;
  return {
    details,
    hasFile: file === undefined ? ("no" as const) : ("yes" as const),
    file: file ?? "",
    hasDelta: delta === undefined ? ("no" as const) : ("yes" as const),
    delta: delta ?? "",
    reason: reasonWords(details),
  };
}

interface Amounts {
  readonly needed?: string;
  readonly available?: string;
  readonly neededBytes?: string;
  readonly availableBytes?: string;
}

/** "It needs 9.1 GB, and 4.2 GB are free.", as far as it is known. */
export function amounts(details: Amounts): string | null {
  const needed = neededAmount(details);
  const available = details.available ?? bytes(details.availableBytes);
  if (needed === undefined) return null;
  return available === undefined
    ? t("It needs {needed}.", { needed })
    : t("It needs {needed}, and {available} is free.", { needed, available });
}

export function neededAmount(details: Amounts): string | undefined {
  return details.needed ?? bytes(details.neededBytes);
}

/** "It has 9,000 tokens, and the context holds 8,192." */
export function tokenCounts({
  messageTokens,
  contextSizeTokens,
}: {
  readonly messageTokens?: string;
  readonly contextSizeTokens?: string;
}): string | null {
  if (messageTokens === undefined || contextSizeTokens === undefined) return null;
  return t("That makes {tokens} tokens, and the context holds {context}.", {
    tokens: count(messageTokens),
    context: count(contextSizeTokens),
  });
}

/** A sentence about a detail, where it is known. */
export function named(detail: string | undefined, say: (detail: string) => string): string | null {
  return detail === undefined || detail === "" ? null : say(detail);
}
