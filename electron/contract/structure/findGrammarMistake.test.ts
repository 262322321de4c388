// What a grammar may be like, and that what is wrong is said with its place.
import { describe, expect, test } from "vitest";
import { goodGrammars } from "../../testing/goodGrammars";
import { becauseWords } from "../../words/reasonWords";
import { findGrammarMistake } from "./findGrammarMistake";

const bad: readonly [text: string, words: string][] = [
  ["", "It has no rules yet."],
  ["# nothing\n", "It has no rules yet."],
  ['answer ::= "a"', "It has no rule with the name root, where an answer begins."],
  ["x".repeat(100_001), "It is longer than 100,000 characters."],
  [Array.from({ length: 2001 }, (_, index) => `r${index} ::= "a"`).join("\n"), "It has more than 2,000 rules."],
  ['root = "a"', "Line 1, column 6: ::= is expected after root."],
  ['root ::= "a"\n::= "b"', "Line 2, column 1: A rule’s name is expected, in letters, digits and -."],
  ['root ::= my_rule\nmy_rule ::= "a"', "Line 1, column 12: _ is not expected here."],
  ['root ::= "a', 'Line 1, column 10: The " that closes this " is missing.'],
  ["root ::= [a-z", "Line 1, column 10: The ] that closes this [ is missing."],
  ["root ::= [", "Line 1, column 10: The ] that closes this [ is missing."],
  ["root ::= [a-", "Line 1, column 10: The ] that closes this [ is missing."],
  ['root ::= ("a"\n| "b"', "Line 1, column 10: The ) that closes this ( is missing."],
  ['root ::= ("a" ]', "Line 1, column 15: ] is not expected here."],
  ['root ::= "a")', "Line 1, column 13: ) is not expected here."],
  ['root ::= "a"\n  "b"', "Line 2, column 3: A rule’s name is expected, in letters, digits and -."],
  ["root ::= 'a'", "Line 1, column 10: ' is not expected here."],
  ["root ::= *", "Line 1, column 10: There is nothing before * that can be repeated."],
  ['root ::= "a" | + "b"', "Line 1, column 16: There is nothing before + that can be repeated."],
  ['root ::= "a"{x}', "Line 1, column 13: How often is written as {2}, {2,}, {2,5}."],
  ['root ::= "a"{,5}', "Line 1, column 13: How often is written as {2}, {2,}, {2,5}."],
  ['root ::= "a"{5,2}', "Line 1, column 13: The smaller number comes first."],
  ['root ::= "a"{9999}', "Line 1, column 13: With what it contains, this is repeated more than 2,000 times."],
  [
    'root ::= "a"{99999999999999999999}',
    "Line 1, column 13: With what it contains, this is repeated more than 2,000 times.",
  ],
  ['root ::= ("a"{0,100}){100}', "Line 1, column 22: With what it contains, this is repeated more than 2,000 times."],
  ['root ::= ""*', "Line 1, column 12: An empty text can’t be repeated."],
  ['root ::= "\\d"', 'Line 1, column 11: After \\ comes one of t r n \\ " [ ] - x41 u00e9.'],
  ['root ::= "\\u12"', 'Line 1, column 11: After \\ comes one of t r n \\ " [ ] - x41 u00e9.'],
  ['root ::= "a\\x00"', "Line 1, column 12: No model writes this character."],
  ['root ::= "a\0"', "Line 1, column 12: No model writes this character."],
  ['root ::= "\\uD800"', "Line 1, column 11: No model writes this character."],
  ["root ::= [\\U00110000]", "Line 1, column 11: No model writes this character."],
  ["root ::= []", "Line 1, column 10: [ ] needs a character in it."],
  ["root ::= [z-a]", "Line 1, column 11: This range ends before it begins."],
  ["root ::= <think>", "Line 1, column 10: Tokens can’t be named here, only their text."],
  ["root ::= !<[5]>", "Line 1, column 10: Tokens can’t be named here, only their text."],
  ['root ::= a b\na ::= "a"', "Line 1, column 12: There is no rule with the name b."],
  ['root ::= ("a" | (x)+)', "Line 1, column 18: There is no rule with the name x."],
  [
    `root ::= ${"(".repeat(20_000)}"a"${")".repeat(20_000)}`,
    "Line 1, column 110: Parentheses are nested more than 100 levels deep.",
  ],
  ['root ::= root "a" | "a"', "Line 1, column 10: root begins with itself here and would never end."],
  [
    'root ::= a root "a"\na ::= b b\nb ::= "x"?',
    "Line 1, column 12: root begins with itself here and would never end.",
  ],
  ['root ::= ("x"? root "a")', "Line 1, column 16: root begins with itself here and would never end."],
  ['root ::= a\na ::= b "x"\nb ::= (a)+', "Line 3, column 8: a begins with itself here and would never end."],
  ['root ::= ("x"?)*', "Line 1, column 16: What is repeated without a limit must not be able to be empty."],
  [
    'root ::= a+\na ::= b\nb ::= "" | "c"',
    "Line 1, column 11: What is repeated without a limit must not be able to be empty.",
  ],
];

describe("a grammar", () => {
  test.each(goodGrammars)("is good: %s", (_name, text) => expect(findGrammarMistake(text)).toBeNull());
  test.each(bad)("%.60s", (text, words) => {
    const mistake = findGrammarMistake(text);
    expect(mistake && becauseWords(mistake)).toBe(words);
  });

  test("is checked in no time, however long its chain of rules", () => {
    const chain = (order: (names: number[]) => number[]) =>
      order(Array.from({ length: 1999 }, (_, index) => index))
        .map((index) => `r${index} ::= ${index === 1998 ? '"a"?' : `r${index + 1}`}`)
        .join("\n");
    const startedAtMs = performance.now();
    for (const order of [(names: number[]) => names, (names: number[]) => names.toReversed()])
      expect(findGrammarMistake(`root ::= r0\n${chain(order)}`)).toBeNull();
    expect(performance.now() - startedAtMs).toBeLessThan(2000);
  });
});
