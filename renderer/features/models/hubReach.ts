// Whether the hub can be reached, as the last answer and the system said; nobody is asked for it. Renderer.
import { createStore, useStore } from "zustand";
import type { FailureCode, Outcome } from "../../../electron/contract/failure";
import { recordHubWait } from "./hubWait";

/** null: nothing was asked yet, or the network has only just come back. */
const reachStore = createStore<{ readonly reached: boolean | null }>()(() => ({ reached: null }));

const NOT_ASKED: ReadonlySet<FailureCode> = new Set(["request-cancelled", "switched-off"]);

/** Once, at the start. */
export function followNetwork(): void {
  addEventListener("offline", () => reachStore.setState({ reached: false }));
  addEventListener("online", () => reachStore.setState({ reached: null }));
}

/** A refusal is an answer too. */
export function recordHubAnswer(outcome: Outcome<unknown>): void {
  if (!outcome.ok && NOT_ASKED.has(outcome.failure.code)) return;
  recordHubWait(outcome);
  reachStore.setState({ reached: outcome.ok || outcome.failure.code !== "hub-offline" });
}

export function useHubReached(): boolean | null {
  return useStore(reachStore, ({ reached }) => reached);
}
