// Kinds of answers that published models write, token by token, and what a user must see of each: the shared truth of tests.
import * as families from "./families/modelFamilies";
import type { ModelFamily } from "./families/modelFamilies";
import type { Script, ScriptedModelOptions, SpecialText } from "./scriptedModel";

/** Blanks at the ends of a text do not matter. */
export type SeenPart =
  | { kind: "thought" | "text"; text: string }
  | { kind: "tool-call"; name: string; arguments: Readonly<Record<string, unknown>> };

export interface AnswerKind {
  name: string;
  family: ModelFamily;
  script: Script;
  /** In this order; nothing else. */
  sees: readonly SeenPart[];
  /** After a tool's result with this word in it, the model goes on so. */
  afterResult?: { word: string; script: Script; sees: readonly SeenPart[] };
}

/** For writeScriptedModel. */
export function modelOf({ name, family, script, afterResult }: AnswerKind): ScriptedModelOptions {
  return {
    ...family,
    name,
    script,
    ...(afterResult === undefined ? {} : { scripts: { [afterResult.word]: afterResult.script } }),
  };
}

/** The tools that the calls below name, as OpenAI's API lists them. */
export const tools = [
  {
    type: "function",
    function: {
      name: "get_weather",
      description: "The weather of the next days.",
      parameters: {
        type: "object",
        properties: {
          city: { type: "string", description: "Its name." },
          days: { type: "integer", description: "How many." },
        },
        required: ["city"],
      },
    },
  },
  {
    type: "function",
    function: {
      name: "get_time",
      description: "The time of day.",
      parameters: {
        type: "object",
        properties: { zone: { type: "string", description: "Its name." } },
        required: ["zone"],
      },
    },
  },
] as const;

const THOUGHT = "The user asks for a capital.\n\nThat one is easy: Paris.";
const ANSWER = "It is **Paris**.\n\n- on the Seine\n- in France";
const thought = (text = THOUGHT): SeenPart => ({ kind: "thought", text });
const text = (seen = ANSWER): SeenPart => ({ kind: "text", text: seen });
const weather: SeenPart = { kind: "tool-call", name: "get_weather", arguments: { city: "Paris", days: 3 } };
const time: SeenPart = { kind: "tool-call", name: "get_time", arguments: { zone: "Europe/Paris" } };
const WEATHER = '{"city": "Paris", "days": 3}';
const TIME = '{"zone": "Europe/Paris"}';
const jsonCall = (name: string, json: string) => `<tool_call>\n{"name": "${name}", "arguments": ${json}}\n</tool_call>`;

/** `script` as text becomes tokens as a tokenizer of the family would make them. */
function kind(name: string, family: ModelFamily, script: string | Script, sees: readonly SeenPart[]): AnswerKind {
  return { name, family, script: typeof script === "string" ? tokensOf(script, family.special) : script, sees };
}

const thoughts: readonly AnswerKind[] = [
  kind("thought in <think>", families.qwen3, `<think>\n${THOUGHT}\n</think>\n\n${ANSWER}`, [thought(), text()]),
  kind("empty thought", families.qwen3, `<think>\n\n</think>\n\n${ANSWER}`, [text()]),
  kind("thought that does not end", families.qwen3, `<think>\n${THOUGHT}`, [thought()]),
  kind("thought that the prompt opens", families.qwq, `${THOUGHT}\n</think>\n\n${ANSWER}`, [thought(), text()]),
  kind(
    "thought that the prompt opens behind a control token",
    families.deepSeekR1,
    `${THOUGHT}\n</think>\n\n${ANSWER}`,
    [thought(), text()],
  ),
  kind("thought that nobody opens", families.unopened, `${THOUGHT}\n</think>\n\n${ANSWER}`, [thought(), text()]),
  kind("thought in [THINK]", families.mistral, `[THINK]${THOUGHT}[/THINK]${ANSWER}`, [thought(), text()]),
  kind("thought in <seed:think>", families.seedOss, `<seed:think>${THOUGHT}</seed:think>\n${ANSWER}`, [
    thought(),
    text(),
  ]),
  kind("thought in a channel", families.gemma4, `<|channel>thought\n${THOUGHT}<channel|>${ANSWER}`, [
    thought(),
    text(),
  ]),
  kind(
    "thought and answer between control tokens",
    families.cohere,
    `<|START_THINKING|>${THOUGHT}<|END_THINKING|><|START_RESPONSE|>${ANSWER}<|END_RESPONSE|>`,
    [thought(), text()],
  ),
  kind("thought in <thinking>", families.thinkingTag, `<thinking>\n${THOUGHT}\n</thinking>\n\n${ANSWER}`, [
    thought(),
    text(),
  ]),
  kind("thought in ◁think▷", families.kimiVl, `◁think▷\n${THOUGHT}\n◁/think▷\n${ANSWER}`, [thought(), text()]),
  kind(
    "thought and response in tags of plain text",
    families.granite,
    `<think>${THOUGHT}</think>\n<response>${ANSWER}</response>`,
    [thought(), text()],
  ),
  kind("thought that a line in brackets ends", families.apriel, `${THOUGHT}\n[BEGIN FINAL RESPONSE]\n${ANSWER}`, [
    thought(),
    text(),
  ]),
  kind(
    "harmony",
    families.harmony,
    `<|channel|>analysis<|message|>${THOUGHT}<|end|><|start|>assistant<|channel|>final<|message|>${ANSWER}`,
    [thought(), text()],
  ),
];

