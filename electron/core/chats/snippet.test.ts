// What a search shows of a message: the found words, in sight and marked, however long the message is.
import fc from "fast-check";
import { expect, test } from "vitest";
import { snippetOf } from "./snippet";

/** Marks as brackets, so that they can be read. */
const shown = (text: string, typed: string) =>
  snippetOf(text, typed).replaceAll("\u{E000}", "[").replaceAll("\u{E001}", "]");
const PROSE = "The keeper counted the ships that passed by in the evening. ";

test("a short text is shown whole, each found word marked to its end", () => {
  expect(shown("Blocks of weights share a scale.", "weight BLOCK")).toBe("[Blocks] of [weights] share a scale.");
  expect(shown("network, net and magnet", "net")).toBe("[network], [net] and magnet");
});

test("as the index does, it knows neither case nor marks on letters", () => {
  expect(shown("Über den Äther", "uber ather")).toBe("[Über] den [Äther]");
  expect(shown("In the cafe\u0301.", "café")).toBe("In the [café].");
  expect(shown("A co-operative", "co-op")).toBe("A [co-operative]");
});

test("of a long text, the surroundings of the first find, in whole words", () => {
  const text = `${PROSE.repeat(2_000)}Then a heron came. ${PROSE.repeat(2_000)}`;
  const snippet = shown(text, "heron");
  expect(snippet).toMatch(/^…\S.*Then a \[heron\] came\..*\S…$/u);
  expect(snippet.length).toBeLessThan(170);
});

test("where all words are together rather than where one is alone", () => {
  const text = `A heron. ${PROSE.repeat(500)}Two gulls and a heron. ${PROSE.repeat(500)}`;
  expect(shown(text, "heron gulls")).toContain("Two [gulls] and a [heron].");
});

test("the beginning, where the words are not to be found", () => {
  expect(shown(PROSE.repeat(50), "heron")).toMatch(/^The keeper counted.*…$/u);
});

test("a megabyte of one word takes no time worth speaking of", () => {
  const startedAtMs = performance.now();
  expect(shown("singing ".repeat(125_000), "singing dancing")).toContain("[singing] [singing]");
  expect(performance.now() - startedAtMs).toBeLessThan(2_000);
});

test("whatever is searched in whatever text, the snippet is short and is the text's own", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: "grapheme", maxLength: 600 }),
      fc.string({ minLength: 1, maxLength: 12 }).filter((typed) => /[\p{L}\p{N}]/u.test(typed)),
      (text, typed) => {
        const bare = snippetOf(text, typed)
          .replace(/[\u{E000}\u{E001}]/gu, "")
          .replace(/^…|…$/gu, "")
          .normalize("NFD");
        expect(text.normalize("NFD")).toContain(bare);
        expect(bare.length).toBeLessThan(800);
      },
    ),
  );
});
