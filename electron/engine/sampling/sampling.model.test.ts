// What samplers, stop texts, biases and structures do to answers, through the real engine with the starter model.
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type { Llama } from "node-llama-cpp";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { z } from "zod";
import type { FromEngine } from "../../contract/engineProtocol";
import { ChatId, MessageId, ModelId, RequestId } from "../../contract/ids";
import { textOf, textParts } from "../../contract/parts";
import type { AnswerStructure, ChatSettings } from "../../contract/sampling";
import { readAnswerSchema } from "../../contract/structure/readAnswerSchema";
import { goodGrammars } from "../../testing/goodGrammars";
import { loadChoice, loadReasons } from "../../testing/loadChoice";
import { starterModelPath } from "../../testing/starterModelPath";
import { EngineProcess } from "../EngineProcess";
import { startLlama } from "../startLlama";

type End = Extract<FromEngine, { kind: "end" }>["result"];

let folder: string;
let llama: Llama;
let engine: EngineProcess;
const ends = new Map<string, (result: End) => void>();
let requests = 0;

function ask(message: { kind: string; [key: string]: unknown }): Promise<End> {
  const requestId = RequestId.parse(`request-${++requests}`);
  const end = new Promise<End>((resolve) => ends.set(requestId, resolve));
  engine.receive({ requestId, ...message });
  return end;
}

const start = (question: string, settings: Partial<ChatSettings>) =>
  ask({
    kind: "generate",
    messageId: MessageId.parse("answer"),
    chatId: ChatId.parse("chat"),
    stack: [],
    turns: [{ messageId: MessageId.parse("question"), role: "user", parts: textParts(question) }],
    settings: { systemPrompt: "", sampling: {}, seed: 7, maxTokens: 200, ...settings },
  });

async function answer(question: string, settings: Partial<ChatSettings> = {}) {
  const result = await start(question, settings);
  if (result.kind !== "answered") throw new Error(JSON.stringify(result));
  return { text: textOf(result.parts), facts: result.facts };
}

const greedy = { temperature: 0, repeatPenalty: 1 };
const schema = (value: object): AnswerStructure => ({ kind: "json-schema", schema: JSON.stringify(value) });
const grammar = (text: string): AnswerStructure => ({ kind: "grammar", grammar: text });

