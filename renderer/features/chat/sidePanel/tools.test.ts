// A list of tools is accepted, or refused with words that say what is wrong and where.
import { describe, expect, it, test } from "vitest";
import { readTools } from "../../../../electron/contract/tools";
import { toolsMistakeWords, toolsWords } from "./toolsWords";

const weather = {
  type: "function",
  function: {
    name: "get_weather",
    description: "Now",
    parameters: { type: "object", properties: { city: { type: "string" } } },
  },
};

function words(text: string): string {
  const reading = readTools(text);
  return reading.ok ? toolsWords(reading.tools) : toolsMistakeWords(reading.mistake, text);
}

describe("a list of tools", () => {
  it("is kept as it is, with fields that nobody here knows", () => {
    const strict = { type: "function", function: { name: "search", strict: true }, vendor: 1 };
    expect(readTools(JSON.stringify([weather, strict]))).toEqual({ ok: true, tools: [weather, strict] });
  });

  test.each([
    ["", "No tools."],
    ["  \n", "No tools."],
    ["[]", "No tools."],
    [JSON.stringify([weather]), "1 tool: get_weather."],
    [
      JSON.stringify(["a", "b", "c", "d", "e", "f"].map((name) => ({ type: "function", function: { name } }))),
      "6 tools: a, b, c, d and 2 more.",
    ],
  ])("%s: %s", (text, expected) => expect(words(text)).toBe(expected));

  test.each([
    ["[{", "This isn’t JSON yet: the end is missing."],
    ['[\n  {"type": "function",}\n]', "This isn’t JSON. Check line 2, column 23."],
    [JSON.stringify(weather), "Tools must be a list. Put [ ] around them."],
    ['"get_weather"', "Tools must be a list. Put [ ] around them."],
    ["null", "Tools must be a list. Put [ ] around them."],
    ['["get_weather"]', "Tool 1: Each tool must be an object in { }."],
    ["[[]]", "Tool 1: Each tool must be an object in { }."],
    [
      JSON.stringify([weather, weather.function]),
      'Tool 2 (get_weather): This is only the function. Write it as {"type": "function", "function": { … }}.',
    ],
    [JSON.stringify([{ function: weather.function }]), 'Tool 1 (get_weather): "type": "function" is missing.'],
    [JSON.stringify([{ type: "function" }]), 'Tool 1: "function" is missing. It is an object with a "name".'],
    [
      JSON.stringify([{ type: "function", function: "f" }]),
      'Tool 1: "function" is missing. It is an object with a "name".',
    ],
    [JSON.stringify([{ type: "function", function: {} }]), 'Tool 1: The "function" needs a "name".'],
    [JSON.stringify([{ type: "function", function: { name: " " } }]), 'Tool 1: The "function" needs a "name".'],
    [
      JSON.stringify([{ type: "function", function: { name: "x".repeat(257) } }]),
      "Tool 1: The name is longer than 256 characters.",
    ],
    [JSON.stringify([weather, weather]), "Tool 2 (get_weather): An earlier tool has the same name."],
    [
      JSON.stringify([{ type: "function", function: { name: "f", description: 1 } }]),
      'Tool 1 (f): The "description" must be text.',
    ],
    [
      JSON.stringify([{ type: "function", function: { name: "f", parameters: [] } }]),
      'Tool 1 (f): The "parameters" must be a JSON schema, an object in { }.',
    ],
    [" ".repeat(100_001), "The list is longer than 100,000 characters."],
  ])("%.60s: %s", (text, expected) => expect(words(text)).toBe(expected));
});
