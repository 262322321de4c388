// Answers come out in their parts, whatever their spelling, however they are cut, and as early as is safe.
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { changeParts, type MessagePart, type PartChange } from "../../contract/parts";
import { tools } from "../../testing/families";
import * as families from "../../testing/families/modelFamilies";
import { templateHeader, tokensOf } from "../../testing/templateAnswers";
import { ChatFormat } from "../template/ChatFormat";
import type { Vocabulary } from "../template/Vocabulary";
import { AnswerParser, type AnswerParserOptions, type AnswerToken } from "./AnswerParser";
import { knownThoughts } from "./spellings";

type Options = Partial<Omit<AnswerParserOptions, "syntax">>;

/** A model with this template and these tokens, and how its answers are read. */
class Reading {
  readonly format: ChatFormat;
  readonly #control: ReadonlySet<string>;
  readonly #eos: string;
  readonly prompt: string;

  constructor({ chatTemplate, special, bos = "", eos, generationPrompt }: families.ModelFamily) {
    this.#control = new Set(special.filter(({ type }) => type === "control").map(({ text }) => text));
    this.#eos = eos;
    this.prompt = generationPrompt[0] ?? "";
    const vocabulary: Vocabulary = {
      specialTokens: [{ use: "bos", id: 1, text: bos }],
      markerTexts: special.map(({ text }) => text),
      isControl: (text) => this.#control.has(text),
    };
    this.format = ChatFormat.of(templateHeader(chatTemplate), vocabulary);
  }

  parser(options: Options = {}): AnswerParser {
    return new AnswerParser({ syntax: this.format.answer, prompt: this.prompt, tools, ...options });
  }

  tokens(answer: string, lengths: readonly number[] = [3]): AnswerToken[] {
    return tokensOf(
      answer,
      (text) => this.#control.has(text),
      (text) => text === this.#eos,
      lengths,
    );
  }

  changes(answer: string, options: Options = {}, lengths?: readonly number[]): PartChange[] {
    const parser = this.parser(options);
    const changes: PartChange[] = [];
    let atMs = 0;
    for (const token of this.tokens(answer, lengths))
      if (!parser.isOver) changes.push(...parser.push(token, (atMs += 10)));
    return [...changes, ...parser.finish(atMs)];
  }

  read(answer: string, options?: Options, lengths?: readonly number[]): MessagePart[] {
    return this.changes(answer, options, lengths).reduce<MessagePart[]>(changeParts, []);
  }
}

/** Without times and ids. */
function brief(parts: readonly MessagePart[]): unknown[] {
  return parts.map((part) =>
    part.kind === "tool-call" ? { call: part.name, with: part.arguments } : { [part.kind]: part.text },
  );
}

