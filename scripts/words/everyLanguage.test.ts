// Everything that Facet can say, said in each of its languages with values of all kinds.
import { parse, TYPE, type MessageFormatElement } from "@formatjs/icu-messageformat-parser";
import path from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { FailureCode, type Failure } from "../../electron/contract/failure";
import { failureText } from "../../electron/words/failureText";
import { ENGLISH, formatOf, setLanguage } from "../../electron/words/language";
import * as quantities from "../../electron/words/quantities";
import { unclearIn } from "./clarity";
import { readSources } from "./messages";
import { pseudoText } from "./pseudo";
import { languageFiles, readTexts, shown } from "./translations";

const root = path.join(import.meta.dirname, "../..");
const { messages } = readSources(root);
const languages = languageFiles(root).map((file) => ({ code: path.basename(file, ".json"), texts: readTexts(file) }));

afterEach(() => setLanguage(ENGLISH));

/** Names and numbers that look alike in each language; everything that a failure may be about. */
const DETAILS = {
  alpha: "0.5",
  architecture: "mamba9",
  availableBytes: "4200000000",
  base: "Base-1B",
  chats: "2",
  contextSizeTokens: "8192",
  delta: "Pirate",
  feature: "dora",
  file: "tiny.gguf",
  fileBytes: "1200",
  folder: "/data/facet",
  kind: "json-schema",
  messageTokens: "9000",
  messages: "1",
  missingBytes: "3100000000",
  movedTo: "chats-damaged-1.db",
  neededBytes: "9100000000",
  reason: "it is no JSON",
  repository: "owner/name",
  retryAfterSeconds: "90",
  setting: "contextSizeTokens",
  tensor: "blk.0.attn_q.weight",
  tokenizer: "odd",
  type: "Q4_K",
};

/** As a program shows what it forgot to fill in. */
const LEFT_OVER = /[{}]|undefined|\[object|NaN|<\/?\w+>/u;

test("there are five languages beside English", () =>
  expect(languages.map(({ code }) => code)).toEqual(["de", "es", "fr", "ja", "zh"]));

describe.each(languages)("$code", (language) => {
  test.each([
    ["without details", {}],
    ["with all details", DETAILS],
  ])("each failure says its three parts, none of them in English, %s", (_name, details) => {
    const wrong = FailureCode.options.flatMap((code) => {
      // Of the facts, each code reads its own.
      const failure = { code, details } as Failure;
      const english = failureText(failure);
      setLanguage(language);
      const text = failureText(failure);
      setLanguage(ENGLISH);
      return (["happened", "data", "advice"] as const).flatMap((part) =>
        text[part] === english[part] || !/\p{L}.*[.。]$/u.test(text[part]) || LEFT_OVER.test(text[part])
          ? [`${code}, ${part}: ${text[part]}`]
          : [],
      );
    });
    expect(wrong).toEqual([]);
  });

  test("each message can be said with each of its choices, and nothing is left over of its form", () => {
    setLanguage(language);
    const said = [...messages.keys()].flatMap((message) => valuesOf(message).map((values) => say(message, values)));
    expect(said.length).toBeGreaterThan(messages.size);
    expect(said.filter((text) => text.trim() === "" || LEFT_OVER.test(text))).toEqual([]);
  });

  test("no sentence is left in English", () => {
    const same = Object.entries(language.texts).filter(
      ([message, text]) =>
        text === shown(message) && /\p{Ll}{2,}[.?!]?(?: \p{Ll}{2,}){2}/u.test(text.replaceAll(/\{.*\}/gu, "")),
    );
    expect(same).toEqual([]);
  });

  test("numbers, sizes and times follow the language's rules", () => {
    setLanguage(language);
    const said = [
      quantities.formatBytes(1_234_000_000),
      quantities.formatCount(1_234_567),
      quantities.formatPercent(0.125, 1),
      quantities.formatDuration(3_725),
      quantities.formatTimeLeft(90),
      quantities.formatWhen(Date.UTC(2026, 1, 3), Date.UTC(2026, 5, 3)),
      quantities.formatAgo(Date.UTC(2026, 1, 3), Date.UTC(2026, 5, 3)) ?? "",
      quantities.formatList(["A", "B", "C"]),
      quantities.formatList(["A", "B"], "or"),
    ];
    for (const text of said) expect(text).toMatch(/\S/u);
    expect(quantities.formatDecimal(0.5, 1)).toBe(["ja", "zh"].includes(language.code) ? "0.5" : "0,5");
    expect(said.at(-1)).not.toContain(" or ");
  });
});

test("what is unclear is found in any of a message's choices", () => {
  expect(unclearIn("Couldn’t open {file}.")).toEqual([]);
  expect(unclearIn("Couldn't open {file}.")[0]).toContain("apostrophe");
  expect(unclearIn("Write '{name}' here.")).toEqual([]);
  expect(unclearIn("{count, plural, one {Please wait} other {Wait}}.")[0]).toContain("“Please”");
  expect(unclearIn("{has, select, yes {The tensor is damaged} other {It is damaged}}.")[0]).toContain("“tensor”");
  expect(unclearIn(`${"word ".repeat(20)}end. Short.`)[0]).toContain("21 words");
  expect(unclearIn(`${"word ".repeat(12)}end. ${"word ".repeat(12)}end.`)).toEqual([]);
});

test("a pseudo-language keeps values and tags, and is longer", () => {
  const text = pseudoText("Read <link>{count, plural, one {# file} other {# files}}</link> of {name}@@verb");
  expect(text).toMatch(/^\[Řḗȧḓ <link>\{count/u);
  expect(text).toContain("{name}");
  expect(text).not.toContain("@@");
  setLanguage({
    code: "en-XA",
    texts: {
      "{count, plural, one {# file} other {# files}}": pseudoText("{count, plural, one {# file} other {# files}}"),
    },
  });
  expect(say("{count, plural, one {# file} other {# files}}", { count: 2 })).toMatch(/^\[2 ƒīŀḗş(?: ~)+\]$/u);
});

function say(message: string, values: Values): string {
  return [formatOf(message).format<string>(values)].flat().join("");
}

type Values = Record<string, string | number | ((chunks: unknown[]) => string)>;

/** Values for each choice of each select and plural; tags show what is in them. */
function valuesOf(message: string): Values[] {
  const choices = new Map<string, (string | number)[]>();
  const tags: Values = {};
  collect(parse(shown(message)), choices, tags);
  const count = Math.max(1, ...[...choices.values()].map((each) => each.length));
  return Array.from({ length: count }, (_, index) => ({
    ...tags,
    ...Object.fromEntries([...choices].map(([name, each]) => [name, each[index % each.length] ?? "x"])),
  }));
}

function collect(
  elements: readonly MessageFormatElement[],
  choices: Map<string, (string | number)[]>,
  tags: Values,
): void {
  for (const element of elements) {
    switch (element.type) {
      case TYPE.argument:
        if (!choices.has(element.value)) choices.set(element.value, ["x1"]);
        break;
      case TYPE.number:
      case TYPE.date:
      case TYPE.time:
        choices.set(element.value, [0, 1, 1234.5]);
        break;
      case TYPE.plural:
        choices.set(element.value, [0, 1, 2, 1_000_000]);
        break;
      case TYPE.select:
        choices.set(element.value, Object.keys(element.options));
        break;
      case TYPE.tag:
        tags[element.value] = (chunks) => chunks.join("");
        collect(element.children, choices, tags);
        break;
      default:
    }
    if (element.type === TYPE.plural || element.type === TYPE.select)
      for (const { value } of Object.values(element.options)) collect(value, choices, tags);
  }
}
