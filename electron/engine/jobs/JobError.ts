// A job's expected failure on its way to the job process's one exit. Job process.
import { FailureCode, type Failure } from "../../contract/failure";

/** Thrown inside a job process only; across processes it travels as Failure. */
export class JobError extends Error {
  override readonly name = "JobError";
  readonly code: FailureCode;
  readonly details: Readonly<Record<string, string>>;

  constructor(code: FailureCode, details: Readonly<Record<string, string>> = {}, cause?: unknown) {
    super(code, { cause });
    this.code = code;
    this.details = details;
  }
}

/** The failure for any error: jobs' own, the addon's and the file system's by their codes, the rest as internal. */
export function toFailure(error: unknown): Failure {
  if (error instanceof JobError) {
    return {
      code: error.code,
      details: { ...error.details },
      ...(error.cause === undefined ? {} : { cause: causeOf(error.cause) }),
    };
  }
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ENOSPC" || code === "EDQUOT") return { code: "job-disk-full", cause: causeOf(error) };
  if (code === "EACCES" || code === "EPERM" || code === "EROFS" || code === "ENOTDIR") {
    return { code: "folder-unusable", cause: causeOf(error) };
  }
  const known = FailureCode.safeParse(code);
  // Whether the file may be read was asked before (sourceFile.ts): what llama.cpp cannot read of it is damaged.
  const reported = known.success && known.data === "model-unreadable" ? "model-damaged" : known.data;
  return { code: reported ?? "internal", cause: causeOf(error) };
}

function causeOf(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return text.slice(0, 4000);
}
