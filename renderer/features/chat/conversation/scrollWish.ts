// What the user did that decides where the conversation is scrolled: to its end, or not at all.
import { createStore } from "zustand";

export interface ScrollWish {
  /** Counts up with each wish to see the end. */
  readonly toEnd: number;
  /** Something was opened at the end of the conversation: it grows below, and the line that was pressed stays where it is. */
  readonly isHeld: boolean;
}

export const scrollWish = createStore<ScrollWish>()(() => ({ toEnd: 0, isHeld: false }));

/** The user did something whose result is at the end of the conversation: it is scrolled there, wherever it was. */
export function wishToSeeTheEnd(): void {
  scrollWish.setState(({ toEnd }) => ({ toEnd: toEnd + 1, isHeld: false }));
}

/** Until the user scrolls, or does something whose result is at the end. */
export function holdThePlace(): void {
  scrollWish.setState({ isHeld: true });
}

export function letThePlaceGo(): void {
  if (scrollWish.getState().isHeld) scrollWish.setState({ isHeld: false });
}