const withTokens = (family: families.ModelFamily, ...texts: string[]): families.ModelFamily => ({
  ...family,
  special: [...family.special, ...texts.map((text) => ({ text, type: "control" as const }))],
});
/** As llama.cpp has them: its loader makes harmony's tokens ordinary text, and Gemma's file says so of its own. */
const asText = (family: families.ModelFamily): families.ModelFamily => ({
  ...family,
  special: family.special.map((one) =>
    /^<\|?(?:channel|message|start|constrain|end|tool_call|"|\|)\|?>$/u.test(one.text)
      ? { ...one, type: "user-defined" as const }
      : one,
  ),
});
/** Granite 3.2 in short: the system prompt asks for sections that begin with sentences. */
const granitePhrases: families.ModelFamily = {
  ...families.granite,
  chatTemplate:
    "{%- if thinking %}{{- \"<|start_of_role|>system<|end_of_role|>Write down your thoughts after 'Here is my thought process:' and write your response after " +
    "'Here is my response:' for each user query.<|end_of_text|>\" }}{%- endif %}" +
    "{%- for message in messages %}{{- '<|start_of_role|>' + message.role + '<|end_of_role|>' + message.content + '<|end_of_text|>' }}{%- endfor %}" +
    "{%- if add_generation_prompt %}{{- '<|start_of_role|>assistant<|end_of_role|>' }}{%- endif %}",
};
const T = "Let me see.\n\nIt is 4 < 5.";
const A = "It is **4**.\n\nSure.";

/** The same may be written in several ways. */
const spellings: readonly [name: string, ...ways: (readonly [families.ModelFamily, answer: string])[]][] = [
  ["<think>", [families.qwen3, `<think>\n${T}\n</think>\n\n${A}`], [families.qwen3, `<think>${T}</think>${A}`]],
  [
    "lone </think>",
    [families.qwq, `${T}\n</think>\n\n${A}`],
    [families.qwq, `<think>\n${T}\n</think>\n\n${A}`],
    [families.unopened, `${T}\n</think>\n\n${A}`],
  ],
  ["[THINK]", [families.mistral, `[THINK]${T}[/THINK]${A}`]],
  ["<seed:think>", [families.seedOss, `<seed:think>${T}</seed:think>\n${A}`]],
  ["<|channel>thought", [families.gemma4, `<|channel>thought\n${T}<channel|>${A}`]],
  [
    "<|START_THINKING|>",
    [
      families.cohere,
      `<|START_THINKING|>${T}<|END_THINKING|><|START_RESPONSE|>${A}<|END_RESPONSE|><|END_OF_TURN_TOKEN|>`,
    ],
  ],
  ["<thinking>", [families.thinkingTag, `<thinking>\n${T}\n</thinking>\n\n${A}`]],
  [
    "<reasoning>, <thought>",
    [families.chatMl, `<reasoning>${T}</reasoning>${A}`],
    [families.chatMl, `<Thought>\n${T}\n</Thought>\n${A}`],
  ],
  [
    "harmony",
    ...[families.harmony, asText(families.harmony)].map(
      (family) =>
        [
          family,
          `<|channel|>analysis<|message|>${T}<|end|><|start|>assistant<|channel|>final<|message|>${A}<|return|>`,
        ] as const,
    ),
  ],
  ["◁think▷", [families.kimiVl, `◁think▷${T}◁/think▷${A}`]],
  [
    "sentences that the template asks for",
    [granitePhrases, `Here is my thought process:\n${T}\n\nHere is my response:\n${A}`],
  ],
  [
    "<|inner_prefix|>",
    [withTokens(families.chatMl, "<|inner_prefix|>", "<|inner_suffix|>"), `<|inner_prefix|>${T}<|inner_suffix|>${A}`],
  ],
];
/** As a model writes them of which nothing is known, at the start of an answer. */
const known = [
  "<think>",
  "<thinking>",
  "<thought>",
  "<reasoning>",
  "[THINK]",
  "<seed:think>",
  "◁think▷",
  "<|channel>thought",
  "<|START_THINKING|>",
  "<|inner_prefix|>",
];

describe("thoughts", () => {
  let read = 0;
  afterAll(() => console.log(`thoughts.spellings: ${read} of ${spellings.length}`));

  it.each(spellings)("in %s", (_name, ...ways) => {
    for (const [family, answer] of ways) {
      const reading = new Reading(family);
      fc.assert(
        fc.property(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 20 }), (lengths) => {
          expect(brief(reading.read(answer, {}, lengths))).toEqual([{ thought: T }, { text: A }]);
        }),
        { numRuns: 30 },
      );
    }
    read++;
  });

  it.each(known)("in %s, of a model of which nothing is known", (open) => {
    const close = knownThoughts.find(([one]) => one === open)?.[1] ?? "";
    expect(brief(new Reading(families.chatMl).read(`${open}\n${T}\n${close}\n\n${A}`))).toEqual([
      { thought: T },
      { text: A },
    ]);
    expect(brief(new Reading(families.chatMl).read(`See ${open} and ${close} there`))).toEqual([
      { text: `See ${open} and ${close} there` },
    ]);
  });

  it("are emitted as they come, with their time", () => {
    const reading = new Reading(families.qwen3);
    const parser = reading.parser();
    const at = (text: string, ms: number) => parser.push({ text, isControl: false, isEnd: false }, ms);
    expect(at("<think>", 100)).toEqual([]);
    expect(parser.thought?.toAnswer).toBe("\n</think>\n\n");
    expect(at("\n", 110)).toEqual([]);
    expect(at("Hm", 120)).toEqual([{ kind: "open", part: { kind: "thought", text: "Hm", durationMs: null } }]);
    expect(at(", so <", 130)).toEqual([{ kind: "append", text: ", so" }]);
    expect(at("b", 140)).toEqual([{ kind: "append", text: " <b" }]);
    expect(at("\n</thi", 150)).toEqual([]);
    expect(at("nk>", 350)).toEqual([
      { kind: "replace", part: { kind: "thought", text: "Hm, so <b", durationMs: 250 } },
    ]);
    expect(parser.thought).toBeNull();
    expect(at("\n\n", 360)).toEqual([]);
    expect(at("Yes", 370)).toEqual([{ kind: "open", part: { kind: "text", text: "Yes" } }]);
  });

  it("that do not end stay thoughts, with their time", () => {
    expect(new Reading(families.qwen3).read("<think>\nHm", {}, [4])).toEqual([
      { kind: "thought", text: "Hm", durationMs: 10 },
    ]);
  });

  it("that are empty are none", () => {
    expect(brief(new Reading(families.qwen3).read("<think>\n\n</think>\n\nYes"))).toEqual([{ text: "Yes" }]);
    expect(brief(new Reading(families.qwq).read("\n</think>\n\nYes"))).toEqual([{ text: "Yes" }]);
  });

  it("that nobody opened are emitted when they end", () => {
    const reading = new Reading(families.qwen3);
    const changes = reading.changes(`${T}\n</think>\n\n${A}`);
    expect(changes[0]).toMatchObject({ kind: "open", part: { kind: "text" } });
    expect(brief(changes.reduce<MessagePart[]>(changeParts, []))).toEqual([{ thought: T }, { text: A }]);
  });

  it("may come again, between calls and on a line of their own", () => {
    const call = '<tool_call>\n{"name": "get_time", "arguments": {}}\n</tool_call>';
    const answer = `<think>\nOne\n</think>\n\nFirst.\n\n<think>\nTwo\n</think>\n\n${call}\n<think>\nThree\n</think>\n\nDone`;
    expect(brief(new Reading(families.qwen3).read(answer))).toEqual([
      { thought: "One" },
      { text: "First." },
      { thought: "Two" },
      { call: "get_time", with: "{}" },
      { thought: "Three" },
      { text: "Done" },
    ]);
  });

  it("are not begun where the prompt ended them", () => {
    const prompt = "<|im_start|>assistant\n<think>\n\n</think>\n\n";
    expect(brief(new Reading(families.qwen3).read("The tag\n</think>\nends one.", { prompt }))).toEqual([
      { text: "The tag\n</think>\nends one." },
    ]);
  });
});

