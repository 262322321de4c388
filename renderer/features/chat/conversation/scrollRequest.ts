// What the user did that decides where the conversation is scrolled: to its end, or not at all.
import { createStore } from "zustand";

export interface ScrollRequest {
  /** Counts up with each request to see the end. */
  readonly toEnd: number;
  /** Something was opened at the end of the conversation: it grows below, and the line that was pressed stays where it is. */
  readonly isHeld: boolean;
}

export const scrollRequest = createStore<ScrollRequest>()(() => ({ toEnd: 0, isHeld: false }));

/** The user did something whose result is at the end of the conversation: it is scrolled there, wherever it was. */
export function requestScrollToEnd(): void {
  scrollRequest.setState(({ toEnd }) => ({ toEnd: toEnd + 1, isHeld: false }));
}

/** Until the user scrolls, or does something whose result is at the end. */
export function holdScrollPosition(): void {
  scrollRequest.setState({ isHeld: true });
}

export function releaseScrollPosition(): void {
  if (scrollRequest.getState().isHeld) scrollRequest.setState({ isHeld: false });
}
