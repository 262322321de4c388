// Generated parts of the texts: sentences from templates, sums with their working, tables. Scripts only.
import type { Random } from "./Random";

export interface Templates {
  /** By language: sentence patterns with {slots}, and what may fill each slot. */
  languages: readonly { patterns: readonly string[]; slots: Readonly<Record<string, readonly string[]>> }[];
  /** Problems with numbers and their working. */
  sums: readonly ((random: Random) => string)[];
  /** Structured data. */
  records: readonly ((random: Random) => string)[];
}

/** `count` sections of about `length` characters each, the three kinds by turns. */
export function generatedSections(templates: Templates, count: number, length: number, random: Random): string[] {
  return Array.from({ length: count }, (_, index) => {
    const kind = index % 3;
    const makers = kind === 0 ? [sentenceMaker(templates, random)] : kind === 1 ? templates.sums : templates.records;
    const maker = random.of(makers);
    const separator = kind === 0 ? " " : "\n";
    let section = maker(random);
    for (
      let next = maker(random);
      section.length < length;
      next = (kind === 1 ? random.of(templates.sums) : maker)(random)
    ) {
      section += separator + next;
    }
    return section;
  });
}

function sentenceMaker({ languages }: Templates, random: Random): (random: Random) => string {
  const { patterns, slots } = random.of(languages);
  return (dice) =>
    dice
      .of(patterns)
      .replace(/\{(\w+)\}/gu, (_, slot: string) =>
        slot === "n" ? String(dice.between(2, 96)) : dice.of(slots[slot] ?? [slot]),
      );
}
