// What the bundled chat templates write as an answer is read back as the parts that it was written of, however it is cut into tokens.
import { readdirSync } from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { changeParts, type MessagePart } from "../../contract/parts";
import { bundledTemplates } from "../../testing/bundledTemplates";
import { TemplateAnswers } from "../../testing/templateAnswers";
import type { JsonValue } from "../template/JinjaTemplate";
import { AnswerParser } from "./AnswerParser";

const names = readdirSync(path.join(import.meta.dirname, "..", "..", "testing", "templateReferences"))
  .filter((file) => file !== "conversations.json")
  .map((file) => file.replace(/\.json$/u, ""));
/** Each with its reason: nothing is written that could be read back. */
const withoutCalls: Readonly<Record<string, string>> = {
  "Kimi-K2-Instruct": "refuses in transformers' sandbox",
  "Kimi-K2-Thinking": "refuses in transformers' sandbox",
  "deepseek-ai-DeepSeek-R1-Distill-Llama-8B": "writes calls only where content is null, which transformers leaves out",
  "llama-cpp-deepseek-r1": "cannot print the list of tools",
  "ibm-granite-granite-3.3-2B-Instruct": "speaks of calls only",
  "LFM2-8B-A1B": "content only",
  "LFM2.5-Instruct": "content only",
  "HuggingFaceTB-SmolLM3-3B": "speaks of calls only",
  "CohereForAI-c4ai-command-r-plus-tool_use": "asks tools for a field that JSON Schema does not require",
};

const tools: readonly JsonValue[] = ["get_weather", "find-flight"].map((name) => ({
  type: "function",
  function: {
    name,
    description: "A tool.",
    parameters: {
      type: "object",
      required: [],
      properties: Object.fromEntries(
        Object.entries({
          city: "string",
          code: "string",
          number: "string",
          days: "integer",
          ratio: "number",
          exact: "boolean",
          options: "object",
          tags: "array",
        }).map(([key, type]) => [key, { type, description: "Something." }]),
      ),
    },
  },
}));
const calls = [
  {
    name: "get_weather",
    values: {
      city: 'Paris "la belle"\n d\'été, 日本 🦊 \\ <b>&amp;</b>',
      code: 'if (a < b) {\n\treturn ["}"];\n}\n',
      number: "12",
      days: 12,
      ratio: 0.25,
      exact: false,
      options: { deep: { list: [1, "two", { three: 3.5 }], yes: true }, "a key": "its value" },
      tags: ["x", 'y"z', "</b>"],
    },
  },
  { name: "find-flight", values: { city: "a, b: c = {d}", tags: [], days: -3 } },
];
const THOUGHT = 'Let me think.\nIt says "x < y" & so on.\n\nDone, 日本 🦊!';
const ANSWER = "The answer is **4**.\n\n```js\nlet x = `<think>`;\n```\n\nSee?";

const figures = { thoughts: { all: 0, read: 0 }, calls: { all: 0, read: 0 } };
let templates: ReadonlyMap<string, string>;

beforeAll(async () => {
  templates = await bundledTemplates(names.map((name) => `${name}.jinja`));
}, 120_000);
afterAll(() => {
  console.log(`thoughts.round_trip: ${figures.thoughts.read} of ${figures.thoughts.all} templates`);
  console.log(`tools.round_trip: ${figures.calls.read} of ${figures.calls.all} templates`);
});

const made = new Map<string, TemplateAnswers>();

function answersOf(name: string): TemplateAnswers {
  const answers = made.get(name) ?? new TemplateAnswers(templates.get(`${name}.jinja`) ?? "", tools);
  made.set(name, answers);
  return answers;
}

const cuts = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 40 });

function read(
  answers: TemplateAnswers,
  { prompt, answer }: { prompt: string; answer: string },
  lengths: readonly number[],
): MessagePart[] {
  const parser = new AnswerParser({ syntax: answers.format.answer, prompt, tools, stopTexts: answers.stopTexts });
  let parts: MessagePart[] = [];
  for (const token of answers.tokensOf(answer, lengths)) {
    if (!parser.isOver) for (const change of parser.push(token, 0)) parts = changeParts(parts, change);
  }
  for (const change of parser.finish(0)) parts = changeParts(parts, change);
  return parts;
}

