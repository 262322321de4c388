// Runs untrusted, synchronous work with a time limit. Engine process.
import vm from "node:vm";

/** Thrown when the work was cut off. */
export class TimeLimitError extends Error {
  constructor(timeoutMs: number) {
    super(`stopped after ${timeoutMs} ms`);
    this.name = "TimeLimitError";
  }
}

/**
 * Calls `work` and returns its value; after timeoutMs the work is cut off wherever it is and TimeLimitError thrown.
 * This is no sandbox: it is V8's own interrupt of a running script, which also reaches the functions it calls and
 * cannot be caught inside. Memory is not limited.
 */
export function withTimeLimit<Value>(timeoutMs: number, work: () => Value): Value {
  const outcome: { value?: { returned: Value }; error?: { thrown: unknown } } = {};
  const run = () => {
    try {
      outcome.value = { returned: work() };
    } catch (error) {
      outcome.error = { thrown: error };
    }
  };
  try {
    vm.runInNewContext("run()", { run }, { timeout: timeoutMs });
  } catch (error) {
    // The error was made in the script's own realm, so it is no instance of our Error.
    const code = typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
    throw code === "ERR_SCRIPT_EXECUTION_TIMEOUT" ? new TimeLimitError(timeoutMs) : error;
  }
  if (outcome.error !== undefined) throw outcome.error.thrown;
  if (outcome.value === undefined) throw new TimeLimitError(timeoutMs);
  return outcome.value.returned;
}
