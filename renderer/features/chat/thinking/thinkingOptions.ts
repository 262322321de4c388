// How a model can be asked to think, as options to choose from: derived from what its template offers.
import type { ThinkingAbility, ThinkingChoice } from "../../../../electron/contract/thinking";
import { effortName } from "../../../../electron/words/modelFormatWords";
import { t } from "../../../../electron/words/language";

export interface ThinkingOption {
  /** "on", "off", "default", "effort:…", "budget:…". */
  readonly key: string;
  /** "On", "Off", "Default", an effort in the model's own word, "Up to 4,000 tokens". */
  readonly name: string;
  /** What the chat's choice becomes. */
  readonly choice: ThinkingChoice;
}

/** Offered where a model cannot be told more than when to stop; the side panel takes any number. */
const BUDGETS_TOKENS = [1000, 4000, 16_000];

/** On, off and efforts, or budgets where the template knows neither. `current` keeps what an option does not change. */
export function thinkingOptions(ability: ThinkingAbility, current: ThinkingChoice): readonly ThinkingOption[] {
  const ways = waysToThink(ability, current);
  return ways.length > 0 ? ways : budgets(current);
}

/** The options without budgets: other ways to answer the same question. */
export function waysToThink(
  { canSwitch, efforts }: ThinkingAbility,
  current: ThinkingChoice,
): readonly ThinkingOption[] {
  const { isOn: _isOn, effort: _effort, ...kept } = current;
  const byEffort = efforts.map((effort) => ({
    key: `effort:${effort}`,
    name: effortName(effort),
    choice: { ...kept, ...(canSwitch ? { isOn: true } : {}), effort },
  }));
  if (canSwitch)
    return [
      { key: "off", name: t("Off"), choice: { ...kept, isOn: false } },
      { key: "on", name: t("On"), choice: { ...kept, isOn: true } },
      ...byEffort,
    ];
  return byEffort.length === 0 ? [] : [{ key: "default", name: t("Default"), choice: kept }, ...byEffort];
}

/** The key of the option that `current` amounts to. */
export function chosenOption({ canSwitch, isOnByDefault, efforts }: ThinkingAbility, current: ThinkingChoice): string {
  const { isOn = isOnByDefault, effort, budgetTokens } = current;
  if (canSwitch && !isOn) return "off";
  if (effort !== undefined && efforts.includes(effort)) return `effort:${effort}`;
  if (canSwitch) return "on";
  return efforts.length > 0 ? "default" : budgetKey(budgetTokens);
}

/** As the name of another answer: "Thinking", "No thinking", "Effort: High". */
export function tryWords({ key, name }: ThinkingOption): string {
  if (key === "on") return t("Thinking");
  if (key === "off") return t("No thinking");
  return key === "default" ? t("Default effort") : t("Effort: {name}", { name });
}

function budgets(current: ThinkingChoice): ThinkingOption[] {
  const { budgetTokens: own, ...kept } = current;
  const offered =
    own === undefined || BUDGETS_TOKENS.includes(own)
      ? BUDGETS_TOKENS
      : [...BUDGETS_TOKENS, own].toSorted((one, other) => one - other);
  return [
    { key: budgetKey(undefined), name: t("No limit"), choice: kept },
    ...offered.map((budgetTokens) => ({
      key: budgetKey(budgetTokens),
      name: t("Up to {count, plural, one {# token} other {# tokens}}", { count: budgetTokens }),
      choice: { ...kept, budgetTokens },
    })),
  ];
}

function budgetKey(budgetTokens: number | undefined): string {
  return `budget:${budgetTokens ?? "none"}`;
}
