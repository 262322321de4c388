// An exception that Python raises where a template does what it must not. Engine process.
import { TemplateError } from "../TemplateError";

export type PythonErrorName =
  | "AttributeError"
  | "IndexError"
  | "KeyError"
  | "OverflowError"
  | "RecursionError"
  | "SecurityError"
  | "SyntaxError"
  | "TypeError"
  | "UndefinedError"
  | "ValueError"
  | "ZeroDivisionError"
  | "AssertionError"
  | "TemplateRuntimeError";

/** Named after its kind, because Python and jinja2 catch some kinds and not others. */
export class PythonError extends TemplateError {
  readonly pythonName: PythonErrorName;

  constructor(pythonName: PythonErrorName, message: string) {
    super("failed", message);
    this.pythonName = pythonName;
  }
}

export function typeError(message: string): PythonError {
  return new PythonError("TypeError", message);
}

export function valueError(message: string): PythonError {
  return new PythonError("ValueError", message);
}

/** Runs `work`; where it raises one of `names`, `fallback` is run instead. */
export function orElse<Result>(names: readonly PythonErrorName[], work: () => Result, fallback: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (error instanceof PythonError && names.includes(error.pythonName)) return fallback();
    throw error;
  }
}
