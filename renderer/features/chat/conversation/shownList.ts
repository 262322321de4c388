// The list of messages on screen. Where another takes its place for the same chat, as when all is drawn anew in another language, the
// reader stays where they are.
import type { Virtualizer, VirtualItem } from "@tanstack/react-virtual";
import type { ChatId } from "../../../../electron/contract/ids";

type List = Virtualizer<HTMLElement, HTMLDivElement>;

export interface ReadingPlace {
  readonly initialOffset: number;
  readonly initialMeasurementsCache: VirtualItem[];
}

let shown: { readonly chatId: ChatId | undefined; readonly list: List } | null = null;

/** Called when it is there; what it returns, when it goes. */
export function keepShownList(chatId: ChatId | undefined, list: List): () => void {
  const mine = { chatId, list };
  shown = mine;
  return () => {
    if (shown === mine) shown = null;
  };
}

/** null: there is none, or it is at the end, where a list begins anyway. */
export function placeOfShownList(chatId: ChatId | undefined, atEndPx: number): ReadingPlace | null {
  if (shown === null || shown.chatId !== chatId || shown.list.getDistanceFromEnd() <= atEndPx) return null;
  return { initialOffset: shown.list.scrollOffset ?? 0, initialMeasurementsCache: shown.list.takeSnapshot() };
}
