import { expect, test } from "vitest";
import { defaultChatSettings } from "../../../contract/sampling";
import { CommandError, EXIT } from "../CommandError";
import { CHAT_NUMBERS } from "./chatNumbers";

const named = (name: string) => {
  const found = CHAT_NUMBERS.find((number) => number.name === name);
  if (found === undefined) throw new Error(name);
  return found;
};

test("each number is changed, read, and given back to the model", () => {
  for (const number of CHAT_NUMBERS) {
    const changed = number.change(defaultChatSettings, "1");
    expect(number.read(changed)).toBe(1);
    expect(number.change(changed, undefined)).toEqual(defaultChatSettings);
  }
});

test("one does not change the others", () => {
  const both = named("top-p").change(named("temperature").change(defaultChatSettings, "0.2"), "0.5");
  expect(both.sampling).toEqual({ temperature: 0.2, topP: 0.5 });
});

test("what is no number, or none of its range, is refused with the range", () => {
  const wrong: [string, string, string][] = [
    ["temperature", "warm", "from 0 to 2"],
    ["temperature", "", "from 0 to 2"],
    ["temperature", "2.5", "from 0 to 2"],
    ["top-k", "1.5", "from 0 to 1000"],
    ["max-tokens", "0", "from 1 to 1000000"],
    ["seed", "-1", "from 0 to 4294967295"],
  ];
  for (const [name, text, range] of wrong) {
    const change = () => named(name).change(defaultChatSettings, text);
    expect(change).toThrow(CommandError);
    expect(change).toThrow(range);
    expect(change).toThrow(expect.objectContaining({ exitCode: EXIT.wrongUse }));
  }
});
