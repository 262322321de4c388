// What apply_chat_template hands to a template. Engine process.
import type { JsonValue } from "./JinjaTemplate";

export type JsonObject = { readonly [key: string]: JsonValue | undefined };

export interface ChatInput {
  messages: readonly JsonObject[];
  tools?: readonly JsonValue[] | undefined;
  documents?: readonly JsonValue[] | undefined;
  addGenerationPrompt: boolean;
  /** bos_token, eos_token …: those that the vocabulary has; and the template's own inputs: enable_thinking, reasoning_effort … */
  switches?: JsonObject | undefined;
}

/** transformers.utils.chat_template_utils.render_jinja_template: keys without a value are dropped, thoughts have all their names. */
export function chatVariables({
  messages,
  tools,
  documents,
  addGenerationPrompt,
  switches,
}: ChatInput): Record<string, JsonValue | undefined> {
  return {
    ...switches,
    messages: messages.map(withThoughts),
    tools: tools ?? null,
    documents: documents ?? null,
    add_generation_prompt: addGenerationPrompt,
  };
}

/** The names under which templates look for the thoughts of a message, the usual one first. */
const THOUGHTS = ["reasoning_content", "thinking", "reasoning"];

function withThoughts(message: JsonObject): JsonObject {
  const given = Object.fromEntries(
    Object.entries(message).filter(([, value]) => value !== null && value !== undefined),
  );
  const thoughts = THOUGHTS.map((name) => given[name]).find((value) => value !== undefined);
  return thoughts === undefined ? given : { thinking: thoughts, ...given, reasoning_content: thoughts };
}
