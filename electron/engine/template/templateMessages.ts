// Turns of a chat as the messages that chat templates read, in the form of transformers' apply_chat_template. Engine process.
import type { Turn } from "../../contract/engineProtocol";
import { textOf, type ToolCallPart, type ToolResultPart } from "../../contract/parts";
import type { JsonValue } from "./JinjaTemplate";

/** What a template can take, as far as templates differ. */
export interface TemplateShape {
  /** Content is a list of parts, [{type: "text", text}]; else a text. */
  contentIsParts: boolean;
  /** Where it looks for the thoughts of earlier answers; null: it takes none. */
  thoughtKey: string | null;
  hasSystemPrompt: boolean;
  hasTools: boolean;
  /** Arguments of a tool call are JSON text; else an object. */
  argumentsAreText: boolean;
}

export interface Conversation {
  systemPrompt: string;
  /** Oldest first. */
  turns: readonly Turn[];
}

type Message = Record<string, JsonValue>;

/** Every text of the conversation passes through `mark`: see plainText.ts. */
export function templateMessages(
  { systemPrompt, turns }: Conversation,
  shape: TemplateShape,
  mark: (text: string) => string,
): Message[] {
  const content = (text: string): JsonValue =>
    shape.contentIsParts ? [{ type: "text", text: mark(text) }] : mark(text);
  const messages: Message[] = [];
  let unsaid = systemPrompt;
  if (systemPrompt !== "" && shape.hasSystemPrompt) {
    messages.push({ role: "system", content: content(systemPrompt) });
    unsaid = "";
  }
  for (const { role, parts } of turns) {
    const text = textOf(parts);
    if (role === "assistant") {
      messages.push(assistantMessage(parts, text, shape, { content, mark }));
      continue;
    }
    const results = parts.filter((part) => part.kind === "tool-result");
    if (shape.hasTools) messages.push(...results.map((result) => toolMessage(result, content)));
    const said = [unsaid, ...(shape.hasTools ? [] : results.map(resultAsText)), text].filter((part) => part !== "");
    if (said.length === 0 && results.length > 0) continue;
    messages.push({ role: "user", content: content(said.join("\n\n")) });
    unsaid = "";
  }
  return messages;
}

interface Writing {
  content: (text: string) => JsonValue;
  mark: (text: string) => string;
}

function assistantMessage(
  parts: Turn["parts"],
  text: string,
  shape: TemplateShape,
  { content, mark }: Writing,
): Message {
  const thoughts = parts.flatMap((part) => (part.kind === "thought" ? [part.text] : [])).join("\n\n");
  const calls = parts.filter((part) => part.kind === "tool-call");
  const thought = shape.thoughtKey === null || thoughts === "" ? {} : { [shape.thoughtKey]: mark(thoughts) };
  if (calls.length === 0) return { role: "assistant", content: content(text), ...thought };
  if (!shape.hasTools)
    return {
      role: "assistant",
      content: content([text, ...calls.map(callAsText)].filter((one) => one !== "").join("\n\n")),
      ...thought,
    };
  return {
    role: "assistant",
    content: content(text),
    ...thought,
    tool_calls: calls.map((call) => toolCall(call, shape, mark)),
  };
}

function toolCall(
  { callId, name, arguments: text }: ToolCallPart,
  shape: TemplateShape,
  mark: (text: string) => string,
): JsonValue {
  const parsed = parseObject(text);
  return {
    type: "function",
    id: callId,
    function: {
      name: mark(name),
      arguments: shape.argumentsAreText || parsed === null ? mark(text) : markAll(parsed, mark),
    },
  };
}

function toolMessage({ callId, name, text }: ToolResultPart, content: (text: string) => JsonValue): Message {
  return { role: "tool", tool_call_id: callId, name, content: content(text) };
}

function callAsText({ name, arguments: text }: ToolCallPart): string {
  return `${name}(${text})`;
}

function resultAsText({ name, text }: ToolResultPart): string {
  return `${name}: ${text}`;
}

function parseObject(text: string): JsonValue | null {
  try {
    const value = JSON.parse(text) as JsonValue;
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

/** Marks each text in a value, names of fields included. */
export function markAll(value: JsonValue | undefined, mark: (text: string) => string): JsonValue {
  if (typeof value === "string") return mark(value);
  if (typeof value !== "object" || value === null) return value ?? null;
  if (Array.isArray(value)) return value.map((entry: JsonValue) => markAll(entry, mark));
  return Object.fromEntries(Object.entries(value).map(([name, entry]) => [mark(name), markAll(entry, mark)]));
}
