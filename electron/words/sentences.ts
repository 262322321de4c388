// What is put together of texts: sentences in a row, names in a list.
import { t } from "./language";
import { formatCount, formatList } from "./quantities";

/** With what the language puts between them; those that are missing are left out. */
export function sentences(...all: readonly (string | null | undefined)[]): string {
  return all
    .filter((each): each is string => Boolean(each))
    .reduce((text, each) => (text === "" ? each : t("{first} {second}@@sentences", { first: text, second: each })), "");
}

/** “Pirate”: a name, or a title that a user chose. */
export function quoted(name: string): string {
  return t("“{name}”@@quoted", { name });
}

/** "“A boat”, “A letter” and 3 more": `count` of all that there are. */
export function quotedList(names: readonly string[], count: number): string {
  const more = count - names.length;
  return formatList([
    ...names.map(quoted),
    ...(more > 0 ? [t("{count} more@@at the end of a list", { count: formatCount(more) })] : []),
  ]);
}
