// What fits into a context, what is said of what does not, and how much of it does.
import { beforeEach, describe, expect, test, vi } from "vitest";
import { beginningThatFits, beginningWords, judge, surelyFits, type Limits } from "./fits";

/** A tokenizer for which a word is a token, and a digit as well. */
let tokenizer: ((text: string) => number) | null;
beforeEach(() => {
  tokenizer = (text) => text.match(/\d|[^\s\d]+/gu)?.length ?? 0;
  vi.stubGlobal("window", {
    facet: {
      call: {
        "engine.countTokens": async ({ text }: { text: string }) => ({ ok: true, value: tokenizer?.(text) ?? null }),
      },
    },
  });
});

const limits = (over: Partial<Limits> = {}): Limits => ({
  maxCharacters: 1_000_000,
  contextTokens: 1_000,
  reservedTokens: 200,
  ...over,
});
const words = (count: number) => "word ".repeat(count);
const sentence = async (text: string, rest: string, of: Limits) => {
  const verdict = await judge(text, rest, of);
  return verdict.fits ? null : verdict.sentence;
};

describe("without counting", () => {
  test("a text with fewer bytes than the context has tokens fits", () => {
    expect(surelyFits("a".repeat(900), "", limits())).toBe(true);
    expect(surelyFits("a".repeat(900), "a".repeat(200), limits())).toBe(false);
    expect(surelyFits("灯".repeat(334), "", limits())).toBe(false);
  });
  test("only characters count where no context is known", () => {
    expect(surelyFits("a".repeat(1_000_000), "", limits({ contextTokens: null }))).toBe(true);
    expect(surelyFits("a".repeat(1_000_001), "", limits({ contextTokens: null }))).toBe(false);
  });
});

describe("what does not fit is said with its numbers", () => {
  test("counted, where it is short enough for that", async () => {
    expect(await sentence(words(1_000), "", limits())).toBeNull();
    expect(await sentence(words(1_001), "", limits())).toBe("This text is 1,001 tokens; the context holds 1,000.");
  });
  test("about, from a sample of a long one", async () => {
    expect(await sentence(words(150_000), "", limits())).toBe(
      "This text is about 150,000 tokens; the context holds 1,000.",
    );
  });
  test("together with what stands there already", async () => {
    expect(await sentence(words(600), words(600), limits())).toBe(
      "With this text it would be 1,200 tokens; the context holds 1,000.",
    );
  });
  test("without a tokenizer by the kind of letters", async () => {
    tokenizer = null;
    expect(await sentence("a".repeat(800_000), "", limits())).toBe(
      "This text is about 200,000 tokens; the context holds 1,000.",
    );
    expect(await sentence("灯".repeat(80_000), "", limits())).toBe(
      "This text is about 80,000 tokens; the context holds 1,000.",
    );
  });
  test("in characters where that is the limit", async () => {
    expect(await sentence(words(250_000), "", limits({ contextTokens: 1_000_000 }))).toBe(
      "This text is 1,250,000 characters long, about 250,000 tokens; at most 1,000,000 fit here.",
    );
    expect(await sentence(words(30), "", limits({ maxCharacters: 100, contextTokens: null }))).toBe(
      "This text is 150 characters long, 30 tokens; at most 100 fit here.",
    );
  });
});

describe("a beginning", () => {
  test.each([
    ["of words", words(5_000)],
    ["of words with numbers after them", words(900) + "0123456789".repeat(5_000)],
    ["of numbers with words after them", "0123456789".repeat(60) + words(50_000)],
    ["in one line without a blank", "0".repeat(50_000)],
  ])("fills the room that an answer leaves, %s", async (_of, text) => {
    const { text: beginning, tokens } = await beginningThatFits(text, words(100), limits());
    expect(text.startsWith(beginning)).toBe(true);
    expect(tokens).toBe(tokenizer?.(beginning));
    expect(tokens).toBeLessThanOrEqual(700);
    expect(tokens).toBeGreaterThan(640);
  });
  test("keeps to the characters", async () => {
    expect((await beginningThatFits(words(50), "ab", limits({ maxCharacters: 103, contextTokens: null }))).text).toBe(
      words(20),
    );
  });
  test("is not offered where nothing of it would fit", async () => {
    expect(await judge(words(1_001), "", limits())).toMatchObject({ canBegin: true });
    expect(await judge(words(1_001), words(790), limits())).toMatchObject({ canBegin: false });
  });
  test("says how much it is", () => {
    expect(beginningWords({ text: words(200), tokens: 200, isExact: true }, words(5_000))).toBe(
      "Inserted the first 1,000 of 25,000 characters, 200 tokens.",
    );
  });
});