const toolCalls: readonly AnswerKind[] = [
  {
    ...kind(
      "call in tags, and the answer after its result",
      families.qwen3,
      `<think>\n${THOUGHT}\n</think>\n\n${jsonCall("get_weather", WEATHER)}`,
      [thought(), weather],
    ),
    afterResult: {
      word: "sunny",
      script: tokensOf(`<think>\nIt stays so.\n</think>\n\nTake a hat.`, families.qwen3.special),
      sees: [thought("It stays so."), text("Take a hat.")],
    },
  },
  kind(
    "call in tags of plain text, after words",
    families.hermes,
    `Let me look.\n${jsonCall("get_weather", WEATHER)}`,
    [text("Let me look."), weather],
  ),
  kind("two calls", families.hermes, `${jsonCall("get_weather", WEATHER)}\n${jsonCall("get_time", TIME)}`, [
    weather,
    time,
  ]),
  kind(
    "thoughts between calls",
    families.qwen3,
    `<think>\nFirst the weather.\n</think>\n\n${jsonCall("get_weather", WEATHER)}\n` +
      `<think>\nThen the time.\n</think>\n\n${jsonCall("get_time", TIME)}`,
    [thought("First the weather."), weather, thought("Then the time."), time],
  ),
  kind(
    "calls by control tokens",
    families.mistral,
    `[TOOL_CALLS]get_weather[ARGS]${WEATHER}[TOOL_CALLS]get_time[ARGS]${TIME}`,
    [weather, time],
  ),
  kind("call as bare JSON", families.llama3, `{"name": "get_weather", "parameters": ${WEATHER}}`, [weather]),
  kind(
    "calls as a Python list",
    families.lfm2,
    `<|tool_call_start|>[get_weather(city="Paris", days=3), get_time(zone="Europe/Paris")]<|tool_call_end|>`,
    [weather, time],
  ),
  kind(
    "call with keys and values, ended by the next turn's token",
    families.glm,
    "\n<think>The weather it is.</think>\n<tool_call>get_weather\n<arg_key>city</arg_key>\n<arg_value>Paris</arg_value>\n" +
      "<arg_key>days</arg_key>\n<arg_value>3</arg_value>\n</tool_call><|observation|>",
    [thought("The weather it is."), weather],
  ),
  kind(
    "call with parameters as tags",
    families.qwen3Coder,
    "<tool_call>\n<function=get_weather>\n<parameter=city>\nParis\n</parameter>\n<parameter=days>\n3\n</parameter>\n</function>\n</tool_call>",
    [weather],
  ),
  kind(
    "calls with parameters as attributes",
    families.miniMax,
    `Both.\n</think>\n\n<minimax:tool_call>\n` +
      `<invoke name="get_weather">\n<parameter name="city">Paris</parameter>\n<parameter name="days">3</parameter>\n</invoke>\n` +
      `<invoke name="get_time">\n<parameter name="zone">Europe/Paris</parameter>\n</invoke>\n</minimax:tool_call>`,
    [thought("Both."), weather, time],
  ),
  kind(
    "calls in a section",
    families.deepSeekV31,
    `Both.</think><｜tool▁calls▁begin｜><｜tool▁call▁begin｜>get_weather<｜tool▁sep｜>${WEATHER}<｜tool▁call▁end｜>` +
      `<｜tool▁call▁begin｜>get_time<｜tool▁sep｜>${TIME}<｜tool▁call▁end｜><｜tool▁calls▁end｜>`,
    [thought("Both."), weather, time],
  ),
  kind(
    "numbered calls in a section",
    families.kimiK2,
    "<think>Both.</think><|tool_calls_section_begin|>" +
      `<|tool_call_begin|>functions.get_weather:0<|tool_call_argument_begin|>${WEATHER}<|tool_call_end|>` +
      `<|tool_call_begin|>functions.get_time:1<|tool_call_argument_begin|>${TIME}<|tool_call_end|><|tool_calls_section_end|>`,
    [thought("Both."), weather, time],
  ),
  kind(
    "call with its own quotes, ended by the next turn's token",
    families.gemma4,
    `<|tool_call>call:get_weather{city:<|"|>Paris<|"|>,days:3}<tool_call|><|tool_response>`,
    [weather],
  ),
  kind(
    "calls as a JSON list of actions",
    families.cohere,
    "<|START_THINKING|>Both.<|END_THINKING|><|START_ACTION|>[\n" +
      `    {"tool_call_id": "0", "tool_name": "get_weather", "parameters": ${WEATHER}},\n` +
      `    {"tool_call_id": "1", "tool_name": "get_time", "parameters": ${TIME}}\n]<|END_ACTION|>`,
    [thought("Both."), weather, time],
  ),
  kind(
    "calls as a JSON list behind a token",
    families.granite,
    `<|tool_call|>[{"name": "get_weather", "arguments": ${WEATHER}}]`,
    [weather],
  ),
  kind(
    "calls as a JSON list in tags",
    families.nemotron,
    `Both.\n</think>\n\n<TOOLCALL>[{"name": "get_weather", "arguments": ${WEATHER}}, {"name": "get_time", "arguments": ${TIME}}]</TOOLCALL>`,
    [thought("Both."), weather, time],
  ),
  kind(
    "harmony call",
    families.harmony,
    "<|channel|>analysis<|message|>The weather it is.<|end|><|start|>assistant<|channel|>commentary to=functions.get_weather " +
      `<|constrain|>json<|message|>${WEATHER}<|call|>`,
    [thought("The weather it is."), weather],
  ),
  kind(
    "harmony call that begins with its address, after words",
    families.harmony,
    "<|channel|>commentary<|message|>Let me look.<|end|><|start|>assistant to=functions.get_weather<|channel|>commentary json<|message|>" +
      `${WEATHER}<|call|>`,
    [text("Let me look."), weather],
  ),
];

