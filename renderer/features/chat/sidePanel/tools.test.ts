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
    ["", "No tools"],
    ["  \n", "No tools"],
    ["[]", "No tools"],
    [JSON.stringify([weather]), "1 tool: get_weather"],
    [
      JSON.stringify(["a", "b", "c", "d", "e", "f"].map((name) => ({ type: "function", function: { name } }))),
      "6 tools: a, b, c, d, 2 more",
    ],
  ])("%s: %s", (text, expected) => expect(words(text)).toBe(expected));

  test.each([
    ["[{", "This is not JSON yet: the end is missing."],
    ['[\n  {"type": "function",}\n]', "This is not JSON: look at line 2, column 23."],
    [JSON.stringify(weather), "Tools are a list: write [ ] around them."],
    ['"get_weather"', "Tools are a list: write [ ] around them."],
    ["null", "Tools are a list: write [ ] around them."],
    ['["get_weather"]', "Tool 1 must be an object, in { }."],
    ["[[]]", "Tool 1 must be an object, in { }."],
    [
      JSON.stringify([weather, weather.function]),
      'Tool 2 (get_weather) is only the function. Write it as {"type": "function", "function": { … }}.',
    ],
    [JSON.stringify([{ function: weather.function }]), 'Tool 1 (get_weather) needs "type": "function".'],
    [JSON.stringify([{ type: "function" }]), 'Tool 1 needs a "function", an object with a "name".'],
    [JSON.stringify([{ type: "function", function: "f" }]), 'Tool 1 needs a "function", an object with a "name".'],
    [JSON.stringify([{ type: "function", function: {} }]), 'The "function" of tool 1 needs a "name".'],
    [JSON.stringify([{ type: "function", function: { name: " " } }]), 'The "function" of tool 1 needs a "name".'],
    [
      JSON.stringify([{ type: "function", function: { name: "x".repeat(257) } }]),
      "The name of tool 1 is longer than 256 characters.",
    ],
    [JSON.stringify([weather, weather]), "Tool 2 (get_weather) has the name of an earlier tool."],
    [
      JSON.stringify([{ type: "function", function: { name: "f", description: 1 } }]),
      'The "description" of tool 1 (f) must be text.',
    ],
    [
      JSON.stringify([{ type: "function", function: { name: "f", parameters: [] } }]),
      'The "parameters" of tool 1 (f) must be a JSON schema, an object in { }.',
    ],
    [" ".repeat(100_001), "The list is longer than 100,000 characters."],
  ])("%.60s: %s", (text, expected) => expect(words(text)).toBe(expected));
});
