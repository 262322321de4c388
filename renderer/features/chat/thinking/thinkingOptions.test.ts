// What is offered for each kind of template, and which option a chat's choice amounts to.
import { describe, expect, it, test } from "vitest";
import type { ThinkingAbility, ThinkingChoice } from "../../../../electron/contract/thinking";
import { chosenOption, thinkingOptions, tryWords, waysToThink } from "./thinkingOptions";

const switched: ThinkingAbility = { canSwitch: true, isOnByDefault: true, efforts: [] };
const quietByDefault: ThinkingAbility = { canSwitch: true, isOnByDefault: false, efforts: ["high", "max"] };
const alwaysByEffort: ThinkingAbility = { canSwitch: false, isOnByDefault: true, efforts: ["low", "medium", "high"] };
const always: ThinkingAbility = { canSwitch: false, isOnByDefault: true, efforts: [] };

const names = (ability: ThinkingAbility, choice: ThinkingChoice = {}) =>
  thinkingOptions(ability, choice).map(({ name }) => name);

describe("what is offered", () => {
  it("follows the template", () => {
    expect(names(switched)).toEqual(["Off", "On"]);
    expect(names(quietByDefault)).toEqual(["Off", "On", "High", "Max"]);
    expect(names(alwaysByEffort)).toEqual(["Default", "Low", "Medium", "High"]);
    expect(names(always)).toEqual(["No limit", "Up to 1,000 tokens", "Up to 4,000 tokens", "Up to 16,000 tokens"]);
    expect(names(always, { budgetTokens: 2500 })).toContain("Up to 2,500 tokens");
  });

  it("keeps what it does not change", () => {
    const budgetTokens = 300;
    expect(
      thinkingOptions(quietByDefault, { isOn: true, effort: "max", budgetTokens }).map(({ choice }) => choice),
    ).toEqual([
      { isOn: false, budgetTokens },
      { isOn: true, budgetTokens },
      { isOn: true, effort: "high", budgetTokens },
      { isOn: true, effort: "max", budgetTokens },
    ]);
    expect(thinkingOptions(alwaysByEffort, { effort: "low" })[0]?.choice).toEqual({});
  });

  it("has names as another answer, but none for budgets", () => {
    expect(waysToThink(quietByDefault, {}).map(tryWords)).toEqual([
      "No thinking",
      "Thinking",
      "Effort: High",
      "Effort: Max",
    ]);
    expect(waysToThink(alwaysByEffort, {}).map(tryWords)[0]).toBe("Default effort");
    expect(waysToThink(always, {})).toEqual([]);
  });
});

test.each<[string, ThinkingAbility, ThinkingChoice, string]>([
  ["the model's default", switched, {}, "on"],
  ["the model's default, off", quietByDefault, {}, "off"],
  ["an effort without a switch that is off", quietByDefault, { effort: "max" }, "off"],
  ["off, whatever the effort", quietByDefault, { isOn: false, effort: "max" }, "off"],
  ["an effort", quietByDefault, { isOn: true, effort: "max" }, "effort:max"],
  ["an effort of another model", quietByDefault, { isOn: true, effort: "minimal" }, "on"],
  ["off where it cannot be switched", alwaysByEffort, { isOn: false }, "default"],
  ["a budget", always, { budgetTokens: 4000 }, "budget:4000"],
  ["no budget", always, {}, "budget:none"],
])("%s", (_name, ability, choice, key) => {
  expect(chosenOption(ability, choice)).toBe(key);
  expect(thinkingOptions(ability, choice).map((option) => option.key)).toContain(key);
});
