// The small templates of the families write what their scripts say, so that a reader of either comes to the same.
import { Template } from "@huggingface/jinja";
import { describe, expect, it } from "vitest";
import { answerKinds, tools, type SeenPart } from "./families";
import * as families from "./families/modelFamilies";

const question = { role: "user", content: "What is the weather?" };

function render(
  { chatTemplate, bos = "" }: families.ModelFamily,
  messages: readonly object[],
  variables: object = {},
): string {
  return new Template(chatTemplate).render({ messages, bos_token: bos, ...variables });
}

/** As an API would have the message. */
function messageOf(parts: readonly SeenPart[]): object {
  const textOf = (kind: "thought" | "text") =>
    parts.flatMap((part) => (part.kind === kind ? [part.text] : [])).join("\n\n");
  const calls = parts.filter((part) => part.kind === "tool-call");
  const [thought, content] = [textOf("thought"), textOf("text")];
  return {
    role: "assistant",
    content,
    ...(thought === "" ? {} : { reasoning_content: thought, thinking: thought }),
    ...(calls.length === 0
      ? {}
      : { tool_calls: calls.map((call) => ({ function: { name: call.name, arguments: call.arguments } })) }),
  };
}

/** Answers that no template writes: what they are is their point. */
const unlikeTemplates = new Set([
  "empty thought",
  "thought that does not end",
  "thoughts between calls",
  "turn of the user in the middle",
  "bytes that are no text",
  "emoji of several tokens",
  // The template only asks for the tags; this one has another order.
  "thought and response in tags of plain text",
  "harmony call that begins with its address, after words",
]);

/** Models end their turns with them, templates begin the next ones. */
const beginsNextTurn = new Set<string | Uint8Array>(["<|user|>", "<|observation|>", "<|tool_response>"]);

const withoutBlanks = (text: string) => text.replaceAll(/\s/gu, "");

describe.each(Object.entries(families))("family %s", (_name, family) => {
  it("ends prompts as it says, each in some case", () => {
    const afterResult = [
      question,
      messageOf([{ kind: "tool-call", name: "get_time", arguments: {} }]),
      { role: "tool", content: "sunny" },
    ];
    const prompts = [
      render(family, [{ role: "system", content: "Be kind." }, question], { tools, add_generation_prompt: true }),
      render(family, [question], { add_generation_prompt: true, enable_thinking: false }),
      render(family, afterResult, { add_generation_prompt: true }),
    ];
    expect(prompts[0]).toContain("Be kind.");
    expect(prompts[0]?.startsWith(family.addBos === true ? family.bos! : "")).toBe(true);
    for (const prompt of prompts) expect(family.generationPrompt.some((end) => prompt.endsWith(end))).toBe(true);
    for (const end of family.generationPrompt) expect(prompts.some((prompt) => prompt.endsWith(end))).toBe(true);
  });

  it("has its special tokens once", () => {
    const texts = family.special.map(({ text }) => text);
    expect(new Set(texts).size).toBe(texts.length);
    const used = [family.eos, family.bos, family.eot, family.eom].filter((text) => text !== undefined);
    expect(texts).toEqual(expect.arrayContaining(used));
  });
});

describe("kinds of answers", () => {
  it("are many, each with a name", () => {
    expect(answerKinds.length).toBeGreaterThanOrEqual(35);
    expect(new Set(answerKinds.map(({ name }) => name)).size).toBe(answerKinds.length);
  });

  const likeTemplates = answerKinds
    .filter(({ name }) => !unlikeTemplates.has(name))
    .map((kind) => [kind.name, kind] as const);
  it.each(likeTemplates)("%s: as the template writes it", (_name, { family, script, sees }) => {
    const answer = script.filter((entry) => !beginsNextTurn.has(entry)).join("");
    const written = render(family, [question, messageOf(sees)], { add_generation_prompt: false });
    expect(withoutBlanks(written)).toContain(withoutBlanks(family.generationPrompt[0]! + answer));
  });
});
