// What a model is needed for: said before it is removed.
import type { ModelUse } from "../contract/importing";
import { formatCount } from "./quantities";

const MAX_SHOWN_NAMES = 3;

/** Names of fine-tunes that can be put on it. */
export function neededByWords(names: readonly string[]): string {
  if (names.length === 0) return "";
  const shown = names
    .slice(0, MAX_SHOWN_NAMES)
    .map((name) => `“${name}”`)
    .join(", ");
  const more = names.length - MAX_SHOWN_NAMES;
  return `${names.length === 1 ? "A fine-tune needs it as its base" : `${formatCount(names.length)} fine-tunes need it as their base`}: ${shown}${more > 0 ? ` and ${formatCount(more)} more` : ""}.`;
}

/** "It answered in 5 chats: “A boat”, “A letter”, “A poem” and 2 more." */
export function usedInWords(use: ModelUse): string {
  if (use.chatCount === 0) return "No chat has an answer of it.";
  const titles = use.titles.map((title) => `“${title}”`).join(", ");
  const more = use.chatCount - use.titles.length;
  return `It answered in ${use.chatCount === 1 ? "one chat" : `${formatCount(use.chatCount)} chats`}: ${titles}${more > 0 ? ` and ${formatCount(more)} more` : ""}.`;
}
