// The person did something whose result is at the end of the conversation: it is scrolled there, wherever it was.
import { createStore } from "zustand";

export const scrollWish = createStore<{ readonly toEnd: number }>()(() => ({ toEnd: 0 }));

export function wishToSeeTheEnd(): void {
  scrollWish.setState(({ toEnd }) => ({ toEnd: toEnd + 1 }));
}
