// Why answers cannot follow a grammar.
import type { GrammarReason } from "../contract/failureReasons";
import { count } from "./detailNumbers";
import { t } from "./language";
import type { ReasonTable } from "./reasonWords";

interface Place {
  readonly line: string;
  readonly column: string;
}

export const grammarReasons: ReasonTable<Exclude<GrammarReason, "structure-too-long">> = {
  "grammar-too-many-rules": ({ limit }) => t("It has more than {limit} rules.", { limit: count(limit) }),
  "grammar-empty": () => t("It has no rules yet."),
  "grammar-without-root": () => t("It has no rule with the name root, where an answer begins."),
  "grammar-name-expected": (place) => at(place, t("A rule’s name is expected, in letters, digits and -.")),
  "grammar-definition-expected": ({ name, ...place }) => at(place, t("::= is expected after {name}.", { name })),
  "grammar-unexpected": ({ text, ...place }) => at(place, t("{text} is not expected here.", { text })),
  "grammar-nothing-to-repeat": ({ text, ...place }) =>
    at(place, t("There is nothing before {text} that can be repeated.", { text })),
  "grammar-token-named": (place) => at(place, t("Tokens can’t be named here, only their text.")),
  "grammar-range-reversed": (place) => at(place, t("This range ends before it begins.")),
  "grammar-characters-missing": (place) => at(place, t("[ ] needs a character in it.")),
  "grammar-too-deep": ({ limit, ...place }) =>
    at(place, t("Parentheses are nested more than {limit} levels deep.", { limit: count(limit) })),
  "grammar-repeated-too-often": ({ limit, ...place }) =>
    at(place, t("With what it contains, this is repeated more than {limit} times.", { limit: count(limit) })),
  "grammar-empty-text-repeated": (place) => at(place, t("An empty text can’t be repeated.")),
  "grammar-count-unreadable": (place) =>
    at(
      place,
      t("How often is written as {examples}.", {
        examples: "{2}, {2,}, {2,5}",
      }),
    ),
  "grammar-count-reversed": (place) => at(place, t("The smaller number comes first.")),
  "grammar-character-impossible": (place) => at(place, t("No model writes this character.")),
  "grammar-escape-unknown": (place) =>
    at(place, t("After {mark} comes one of {escapes}.", { mark: "\\", escapes: 't r n \\ " [ ] - x41 u00e9' })),
  "grammar-unclosed": ({ text, end, ...place }) =>
    at(place, t("The {end} that closes this {text} is missing.", { end, text })),
  "grammar-rule-missing": ({ name, ...place }) => at(place, t("There is no rule with the name {name}.", { name })),
  "grammar-repeats-nothing": (place) => at(place, t("What is repeated without a limit must not be able to be empty.")),
  "grammar-never-ends": ({ name, ...place }) =>
    at(place, t("{name} begins with itself here and would never end.", { name })),
};

function at({ line, column }: Place, mistake: string): string {
  return t("Line {line}, column {column}: {mistake}", { line: count(line), column: count(column), mistake });
}
