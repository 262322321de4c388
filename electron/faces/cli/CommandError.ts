// How a command ends when it does not end well: what is printed, and the exit code for scripts.
import type { Failure } from "../../contract/failure";

export const EXIT = {
  done: 0,
  failed: 1,
  wrongUse: 2,
  notFound: 3,
  cancelled: 130,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export class CommandError extends Error {
  readonly exitCode: ExitCode;
  readonly failure: Failure | null;
  /** What the command found was printed all the same: as JSON, too, it says itself what is wrong with it. */
  readonly hasResult: boolean;

  /** `message`: sentences for the user. */
  constructor(
    message: string,
    exitCode: ExitCode = EXIT.failed,
    failure: Failure | null = null,
    { hasResult = false } = {},
  ) {
    super(message);
    this.exitCode = exitCode;
    this.failure = failure;
    this.hasResult = hasResult;
  }
}
