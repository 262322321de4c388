// The one place in the renderer that touches window.facet: typed calls that return values or failures.
import type { Bridge, PageMethodName } from "../../electron/contract/bridge";
import type { MethodInput, MethodOutcome, MethodOutput } from "../../electron/contract/methods";
import { showFailure } from "./notices";

declare global {
  interface Window {
    readonly facet: Bridge;
  }
}

/** Calls main and hands back the outcome, for callers that show a failure in their own place. */
export function call<Name extends PageMethodName>(name: Name, input: MethodInput<Name>): Promise<MethodOutcome<Name>> {
  return window.facet.call[name](input);
}

/** Calls main; a failure is shown as a notice, and null comes back. */
export async function callOrNotify<Name extends PageMethodName>(
  name: Name,
  input: MethodInput<Name>,
): Promise<MethodOutput<Name> | null> {
  const outcome = await call(name, input);
  if (outcome.ok) return outcome.value;
  showFailure(outcome.failure);
  return null;
}
