// Every bundled chat template writes what transformers writes with it; how the references were made: scripts/templateReferences.
import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundledTemplates } from "../../testing/bundledTemplates";
import { chatVariables, type JsonObject } from "./chatVariables";
import { JinjaTemplate, type JsonValue } from "./JinjaTemplate";
import { TemplateError } from "./TemplateError";

interface Conversation {
  messages: JsonObject[];
  tools?: JsonValue[];
  documents?: JsonValue[];
  add_generation_prompt?: boolean;
}

type Outcome = { text: string } | { raises: "raised"; message: string } | { raises: "failed" };

interface Reference {
  template: string;
  sha256: string;
  specialTokens: Record<string, string>;
  cases: ({ conversation: string; switches?: JsonObject } & Outcome)[];
}

/** "template: conversation switches" with the reason for each case that differs. A case that is equal by now has to go from here. */
const KNOWN_DIFFERENCES: Readonly<Record<string, string>> = {};

const FOLDER = path.join(import.meta.dirname, "..", "..", "testing", "templateReferences");
const read = <Content>(file: string): Content => JSON.parse(readFileSync(path.join(FOLDER, file), "utf8")) as Content;
const shared = read<{ now: string; conversations: Record<string, Conversation> }>("conversations.json");
const references = readdirSync(FOLDER)
  .filter((file) => file !== "conversations.json")
  .map((file) => read<Reference>(file));

const totals = { equal: 0, all: 0 };
let templates: ReadonlyMap<string, string>;

beforeAll(async () => {
  templates = await bundledTemplates(references.map(({ template }) => template));
}, 120_000);

afterAll(() => {
  console.log(`templates.equal: ${totals.equal} of ${totals.all} (${references.length} templates)`);
});

describe("chat templates write what transformers writes with", () => {
  it.each(references)("$template", ({ template, sha256, specialTokens, cases }) => {
    const source = templates.get(template) ?? "";
    // Otherwise the bundle has another template by now, and the references are to be made again.
    expect(createHash("sha256").update(source).digest("hex")).toBe(sha256);
    const jinja = new JinjaTemplate(source);
    const differing: Record<string, { got: Outcome; expected: Outcome }> = {};
    for (const { conversation, switches, ...expected } of cases) {
      const {
        messages,
        tools,
        documents,
        add_generation_prompt: addGenerationPrompt = true,
      } = shared.conversations[conversation]!;
      const got = render(
        jinja,
        chatVariables({ messages, tools, documents, addGenerationPrompt, switches: { ...specialTokens, ...switches } }),
      );
      const name = [`${template}: ${conversation}`, ...(switches === undefined ? [] : [JSON.stringify(switches)])].join(
        " ",
      );
      if (JSON.stringify(got) !== JSON.stringify(expected)) differing[name] = { got, expected };
    }
    totals.all += cases.length;
    totals.equal += cases.length - Object.keys(differing).length;
    const known = Object.keys(KNOWN_DIFFERENCES).filter((name) => name.startsWith(`${template}: `));
    expect(Object.fromEntries(Object.entries(differing).filter(([name]) => !known.includes(name)))).toEqual({});
    // A case that is equal by now goes from the list.
    expect(known.filter((name) => differing[name] === undefined)).toEqual([]);
  });
});

function render(jinja: JinjaTemplate, variables: Record<string, JsonValue | undefined>): Outcome {
  try {
    return { text: jinja.render(variables, new Date(shared.now)) };
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    return error.kind === "raised" ? { raises: "raised", message: error.message } : { raises: "failed" };
  }
}