describe("an answer stays text", () => {
  it.each([
    "Write <think> first, and </think> behind it.",
    "A thought is in `<think>` and `</think>`.",
    "The tags are:\n\n```\n<think>\nA thought.\n</think>\n```\nSee?",
    "Calls are in <tool_call> and </tool_call> tags.",
    'Like so:\n\n```\n<tool_call>\n{"name": "get_time", "arguments": {}}\n</tool_call>\n```',
    "<tool_call>\nis a tag.",
    '{"name": "Ada", "born": 1815}',
    "Tags of thoughts:\n<think>, then a line, then\n</think>\nSee?",
    "1 < 2, a[0] and <b>bold</b> <",
    "Code:\n    if (a < b) { }\n",
  ])("%s", (answer) => {
    for (const family of [families.qwen3, families.hermes, families.llama3]) {
      const reading = new Reading(family);
      for (const length of [1, 2, 5, 100])
        expect(brief(reading.read(answer, {}, [length]))).toEqual([{ text: answer }]);
    }
  });

  it("without the blank lines before it, and with its indentation", () => {
    const reading = new Reading(families.chatMl);
    expect(brief(reading.read("\n\n \n    code\n"))).toEqual([{ text: "    code\n" }]);
    expect(brief(reading.read(" Hello"))).toEqual([{ text: "Hello" }]);
  });

  it("and holds back only what may be a marker", () => {
    const parser = new Reading(families.qwen3).parser();
    const said = (text: string) =>
      Array.from(text).flatMap((one) => parser.push({ text: one, isControl: false, isEnd: false }, 0));
    expect(said("a <x").reduce<MessagePart[]>(changeParts, [])).toEqual([{ kind: "text", text: "a <x" }]);
    expect(said(" </th")).toEqual([]);
    expect(said("e")).toEqual([{ kind: "append", text: " </the" }]);
  });

  it("where it spells a control token in plain letters", () => {
    const parser = new Reading(families.chatMl).parser();
    const said = ["See <|im_", "start|> and", " <|im_end|>"].flatMap((text) =>
      parser.push({ text, isControl: false, isEnd: false }, 0),
    );
    expect(said.reduce<MessagePart[]>(changeParts, [])).toEqual([
      { kind: "text", text: "See <|im_start|> and <|im_end|>" },
    ]);
  });
});

