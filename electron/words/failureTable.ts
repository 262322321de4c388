// What the tables of failures hold, and the sentences that several of them use.
import type { FailureCode } from "../contract/failure";
import type { FailureFacts } from "./failureFacts";
import { t } from "./language";

export interface FailureText {
  /** What happened, good on its own: one sentence, and sometimes the reason in another. */
  readonly happened: string;
  /** What became of chats, answers and files. */
  readonly data: string;
  /** What the user can do. */
  readonly advice: string;
}

/** The failures of one area; failureText.ts puts all areas together. */
export type FailureTable = { readonly [Code in FailureCode]?: (facts: FailureFacts<Code>) => FailureText };

export const chatsSafe = () => t("Your chats are safe.");
export const fileUnchanged = () => t("The file was not changed.");
export const nothingChanged = () => t("Nothing was changed.");
export const nothingLeft = () => t("No unfinished file was left behind.");
export const messageKept = () => t("Your message is kept.");
export const answerKept = () => t("The part of the answer that was written is kept.");
export const downloadKept = () => t("What was downloaded so far is kept.");
/** What another program holds needs no advice but this; virus scanners do it for moments. */
export const unlessHeld = ({ reason }: { readonly reason?: string }, advice: string) =>
  reason === "held-by-another-program" ? t("Close programs that use it, or wait a moment. Then try again.") : advice;
export const tryAgain = () => t("Try again.");
export const tryAgainOrSeeLogs = () =>
  t("Try again. If it happens again, look in the logs: Settings, Open logs folder.");
