// What the tables of failures hold, and the sentences that several of them use.
import type { FailureCode } from "../contract/failure";
import type { FailureFacts } from "./failureFacts";

export interface FailureText {
  /** One sentence, good on its own. */
  readonly happened: string;
  /** What became of chats, answers and files. */
  readonly data: string;
  /** What the user can do. */
  readonly advice: string;
}

/** The failures of one area; failureText.ts puts all areas together. */
export type FailureTable = Readonly<Partial<Record<FailureCode, FailureText | ((facts: FailureFacts) => FailureText)>>>;

export const CHATS_SAFE = "Your chats are safe.";
export const FILE_UNTOUCHED = "The file was not changed.";
export const NOTHING_CHANGED = "Nothing was changed.";