describe("the end of an answer", () => {
  it("is a control token that has no place in it", () => {
    expect(brief(new Reading(families.chatMl).read("Hello<|im_start|>user\nMore?"))).toEqual([{ text: "Hello" }]);
    expect(brief(new Reading(families.qwen3).read("<think>\nHm<|im_start|>user\nMore?"))).toEqual([{ thought: "Hm" }]);
    expect(
      brief(new Reading(families.harmony).read("<|channel|>final<|message|>Hello<|end|><|start|>user<|message|>More?")),
    ).toEqual([{ text: "Hello" }]);
  });

  it("is a stop text in the answer proper, not in a thought or a call", () => {
    const answer =
      '<think>\nNot STOP here\n</think>\n\n<tool_call>\n{"name": "get_time", "arguments": {"zone": "STOP"}}\n</tool_call>\nBut STOP here';
    expect(brief(new Reading(families.qwen3).read(answer, { stopTexts: ["STOP"] }))).toEqual([
      { thought: "Not STOP here" },
      { call: "get_time", with: '{"zone": "STOP"}' },
      { text: "But " },
    ]);
  });

  it("is nothing more, whatever comes", () => {
    const parser = new Reading(families.chatMl).parser();
    parser.push({ text: "Hi", isControl: false, isEnd: false }, 0);
    parser.push({ text: "<|im_end|>", isControl: true, isEnd: true }, 0);
    expect(parser.isOver).toBe(true);
    expect([...parser.push({ text: "more", isControl: false, isEnd: false }, 0), ...parser.finish(0)]).toEqual([]);
  });

  it("comes in any answer, and loses no letter of one without markers", () => {
    const reading = new Reading(families.hermes);
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 60 }), fc.integer({ min: 1, max: 5 }), (answer, length) => {
        const text = answer.replaceAll(/[\uFDD0-\uFDEF]/gu, "");
        const parts = reading.read(text, {}, [length]);
        expect(
          parts
            .map((part) => (part.kind === "text" ? part.text : ""))
            .join("")
            .trim(),
        ).toBe(text.trim());
      }),
      { numRuns: 300 },
    );
  });
});

