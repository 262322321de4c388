// A job's expected failure on its way to the job process's one exit. Job process.
import { failure, FailureCode, type Failure } from "../../contract/failure";
import type { FailureDetails } from "../../contract/failureDetails";

/** Thrown inside a job process only; across processes its failure travels. */
export class JobError extends Error {
  override readonly name = "JobError";
  readonly failure: Failure;
  readonly code: FailureCode;
  readonly details: Failure["details"];

  private constructor(why: Failure, cause: unknown) {
    super(why.code, { cause });
    this.failure = why;
    this.code = why.code;
    this.details = why.details;
  }

  static of(why: Failure): JobError {
    return new JobError(why, why.cause);
  }

  static because<Code extends FailureCode>(code: Code, details?: FailureDetails[Code], cause?: unknown): JobError {
    return new JobError(failure(code, details, cause), cause);
  }
}

/** The failure for any error: jobs' own, the addon's and the file system's by their codes, the rest as internal. */
export function toFailure(error: unknown): Failure {
  if (error instanceof JobError) return error.failure;
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ENOSPC" || code === "EDQUOT") return failure("job-disk-full", undefined, error);
  if (code === "EACCES" || code === "EPERM" || code === "EROFS" || code === "ENOTDIR")
    return failure("folder-unusable", undefined, error);
  const known = FailureCode.safeParse(code);
  // Whether the file may be read was asked before (sourceFile.ts): what llama.cpp cannot read of it is damaged.
  const reported = known.success && known.data === "model-unreadable" ? "model-damaged" : known.data;
  return failure(reported ?? "internal", undefined, error);
}
