// Small templates write what jinja2 writes, and are refused where it raises; how the references were made: scripts/templateReferences.
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { JinjaTemplate, type JsonValue } from "./JinjaTemplate";
import { TemplateError } from "./TemplateError";

type Outcome = { text: string } | { raises: "raised"; message: string } | { raises: "failed" };

interface References {
  now: string;
  variables: Record<string, JsonValue>;
  cases: Record<string, ({ template: string } & Outcome)[]>;
}

const FILE = path.join(import.meta.dirname, "..", "..", "testing", "templateExpressions.json");
const { now, variables, cases } = JSON.parse(readFileSync(FILE, "utf8")) as References;

describe("small templates write what jinja2 writes:", () => {
  it.each(Object.entries(cases))("%s", (_group, templates) => {
    const got = templates.map(({ template }) => ({ template, ...render(template) }));
    expect(got).toEqual(templates);
  });
});

function render(template: string): Outcome {
  try {
    return { text: new JinjaTemplate(template).render(variables, new Date(now)) };
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    return error.kind === "raised" ? { raises: "raised", message: error.message } : { raises: "failed" };
  }
}