const schemaCases: readonly { name: string; value: object; fits: readonly string[]; misses: readonly string[] }[] = [
  {
    name: "optional fields",
    value: { properties: { a: { type: "integer" }, b: { type: "boolean" }, c: { type: "null" } }, required: ["b"] },
    fits: ['{"a": 1, "b": true, "c": null}', '{"b":false}', '{"a":-5,"b":true}', '{\n  "b": true,\n  "c": null\n}'],
    misses: [
      "{}",
      '{"a":1}',
      '{"b":true,"a":1}',
      '{"b":true,}',
      '{"b":true,"d":1}',
      '{"a":1e-5,"b":true}',
      '{"a":1.5,"b":true}',
      '{"b":true} ',
      '{"b":true}\n\n\n\n',
    ],
  },
  {
    name: "only optional fields",
    value: { properties: { a: { const: 1 }, b: { const: 2 } } },
    fits: ["{}", '{"a":1}', '{"b":2}', '{"a":1,"b":2}'],
    misses: ["", '{"b":2,"a":1}', '{,"b":2}'],
  },
  {
    name: "other fields",
    value: { properties: { a: { const: 1 } }, required: ["a"], additionalProperties: { type: "integer" } },
    fits: ['{"a":1}', '{"a":1,"x":2,"y":3}'],
    misses: ['{"x":2}', '{"a":1,"x":"2"}'],
  },
  {
    name: "anything",
    value: {},
    fits: ['{"a":[1,{"b":null}]}', '"x"', "-1.5e3", "[]", "{}", "true"],
    misses: ["", "x", "{a:1}", "[1,]", "01"],
  },
  {
    name: "either",
    value: { anyOf: [{ type: "string" }, { type: ["integer", "null"] }] },
    fits: ['"x"', "5", "null"],
    misses: ["true", "1.5", "{}"],
  },
  {
    name: "either of two objects",
    value: {
      type: "object",
      properties: { kind: { enum: ["a", "b"] } },
      oneOf: [{ required: ["kind"] }, { properties: { n: { const: 0 } }, required: ["n"] }],
    },
    fits: ['{"kind":"a"}', '{"n":0}', '{"kind":"b","n":0}'],
    misses: ["{}", '{"kind":"c"}'],
  },
  {
    name: "a list",
    value: { type: "array", items: { type: "integer" }, minItems: 1, maxItems: 3 },
    fits: ["[1]", "[1, 2, 3]"],
    misses: ["[]", "[1,2,3,4]", "[1,]", '["1"]'],
  },
  {
    name: "a tuple",
    value: { prefixItems: [{ const: "x" }, { type: "boolean" }], items: { type: "integer" }, maxItems: 3 },
    fits: ['["x",true]', '["x",true,7]'],
    misses: ['["x"]', '["x",true,7,8]'],
  },
  { name: "an empty list", value: { type: "array", maxItems: 0 }, fits: ["[]"], misses: ["[1]"] },
  {
    name: "texts",
    value: { type: "string", minLength: 2, maxLength: 3 },
    fits: ['"ab"', '"a\\""', '"äöü"', '"\\u00e9x"'],
    misses: ['"a"', '"abcd"', '"a\n"', '"\\x"'],
  },
  {
    name: "numbers",
    value: { type: "integer", exclusiveMinimum: 0, maximum: 3 },
    fits: ["1", "3"],
    misses: ["0", "4", "-1", "01"],
  },
  {
    name: "formats",
    value: { type: "string", format: "date-time" },
    fits: ['"2026-11-28T23:59:00Z"', '"2026-01-01T00:00:00.123+02:00"'],
    misses: ['"2026-13-01T00:00:00Z"', '"2026-11-28"'],
  },
  {
    name: "names with marks",
    value: { properties: { 'a"b\\c': { enum: ["\n", { x: [1] }] } }, required: ['a"b\\c'] },
    fits: ['{"a\\"b\\\\c":"\\n"}', '{"a\\"b\\\\c":{"x":[1]}}'],
    misses: ['{"a"b\\c":1}'],
  },
  {
    name: "itself",
    value: {
      $ref: "#/$defs/node",
      $defs: {
        node: {
          properties: { v: { type: "integer" }, next: { anyOf: [{ $ref: "#/$defs/node" }, { type: "null" }] } },
          required: ["v"],
        },
      },
    },
    fits: ['{"v":1}', '{"v":1,"next":{"v":2,"next":null}}'],
    misses: ['{"v":1,"next":{}}'],
  },
  {
    name: "all of several",
    value: { allOf: [{ properties: { a: { const: 1 } }, required: ["a"] }, { properties: { b: { const: 2 } } }] },
    fits: ['{"a":1}', '{"a":1,"b":2}'],
    misses: ['{"b":2}'],
  },
];

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "facet-sampling-"));
  llama = await startLlama({ log: () => {}, backend: "processor" });
  engine = new EngineProcess(llama, (message) => {
    if (message.kind === "end") ends.get(message.requestId)?.(message.result);
  });
  await engine.start();
  const loaded = await ask({
    kind: "load",
    modelId: ModelId.parse("m"),
    path: starterModelPath(),
    name: "Starter",
    choice: loadChoice({ contextSizeTokens: 2048 }),
    reasons: loadReasons,
    stateFolder: path.join(folder, "state"),
    conversationsWithDeltas: 1,
  });
  if (loaded.kind !== "loaded") throw new Error(JSON.stringify(loaded));
}, 60_000);
afterAll(async () => {
  await engine.dispose();
  await rm(folder, { recursive: true });
}, 60_000);

