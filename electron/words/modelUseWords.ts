// What a model is needed for: said before it is removed.
import type { ModelUse } from "../contract/importing";
import { t } from "./language";
import { quotedList } from "./sentences";

const MAX_SHOWN_NAMES = 3;

/** Names of fine-tunes that can be put on it. */
export function neededByWords(names: readonly string[]): string {
  if (names.length === 0) return "";
  return t(
    "{count, plural, one {A fine-tune needs it as its base: {names}.} other {# fine-tunes need it as their base: {names}.}}",
    { count: names.length, names: quotedList(names.slice(0, MAX_SHOWN_NAMES), names.length) },
  );
}

/** "It answered in 5 chats: “A boat”, “A letter”, “A poem” and 2 more." */
export function usedInWords({ chatCount, titles }: ModelUse): string {
  if (chatCount === 0) return t("No chat has an answer from it.");
  return t("It answered in {count, plural, one {one chat} other {# chats}}: {titles}.", {
    count: chatCount,
    titles: quotedList(titles, chatCount),
  });
}
