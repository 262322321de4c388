// Which folded things are open: outside the list of messages, whose rows come and go. Kept while the window is open.
import { useCallback } from "react";
import { createStore, useStore } from "zustand";

/** A key is any name that occurs once; those of messages begin with the message's id. */
const openFolds = createStore<Readonly<Record<string, true>>>()(() => ({}));

export function useFold(key: string): readonly [isOpen: boolean, toggle: () => void] {
  const isOpen = useStore(openFolds, (open) => open[key] === true);
  const toggle = useCallback(() => {
    openFolds.setState(({ [key]: was, ...others }) => (was === undefined ? { ...others, [key]: true } : others), true);
  }, [key]);
  return [isOpen, toggle];
}