describe("a JSON schema", { timeout: 120_000 }, () => {
  const person = {
    type: "object",
    properties: {
      name: { type: "string", maxLength: 12 },
      age: { type: "integer", minimum: 1, maximum: 120 },
      height: { type: "number" },
      alive: { type: "boolean" },
      trade: { enum: ["painter", "sculptor", "inventor"] },
      works: { type: "array", items: { type: "string", maxLength: 12 }, maxItems: 3 },
      home: { type: "object", properties: { town: { type: "string", maxLength: 12 } }, required: ["town"] },
    },
    required: ["name", "age", "alive", "works", "home"],
  };
  const Person = z.strictObject({
    name: z.string(),
    age: z.number().int().min(1).max(120),
    height: z.number().optional(),
    alive: z.boolean(),
    trade: z.enum(["painter", "sculptor", "inventor"]).optional(),
    works: z.array(z.string()).max(3),
    home: z.strictObject({ town: z.string() }),
  });

  it.each([1, 2, 3])("is what the answer fits, seed %i", async (seed) => {
    const { text, facts } = await answer("Describe a famous artist.", {
      seed,
      sampling: { temperature: 1 },
      structure: schema(person),
      maxTokens: 400,
    });
    expect(Person.parse(JSON.parse(text))).toBeDefined();
    expect(facts.endReason).toBe("end");
  });

  test.each<[string, object, z.ZodType]>([
    [
      "a list",
      { type: "array", items: { type: "string", maxLength: 20 }, minItems: 2, maxItems: 4 },
      z.array(z.string()).min(2).max(4),
    ],
    [
      "one of two kinds, or nothing",
      { anyOf: [{ type: "integer", minimum: 0, maximum: 9 }, { type: "null" }] },
      z.number().int().nullable(),
    ],
    [
      "a date",
      { type: "object", properties: { day: { type: "string", format: "date" } }, required: ["day"] },
      z.strictObject({ day: z.iso.date() }),
    ],
  ])("can be %s", async (_name, value, fits) => {
    const { text } = await answer("Answer as you like.", { structure: schema(value) });
    expect(fits.parse(JSON.parse(text))).toBeDefined();
  });

  it.each(schemaCases)("takes what fits and nothing else: $name", async ({ value, fits, misses }) => {
    const reading = readAnswerSchema(JSON.stringify(value));
    if (!reading.ok) throw new Error(reading.mistake.reason);
    const written = await llama.createGrammar({ grammar: reading.grammar });
    const takes = (text: string): unknown =>
      Reflect.apply(Reflect.get(written, "_testText") as (text: string) => boolean, written, [text]);
    for (const text of fits) expect([text, takes(text)]).toEqual([text, true]);
    for (const text of misses) expect([text, takes(text)]).toEqual([text, false]);
  });

  it.each(["", "{", "[]", "null", '{"type": "thing"}', '{"$ref": "#/$defs/none"}', '{"enum": []}'])(
    "that is broken is refused, and the next answer comes: %s",
    async (text) => {
      const refused = await start("Hello", { structure: { kind: "json-schema", schema: text } });
      expect(refused).toMatchObject({
        kind: "failed",
        failure: {
          code: "structure-invalid",
          details: { kind: "json-schema", reason: expect.stringMatching(/^schema-|^not-json$/) },
        },
      });
      expect((await answer("Hello", { maxTokens: 2 })).facts.answerTokens).toBeGreaterThan(0);
    },
  );
});

describe("a grammar", { timeout: 120_000 }, () => {
  it("is followed", async () => {
    const { text, facts } = await answer("Name fruits.", {
      structure: grammar('root ::= item{3}\nitem ::= "- " [a-z]{3,12} "\\n"'),
    });
    expect(text).toMatch(/^(- [a-z]{3,12}\n){3}$/);
    expect(facts.endReason).toBe("end");
    expect(
      (
        await answer("Is Paris in France?", {
          sampling: { temperature: 1.5 },
          structure: grammar('root ::= "yes" | "no"'),
        })
      ).text,
    ).toMatch(/^(yes|no)$/);
  });

  it.each(goodGrammars)("of every kind is taken: %s", async (_name, text) => {
    expect((await answer("Hello", { structure: grammar(text), maxTokens: 8 })).facts.modelId).toBe("m");
  });

  it.each([
    ["nothing", ""],
    ["an empty rule", "root ::="],
    ["a wrong mark", 'root = "a"'],
    ["a rule that begins with itself", 'root ::= root "a"'],
    ["one that does in a roundabout way", 'root ::= a root "a" | "b"\na ::= b b\nb ::= "x"?'],
    ["deep nesting", `root ::= ${"(".repeat(30_000)}`],
    ["a character that no model writes", 'root ::= "\\x00"'],
    ["a token", "root ::= <think>"],
  ])("that is broken is refused or means an empty answer, and the next one comes: %s", async (_name, text) => {
    const ended = await start("Hello", { structure: grammar(text) });
    const refused = {
      kind: "failed",
      failure: {
        code: "structure-invalid",
        details: { kind: "grammar", reason: expect.stringMatching(/^grammar-/) as string },
      },
    };
    const isEmpty = ended.kind === "answered" && textOf(ended.parts) === "";
    expect(isEmpty ? refused : ended).toMatchObject(refused);
    expect((await answer("Hello", { maxTokens: 2 })).facts.answerTokens).toBeGreaterThan(0);
  });

  it("that leads where no token fits ends the answer, not the engine", async () => {
    const stuck = await start("Hello", { structure: grammar('root ::= "yes" [\\x00] "no"') });
    expect(stuck).toMatchObject({
      kind: "failed",
      failure: { code: "structure-invalid", details: { reason: "no-token-fits" } },
    });
    const without = ["y", "ye", "yes", "Y", "e", "es", "s"].map((text) => ({ text, bias: -100 }));
    expect(await start("Hello", { logitBias: without, structure: grammar('root ::= "yes"') })).toMatchObject({
      kind: "failed",
      failure: { code: "structure-invalid" },
    });
    expect((await answer("Say yes.", { structure: grammar('root ::= "yes"') })).text).toBe("yes");
  });
});

