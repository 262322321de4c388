// Ctrl C while something is only being asked for: nobody waits for the answer any more.
import { failure } from "../../contract/failure";
import { errorOf } from "./useOutcome";

/** For what changes nothing, so that its end need not be waited for. Throws "request-cancelled". */
export async function untilCancelled<Value>(asked: Promise<Value>, signal: AbortSignal): Promise<Value> {
  const cancelled = failure("request-cancelled");
  if (signal.aborted) throw errorOf(cancelled);
  return new Promise<Value>((resolve, reject) => {
    signal.addEventListener("abort", () => reject(errorOf(cancelled)), { once: true });
    asked.then(resolve, reject);
  });
}