describe("tool calls", () => {
  it("have an id of nine letters and digits, or the model's own", () => {
    const [call] = new Reading(families.hermes).read(
      '<tool_call>\n{"name": "get_time", "arguments": {}}\n</tool_call>',
    );
    expect(call).toMatchObject({ kind: "tool-call", callId: expect.stringMatching(/^[A-Za-z0-9]{9}$/u) as string });
    const [own] = new Reading(families.hermes).read(
      '<tool_call>\n{"id": "call_7", "name": "get_time", "arguments": {}}\n</tool_call>',
    );
    expect(own).toMatchObject({ callId: "call_7" });
  });

  it("are no more than 64", () => {
    const call = '{"name": "get_time", "arguments": {}}';
    expect(
      new Reading(families.hermes).read(
        Array.from({ length: 70 }, () => `<tool_call>\n${call}\n</tool_call>`).join("\n"),
      ),
    ).toHaveLength(64);
    expect(
      new Reading(families.nemotron)
        .read(`</think><TOOLCALL>[${Array.from({ length: 70 }, () => call).join(", ")}]</TOOLCALL>`)
        .filter(({ kind }) => kind === "tool-call"),
    ).toHaveLength(64);
  });

  it("are emitted as they come", () => {
    const parser = new Reading(families.hermes).parser();
    const at = (text: string) => parser.push({ text, isControl: false, isEnd: false }, 0);
    expect(at("<tool_call>\n{")).toEqual([]);
    expect(at('"name": "get_wea')).toEqual([]);
    const [opened] = at('ther", "arguments": {"ci');
    expect(opened).toMatchObject({ kind: "open", part: { kind: "tool-call", name: "get_weather", arguments: '{"ci' } });
    expect(at('ty": "Par')).toEqual([{ kind: "append", text: 'ty": "Par' }]);
    expect(at('is"}')).toEqual([{ kind: "append", text: 'is"}' }]);
    expect(at("}\n</tool_call>")).toMatchObject([{ kind: "replace", part: { arguments: '{"city": "Paris"}' } }]);
  });

  it.each<[string, families.ModelFamily, string, unknown[]]>([
    [
      "that break off keep what was written",
      families.hermes,
      '<tool_call>\n{"name": "get_time", "arguments": {"zone": "Eur',
      [{ call: "get_time", with: '{"zone": "Eur' }],
    ],
    [
      "that are no JSON too",
      families.hermes,
      '<tool_call>\n{"name": "get_time", "arguments": {zone = 7}}\n</tool_call>\nWell.',
      [{ call: "get_time", with: "{zone = 7}" }, { text: "Well." }],
    ],
    [
      "with a bracket too few end where they are closed",
      families.hermes,
      '<tool_call>\n{"name": "get_time", "arguments": {"zone": "x"}\n</tool_call>\nWell.',
      [{ call: "get_time", with: '{"zone": "x"}' }, { text: "Well." }],
    ],
    [
      "in Python's spelling are JSON",
      families.hermes,
      "<tool_call>\n{'name': 'get_time', 'arguments': {'zone': None, 'all': True, 'of': \"it's\",}}\n</tool_call>",
      [{ call: "get_time", with: '{"zone":null,"all":true,"of":"it\'s"}' }],
    ],
    [
      "with arguments as a text are JSON",
      families.hermes,
      '<tool_call>\n{"name": "get_time", "arguments": "{\\"zone\\": 7}"}\n</tool_call>',
      [{ call: "get_time", with: '{"zone": 7}' }],
    ],
    [
      "with a function around them are read",
      families.hermes,
      '<tool_call>\n{"type": "function", "function": {"name": "get_time", "arguments": {"zone": 7}}}\n</tool_call>',
      [{ call: "get_time", with: '{"zone": 7}' }],
    ],
    [
      "with the arguments first are read",
      families.hermes,
      '<tool_call>\n{"arguments": {"zone": 7}, "name": "get_time"}\n</tool_call>',
      [{ call: "get_time", with: '{"zone": 7}' }],
    ],
    [
      "without arguments have none",
      families.hermes,
      '<tool_call>\n{"name": "get_time"}\n</tool_call>',
      [{ call: "get_time", with: "{}" }],
    ],
    [
      "with a closing tag in a text go on",
      families.qwen3Coder,
      "<tool_call>\n<function=get_time>\n<parameter=zone>\na</parameter>\nb\n</parameter>\n</function>\n</tool_call>",
      [{ call: "get_time", with: '{"zone": "a</parameter>\\nb"}' }],
    ],
    [
      "with a token of no place end the answer",
      families.qwen3Coder,
      "<tool_call>\n<function=get_time>\n<parameter=zone>\nhere<|im_start|>user",
      [{ call: "get_time", with: '{"zone": "here"}' }],
    ],
    [
      "of bare JSON, several",
      families.llama3,
      '{"name": "get_time", "parameters": {}}; {"name": "get_weather", "parameters": {"city": "x"}}',
      [
        { call: "get_time", with: "{}" },
        { call: "get_weather", with: '{"city": "x"}' },
      ],
    ],
    [
      "of bare JSON behind the token for them",
      families.llama3,
      '<|python_tag|>{"name": "get_time", "parameters": {}}',
      [{ call: "get_time", with: "{}" }],
    ],
    [
      "of an unknown tool in bare JSON are text",
      families.llama3,
      '{"name": "unknown", "parameters": {}}',
      [{ text: '{"name": "unknown", "parameters": {}}' }],
    ],
    [
      "as a Python list, with values in order",
      families.lfm2,
      '<|tool_call_start|>[get_weather("Rome", days=2)]<|tool_call_end|>',
      [{ call: "get_weather", with: '{"city":"Rome","days":2}' }],
    ],
    [
      "to a channel of harmony in any order",
      families.harmony,
      '<|channel|>commentary to=functions.get_time <|constrain|>json<|message|>{"zone": "x"}<|call|>',
      [{ call: "get_time", with: '{"zone": "x"}' }],
    ],
    [
      "to a channel of harmony in ordinary text",
      asText(families.harmony),
      '<|channel|>commentary<|message|>Let me look.<|end|><|start|>assistant to=functions.get_time<|channel|>commentary json<|message|>{"zone": "x"}<|call|>',
      [{ text: "Let me look." }, { call: "get_time", with: '{"zone": "x"}' }],
    ],
    [
      "with quotes of their own",
      families.gemma4,
      '<|tool_call>call:get_weather{city:<|"|>a "b" {c}<|"|>,days:3}<tool_call|>',
      [{ call: "get_weather", with: '{"city":"a \\"b\\" {c}","days":3}' }],
    ],
    [
      "with words before them",
      families.mistral,
      'Let me look.[TOOL_CALLS]get_time[ARGS]{"zone": "x"}</s>',
      [{ text: "Let me look." }, { call: "get_time", with: '{"zone": "x"}' }],
    ],
  ])("%s", (_name, family, answer, expected) => {
    const reading = new Reading(
      family.special.some(({ text }) => text === "<|python_tag|>")
        ? { ...family, chatTemplate: `{# <|python_tag|> #}${family.chatTemplate}` }
        : family,
    );
    for (const length of [1, 3, 7, 1000]) expect(brief(reading.read(answer, {}, [length]))).toEqual(expected);
  });
});