describe("a stop text", { timeout: 120_000 }, () => {
  const count = "Count from 1 to 10, with commas.";
  let whole = "";
  beforeAll(async () => {
    whole = (await answer(count, { sampling: greedy, maxTokens: 30 })).text;
  }, 60_000);

  it("ends the answer, and is no part of it", async () => {
    expect(whole).toContain("5");
    const { text, facts } = await answer(count, { sampling: greedy, maxTokens: 30, stopTexts: ["never written", "5"] });
    expect(text).toBe(whole.slice(0, whole.indexOf("5")));
    expect(facts.endReason).toBe("end");
  });

  it("may be longer than a token", async () => {
    const stop = whole.slice(4, 12);
    const { text } = await answer(count, { sampling: greedy, maxTokens: 30, stopTexts: [stop] });
    expect(text).toBe(whole.slice(0, whole.indexOf(stop)));
  });
});

describe("a logit bias", { timeout: 120_000 }, () => {
  const question = "What is the capital of France? Answer in one sentence.";
  it("of -100 rules a word out", async () => {
    expect((await answer(question, { sampling: greedy, maxTokens: 24 })).text).toContain("Paris");
    expect(
      (await answer(question, { sampling: greedy, maxTokens: 24, logitBias: [{ text: "Paris", bias: -100 }] })).text,
    ).not.toContain("Paris");
  });

  it("of 100 forces it", async () => {
    const { text } = await answer(question, {
      sampling: greedy,
      maxTokens: 6,
      logitBias: [{ text: " banana", bias: 100 }],
    });
    expect(text.toLowerCase()).toMatch(/^ ?banana/);
  });
});

describe("samplers", { timeout: 120_000 }, () => {
  const story = "Tell me a story about a lighthouse.";
  const write = async (sampling: ChatSettings["sampling"], settings: Partial<ChatSettings> = {}) =>
    (
      await answer(story, {
        maxTokens: 12,
        ...settings,
        sampling: { topK: 0, topP: 1, minP: 0, repeatPenalty: 1, temperature: 1, ...sampling },
      })
    ).text;

  it("top-n-sigma answers, the same with the same seed", async () => {
    const one = await write({ topNSigma: 1 });
    expect(one.length).toBeGreaterThan(20);
    expect(await write({ topNSigma: 1 })).toBe(one);
    expect(await write({ topNSigma: 1 }, { seed: 8 })).not.toBe(one);
  });

  it("top-n-sigma that keeps the likeliest only writes what greedy does", async () => {
    expect(await write({ topNSigma: 0.0001, temperature: 2 })).toBe(await write({ temperature: 0 }));
  });

  it("DRY breaks a loop", async () => {
    const mostRepeatedLine = async (sampling: ChatSettings["sampling"]) => {
      const { text } = await answer("Write a poem about the sea where each line is the same.", {
        maxTokens: 72,
        sampling: { ...greedy, ...sampling },
      });
      const lines = text.split("\n");
      return Math.max(...lines.map((line) => lines.filter((other) => other === line).length));
    };
    expect(await mostRepeatedLine({})).toBeGreaterThan(3);
    expect(await mostRepeatedLine({ dryMultiplier: 1 })).toBeLessThan(3);
  });

  it("XTC, presence and frequency penalties change the answer", async () => {
    const plain = await write({});
    expect(await write({ xtcProbability: 1, xtcThreshold: 0.1 })).not.toBe(plain);
    const looping = await write({ temperature: 0 }, { maxTokens: 40 });
    for (const penalty of [{ presencePenalty: 2 }, { frequencyPenalty: 2 }])
      expect(await write({ temperature: 0, ...penalty }, { maxTokens: 40 })).not.toBe(looping);
  });
});
