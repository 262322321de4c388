// Ways of writing answers that no bundled template has are found too.
import { expect, it } from "vitest";
import { changeParts, type MessagePart } from "../../contract/parts";
import { tools } from "../../testing/families";
import { templateHeader, templateVocabulary, tokensOf } from "../../testing/templateAnswers";
import { ChatFormat } from "../template/ChatFormat";
import { AnswerParser } from "./AnswerParser";

/** ChatML but for the assistant's messages. */
function chatMl(assistant: string, generation = ""): string {
  return (
    "{%- if tools %}{{- tools | tojson }}{%- endif %}{%- for message in messages %}{%- if message.role == 'assistant' %}" +
    `{%- set content = message.content or '' %}{{- '<|im_start|>assistant\\n' }}${assistant}{{- '<|im_end|>\\n' }}` +
    "{%- else %}{{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' }}{%- endif %}{%- endfor %}" +
    `{%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n${generation}' }}{%- endif %}`
  );
}

function read(source: string, answer: string, vocabulary = templateVocabulary(source)): unknown[] {
  const { answer: syntax, tryMessages, facts } = describeFormat(source, vocabulary);
  expect(facts.problem).toBeNull();
  const prompt = tryMessages([{ role: "user", content: "?" }], { add_generation_prompt: true }) ?? "";
  const parser = new AnswerParser({ syntax, prompt, tools });
  const tokens = tokensOf(
    `${answer}<|im_end|>`,
    (text) => vocabulary.isControl(text),
    (text) => text === "<|im_end|>",
    [2, 1, 7],
  );
  const changes = [...tokens.flatMap((token) => parser.push(token, 0)), ...parser.finish(0)];
  return changes
    .reduce<MessagePart[]>(changeParts, [])
    .map((part) =>
      part.kind === "tool-call" ? [part.name, JSON.parse(part.arguments) as unknown] : { [part.kind]: part.text },
    );
}

function describeFormat(source: string, vocabulary: ReturnType<typeof templateVocabulary>) {
  const format = ChatFormat.of(templateHeader(source), vocabulary);
  return { answer: format.answer, facts: format.facts, tryMessages: format.tryMessages.bind(format) };
}

const T = "Let me see.\n\nIt is 4.";
const A = "It is **4**.";
const plain = "{{- content }}";
const with_ = (open: string, close: string) =>
  `{%- if message.reasoning_content %}{{- '${open}' + message.reasoning_content + '${close}' }}{%- endif %}{{- content }}`;

it.each<[name: string, source: string, answer: string]>([
  ["tags of its own", chatMl(with_("<scratchpad>", "</scratchpad>\\n")), `<scratchpad>${T}</scratchpad>\n${A}`],
  ["tokens that speak of nothing", chatMl(with_("<|a1|>", "<|a2|>")), `<|a1|>${T}<|a2|>${A}`],
  ["headings", chatMl(with_("### Reasoning\\n", "\\n### Answer\\n")), `### Reasoning\n${T}\n### Answer\n${A}`],
  [
    "a system prompt that asks for them",
    `{{- 'Use the format: <think> Thought </think> Solution.' }}${chatMl(plain)}`,
    `<think>${T}</think>\n\n${A}`,
  ],
  [
    "prompts that begin them",
    chatMl("{{- content.split('</thought>')[-1] }}", "<thought>\\n"),
    `${T}\n</thought>\n\n${A}`,
  ],
  [
    "answers in tags too",
    chatMl(
      "{%- if '</answer>' in content %}{%- set content = content.split('</think>')[-1].split('<answer>')[-1].split('</answer>')[0] %}{%- endif %}{{- content }}",
    ),
    `<think>\n${T}\n</think>\n<answer>\n${A}\n</answer>`,
  ],
])("thoughts: %s", (_name, source, answer) => {
  expect(read(source, answer)).toEqual([{ thought: T }, { text: A }]);
});

it("thoughts: tokens in the vocabulary alone", () => {
  const vocabulary = templateVocabulary(`${chatMl(plain)}<|reasoning_start|><|reasoning_end|>`);
  expect(read(chatMl(plain), `<|reasoning_start|>${T}<|reasoning_end|>${A}`, vocabulary)).toEqual([
    { thought: T },
    { text: A },
  ]);
  expect(describeFormat(chatMl(plain), vocabulary).facts.thinking).toBeNull();
});

