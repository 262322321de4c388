// What a model's file says, as words.
import { expect, test } from "vitest";
import type { SamplePrompt } from "../contract/modelFormat";
import { FormatSource } from "../contract/modelFormat";
import { abilities, chooseSample, licenceWords, templateOriginWords, tokenUseWords } from "./modelFormatWords";

const nothing = {
  source: "template",
  thinking: null,
  hasTools: false,
  hasDocuments: false,
  hasSystemPrompt: false,
} as const;
const words = (format: Parameters<typeof abilities>[0]) =>
  Object.fromEntries(abilities(format).map(({ name, answer, words: more }) => [name, `${answer}: ${more}`]));

test("what the template does not mention, the model cannot do, as far as the file says", () => {
  expect(words(nothing)).toEqual({
    "System prompt": "no: Facet puts it before the first message.",
    Thinking: "no: The chat template does not mention it.",
    Tools: "no: The chat template does not mention it.",
    Documents: "no: The chat template does not mention it.",
  });
});

test("without a template of its own nothing is claimed of the model", () => {
  for (const source of ["vocabulary", "general"] as const) {
    const answers = abilities({ ...nothing, source, hasSystemPrompt: true });
    expect(answers.map(({ answer }) => answer)).toEqual(["yes", "unknown", "unknown", "unknown"]);
  }
});

test("thinking says whether it can be switched, what is usual, and how hard", () => {
  const thinking = (canSwitch: boolean, isOnByDefault: boolean, ...efforts: string[]) =>
    words({ ...nothing, thinking: { canSwitch, isOnByDefault, efforts } })["Thinking"];
  expect(thinking(true, true)).toBe("yes: On by default; it can be switched off.");
  expect(thinking(true, false)).toBe("yes: Off by default; it can be switched on.");
  expect(thinking(false, true)).toBe("yes: It can’t be switched off.");
  expect(thinking(false, true, "low", "high")).toBe("yes: It can’t be switched off. Effort: Low or High.");
});

test("the file's own licence counts; else what Hugging Face said", () => {
  expect(licenceWords("apache-2.0", "mit")).toBe("Apache-2.0");
  expect(licenceWords(null, "gemma")).toBe("Gemma, says Hugging Face; its file does not say");
  expect(licenceWords(null, null)).toBe("Its file does not say");
});

test("each use of a token has words of its own, and one that is not known keeps its name", () => {
  const uses = ["bos", "eos", "eot", "eom", "unknown", "seperator", "padding", "cls", "mask"];
  const said = [...uses, "fim_pre", "fim_suf", "fim_mid"].map(tokenUseWords);
  expect(new Set(said).size).toBe(12);
  for (const [index, use] of uses.entries()) expect(said[index]).not.toBe(use);
  expect(tokenUseWords("future")).toBe("future");
});

test("each template says where it is from", () => {
  const said = FormatSource.options.map((source) => templateOriginWords({ source, name: "ChatML" }));
  expect(new Set(said).size).toBe(FormatSource.options.length);
});

test("the sample that was asked for is shown, or the nearest", () => {
  const sample = (isThinkingOn: boolean | null, hasTool: boolean): SamplePrompt => ({
    isThinkingOn,
    hasTool,
    pieces: [],
    tokenCount: 0,
    leftOutCharacterCount: 0,
    problem: null,
  });
  const all = [sample(true, false), sample(false, false), sample(true, true), sample(false, true)];
  expect(chooseSample(all, { isThinkingOn: false, hasTool: true })).toBe(all[3]);
  expect(chooseSample(all.slice(0, 2), { isThinkingOn: false, hasTool: true })).toBe(all[1]);
  expect(chooseSample([], { isThinkingOn: null, hasTool: false })).toBeNull();
});
