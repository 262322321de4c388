// The hub takes no more requests for a while: until when, and what is asked again then. Renderer.
import { createStore, useStore } from "zustand";
import type { Outcome } from "../../../electron/contract/failure";

/** null: nothing waits. Milliseconds of Date.now(). */
const waitStore = createStore<{ readonly untilMs: number | null }>()(() => ({ untilMs: null }));
const goOn = new Set<() => void>();
let timer: ReturnType<typeof setTimeout> | undefined;

/** Called when the hub takes requests again. */
export function onHubWaitOver(listener: () => void): void {
  goOn.add(listener);
}

export function recordHubWait(outcome: Outcome<unknown>): void {
  if (outcome.ok || outcome.failure.code !== "hub-rate-limited") return;
  const seconds = Number(outcome.failure.details?.retryAfterSeconds);
  if (!(seconds > 0)) return;
  const untilMs = Date.now() + seconds * 1000;
  if (untilMs <= (waitStore.getState().untilMs ?? 0)) return;
  waitStore.setState({ untilMs });
  clearTimeout(timer);
  timer = setTimeout(end, seconds * 1000);
}

export function useHubWait(): number | null {
  return useStore(waitStore, ({ untilMs }) => untilMs);
}

function end(): void {
  waitStore.setState({ untilMs: null });
  for (const listener of goOn) listener();
}