const calls = (call: string, before = "", after = "", between = "") =>
  chatMl(
    `${plain}{%- if message.tool_calls %}{{- ${JSON.stringify(before)} }}{%- for tool_call in message.tool_calls %}{%- set call = tool_call.function %}` +
      `{%- if not loop.first %}{{- ${JSON.stringify(between)} }}{%- endif %}${call}{%- endfor %}{{- ${JSON.stringify(after)} }}{%- endif %}`,
  );
const json = `{{- '{"name": "' + call.name + '", "parameters": ' + (call.arguments | tojson) + '}' }}`;
const python =
  "{{- call.name + '(' }}{%- for key, value in call.arguments | items %}{{- key + '=' + (value | tojson) + ('' if loop.last else ', ') }}{%- endfor %}{{- ')' }}";
const each = (open: string, close: string) =>
  `{%- for key, value in call.arguments | items %}{{- '${open}'.replace('KEY', key) + (value | string) + '${close}' }}{%- endfor %}`;
const VALUES = '{"city": "Paris", "days": 3}';
const weather = ["get_weather", { city: "Paris", days: 3 }];
const time = ["get_time", { zone: "x" }];

it.each<[name: string, source: string, answer: string, expected: unknown[]]>([
  [
    "between two tokens and one",
    calls(`{{- '<|action_start|><|plugin|>\\n' }}${json}{{- '<|action_end|>\\n' }}`),
    `Let me.\n<|action_start|><|plugin|>\n{"name": "get_weather", "parameters": ${VALUES}}<|action_end|>\n`,
    [{ text: "Let me." }, weather],
  ],
  [
    "a list between tokens",
    calls(json, "<|tool_call|>[", "]<|/tool_call|>", ", "),
    `<|tool_call|>[{"name": "get_weather", "parameters": ${VALUES}}]<|/tool_call|>`,
    [weather],
  ],
  [
    "a list behind a word",
    calls(json, " functools[", "]", ", "),
    ` functools[{"name": "get_weather", "parameters": ${VALUES}}]`,
    [weather],
  ],
  [
    "a bare list",
    calls(json, "[", "]", ", "),
    `[{"name": "get_weather", "parameters": ${VALUES}}, {"name": "get_time", "parameters": {"zone": "x"}}]`,
    [weather, time],
  ],
  [
    "a bare list of something else",
    calls(json, "[", "]", ", "),
    "[1, 2, 3] is a list",
    [{ text: "[1, 2, 3] is a list" }],
  ],
  [
    "Python, bare",
    calls(python, "[", "]", ", "),
    '[get_weather(city="Paris", days=3), get_time(zone="x")]',
    [weather, time],
  ],
  [
    "Python in a block of code",
    calls(python, "<|tool_call_start|>\n```python\n", "\n```\n<|tool_call_end|>", "\n"),
    '<|tool_call_start|>\n```python\nget_weather(city="Paris", days=3)\nget_time(zone="x")\n```\n<|tool_call_end|>',
    [weather, time],
  ],
  [
    "attributes",
    calls(`{{- '<call name="' + call.name + '">' }}${each('<arg name="KEY">', "</arg>")}{{- '</call>' }}`),
    '<call name="get_weather"><arg name="city">Paris</arg><arg name="days">3</arg></call>',
    [weather],
  ],
  [
    "a tag for the name",
    calls("{{- '<tool>' + call.name + '</tool>\\n<args>' + (call.arguments | tojson) + '</args>\\n' }}"),
    `<tool>get_weather</tool>\n<args>${VALUES}</args>\n`,
    [weather],
  ],
  [
    "lines of words",
    calls("{{- '\\nAction: ' + call.name + '\\nAction Input: ' + (call.arguments | tojson) }}"),
    `I look.\nAction: get_weather\nAction Input: ${VALUES}`,
    [{ text: "I look." }, weather],
  ],
])("tool calls: %s", (_name, source, answer, expected) => {
  expect(read(source, answer)).toEqual(expected);
});

it("a template that writes two calls forever leaves its model without a syntax, and with prompts", () => {
  const source = chatMl(
    "{%- if message.tool_calls and message.tool_calls | length == 2 %}{%- for one in range(100000) %}{%- for other in range(100000) %}{%- endfor %}{%- endfor %}{%- endif %}{{- content }}",
  );
  const { facts, answer } = describeFormat(source, templateVocabulary(source));
  expect([facts.source, answer.calls]).toEqual(["template", null]);
});
