// No text field of the window takes whatever is pasted: one line has a length, several lines are a TextField.
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";

const renderer = path.join(import.meta.dirname, "../../..");
const sources = readdirSync(renderer, { recursive: true, encoding: "utf8" })
  .filter((name) => /(?<!\.test)\.tsx$/.test(name))
  .map((name) => ({ name, source: readFileSync(path.join(renderer, name), "utf8") }));
/** Of these nothing can be pasted into. */
const CHOSEN = /type="(checkbox|radio|range)"/;

test("a <textarea> is in TextField and nowhere else", () => {
  expect(sources.length).toBeGreaterThan(100);
  const owners = sources.filter(({ source }) => source.includes("<textarea")).map(({ name }) => path.basename(name));
  expect(owners).toEqual(["TextField.tsx"]);
});

test("an <input> that is typed into has a greatest length", () => {
  const inputs = sources.flatMap(({ name, source }) =>
    [...source.matchAll(/<input\b(.*?)\/>/gsu)].map(([tag]) => ({ name, tag })),
  );
  expect(inputs.length).toBeGreaterThan(15);
  const endless = inputs.filter(({ tag }) => !CHOSEN.test(tag) && !tag.includes("maxLength=")).map(({ name }) => name);
  expect(endless).toEqual([]);
});

test("a number is typed into NumberInput and nowhere else", () => {
  const owners = sources
    .filter(({ source }) => /inputMode="(decimal|numeric)"|type="number"/.test(source))
    .map(({ name }) => path.basename(name));
  expect(owners).toEqual(["NumberInput.tsx"]);
});