/** Spelled in plain letters, as models do that have the tags as tokens. */
const SPEAKS_OF_TAGS = "A thought stands in `<think>` and </think>, a call in <tool_call> and </tool_call>. See?";
const SHOWS_A_CALL = 'As JSON:\n\n```json\n{"name": "get_weather"}\n```';
const bytes = (...values: readonly number[]) => Uint8Array.from(values);
const inChatMl = (words: string) => tokensOf(words, families.chatMl.special);

const ends: readonly AnswerKind[] = [
  kind("plain answer", families.chatMl, ANSWER, [text()]),
  kind("answer ended by the next turn's token", families.glm, `\n<think>${THOUGHT}</think>\n${ANSWER}<|user|>`, [
    thought(),
    text(),
  ]),
  kind("turn of the user in the middle", families.chatMl, `${ANSWER}<|im_start|>user\nAnd of Spain?`, [text()]),
  kind(
    "emoji of several tokens",
    families.chatMl,
    [
      ...inChatMl("A fox "),
      bytes(0xf0, 0x9f),
      bytes(0xa6),
      bytes(0x8a),
      ...inChatMl(" and a heart "),
      bytes(0xe2),
      bytes(0x9d, 0xa4, 0xef),
      bytes(0xb8, 0x8f),
      ...inChatMl("!"),
    ],
    [text("A fox 🦊 and a heart ❤️!")],
  ),
  kind(
    "bytes that are no text",
    families.chatMl,
    [...inChatMl("Caf"), bytes(0xe9), ...inChatMl(" and "), bytes(0xf0, 0x9f), ...inChatMl(" end"), bytes(0xf0, 0x9f)],
    [text("Caf\uFFFD and \uFFFD end")],
  ),
  kind(
    "answer that speaks of tags",
    families.qwen3,
    [...tokensOf(`<think>\n${THOUGHT}\n</think>\n\n`, families.qwen3.special), ...tokensOf(SPEAKS_OF_TAGS, [])],
    [thought(), text(SPEAKS_OF_TAGS)],
  ),
  kind("answer that shows a call", families.qwen3, SHOWS_A_CALL, [text(SHOWS_A_CALL)]),
];

export const answerKinds: readonly AnswerKind[] = [...thoughts, ...toolCalls, ...ends];

/** Words with the blank before them, single digits, signs and lines, as tokenizers of today divide a text; special tokens whole. */
function tokensOf(written: string, special: readonly SpecialText[]): string[] {
  const longestFirst = special.map(({ text }) => text).toSorted((a, b) => b.length - a.length);
  const whole = longestFirst.map((one) => one.replaceAll(/[\\^$.*+?()[\]{}|/]/gu, String.raw`\$&`));
  const sign = String.raw` ?[^\s\p{L}\p{N}]+?(?=[\s\p{L}\p{N}<[◁]|$)`;
  const ordinary = [String.raw`\n+`, String.raw` ?\p{L}+`, String.raw`\p{N}`, sign, String.raw`\s+`];
  return written.match(new RegExp([...whole, ...ordinary].join("|"), "gu")) ?? [];
}
