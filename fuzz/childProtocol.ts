// What the command and the processes that try inputs say to each other.
import type { FuzzInput, Verdict } from "./FuzzKind";

export type ToChild =
  /** Up to an input after which the process is of no more use. */
  | { kind: "run"; seed: number; from: number; to: number }
  /** Makes the input, and does not try it. */
  | { kind: "make"; seed: number; index: number }
  | { kind: "try"; input: FuzzInput };

export interface Tried {
  kind: "tried";
  /** null for an input that was given. */
  index: number | null;
  verdict: Verdict;
  tookMs: number;
  /** Of the main thread, by its own processor time; 0 where it is not measured. */
  longestHoldMs: number;
  /** The highest so far. */
  peakBytes: number;
  /** Processor time of the process so far. */
  processMs: number;
}

export type FromChild = { kind: "ready" } | Tried | { kind: "made"; input: FuzzInput } | { kind: "ran" };

/** A process in which that happened tries no further input. */
export function endsProcess(verdict: Verdict): boolean {
  return verdict.kind === "fault" && (verdict.fault === "memory" || verdict.fault === "uncaught-error");
}
