// What a kind of fuzzing is: it makes hostile inputs of one sort and gives them to the code of the product that reads such.
import type { Random } from "../scripts/texts/Random";

/** Named pieces, a file each: as the input is given, and as a finding is saved. */
export type FuzzInput = Readonly<Record<string, Uint8Array>>;

/** What may be wrong with how an input was taken. */
export type FaultKind =
  /** The process that read it died. */
  | "crash"
  /** No answer within the limit. */
  | "hang"
  /** More memory than the bound. */
  | "memory"
  /** An exception or a rejection that nobody caught. */
  | "uncaught-error"
  /** An exception, or "internal": the user would be told of a defect. */
  | "untyped-error"
  /** An answer that cannot be shown: not of its schema, or without its sentences. */
  | "wrong-answer";

export type Verdict =
  | { kind: "accepted" }
  | { kind: "refused"; code: string }
  | { kind: "fault"; fault: FaultKind; detail: string };

export interface FuzzKind {
  readonly name: string;
  /** Inputs of a whole run. */
  readonly count: number;
  /** Inputs for one process; the next ones get a new one. */
  readonly inputsPerProcess?: number;
  /** Which process of the product reads such input: in "main" the longest synchronous hold is measured. */
  readonly readBy: "main" | "child";
  /** Beyond what the process has when it is ready. */
  readonly memoryLimitBytes: number;
  /** One input may take so long; by default as long as the command's limit. */
  readonly hangMs?: number;
  /** Once in each process, before its first input. `folder` belongs to this process and is removed with it. */
  open(folder: string): Promise<OpenKind>;
}

export interface OpenKind {
  make(random: Random): FuzzInput;
  run(input: FuzzInput): Promise<Verdict>;
  close?(): Promise<void>;
}

export const MEGABYTE = 1_000_000;

export function inputPart(input: FuzzInput, name: string): Uint8Array {
  const part = input[name];
  if (part === undefined) throw new Error(`the input has no part ${name}`);
  return part;
}