function withThought(answers: TemplateAnswers): { prompt: string; answer: string } | null {
  const keys = ["reasoning_content", "reasoning", "thinking", "thought"];
  const written = answers.write(
    [
      ...keys.map((key) => ({ content: answers.content(ANSWER), [key]: THOUGHT })),
      {
        content: [
          { type: "thinking", thinking: THOUGHT },
          { type: "text", text: ANSWER },
        ],
      },
      {
        content: {
          blocks: [
            { type: "thoughts", text: THOUGHT },
            { type: "response", text: ANSWER },
          ],
        },
      },
    ],
    "It says",
  );
  if (written?.answer.includes("See?") === true) return written;
  // Where the template writes no thought beside an answer, models write it all the same, as the template says or prompts begin it.
  const [thought] = answers.format.answer.thoughts;
  if (thought === undefined || !answers.format.answer.thinks) return null;
  const plain = (text: string) => text.replaceAll(/[\uFDD0-\uFDEF]/gu, "");
  const open = plain(thought.open?.source ?? "");
  const isOpen = answers.prompt.trimEnd().endsWith(open);
  const isClosed = answers.prompt.trimEnd().endsWith(plain(thought.close.source));
  return {
    prompt: isClosed ? "" : answers.prompt,
    answer: `${isOpen ? "" : open}\n${THOUGHT}${thought.toAnswer}${ANSWER}`,
  };
}

function expectThought(answers: TemplateAnswers, written: { prompt: string; answer: string }): void {
  fc.assert(
    fc.property(cuts, (lengths) => {
      const parts = read(answers, written, lengths).map((part) =>
        part.kind === "text" ? { ...part, text: part.text.trim() } : part,
      );
      expect(parts).toEqual([
        { kind: "thought", text: THOUGHT, durationMs: 0 },
        { kind: "text", text: ANSWER },
      ]);
    }),
    { numRuns: 8 },
  );
}

function expectCalls(
  answers: TemplateAnswers,
  written: { prompt: string; answer: string },
  wanted: typeof calls,
): void {
  fc.assert(
    fc.property(cuts, (lengths) => {
      const parts = read(answers, written, lengths);
      expect(
        parts.map((part) =>
          part.kind === "tool-call" ? { name: part.name, values: JSON.parse(part.arguments) as unknown } : part,
        ),
      ).toEqual(wanted);
    }),
    { numRuns: 8 },
  );
}

/** One call and two, as far as the template writes them. */
function withCalls(answers: TemplateAnswers): { prompt: string; answer: string; wanted: typeof calls }[] {
  return [1, 2].flatMap((count) => {
    const wanted = calls.slice(0, count);
    const toolCalls = wanted.map(({ name, values }, index) => ({
      type: "function",
      id: `abcdefgh${index}`,
      function: { name, arguments: answers.format.shape.argumentsAreText ? JSON.stringify(values) : values },
    }));
    const written = answers.write(
      [{ content: answers.content(""), tool_calls: toolCalls }],
      wanted.at(-1)?.name ?? "",
      { tools },
    );
    return written === null ? [] : [{ ...written, wanted }];
  });
}

describe.each(names)("%s", (name) => {
  it("has its thoughts read", () => {
    const answers = answersOf(name);
    const written = withThought(answers);
    expect(written === null).toBe(answers.format.facts.thinking === null);
    if (written === null) return;
    figures.thoughts.all++;
    expectThought(answers, written);
    figures.thoughts.read++;
  });

  it("has its tool calls read", () => {
    const answers = answersOf(name);
    const written = withCalls(answers);
    expect(written.length === 0 && answers.format.answer.calls !== null).toBe(
      name in withoutCalls && answers.format.answer.calls !== null,
    );
    if (written.length === 0) return;
    figures.calls.all++;
    for (const { wanted, ...answer } of written) expectCalls(answers, answer, wanted);
    figures.calls.read++;
  });
});
