// What a text field takes, and what is too much for it.
import { expect, test } from "vitest";
import { isHeavy } from "./textWeight";

const repeat = (text: string, length: number) => text.repeat(Math.ceil(length / text.length)).slice(0, length);

test.each([
  ["prose", "The keeper counted the ships. ", 90_000],
  ["prose in lines", "The keeper of the lighthouse counted the ships that passed.\n", 70_000],
  ["French", "Élève français, où êtes-vous allé déjà ? ", 90_000],
  ["Chinese", "灯塔矗立在长长的码头尽头。", 90_000],
  ["Russian", "Маяк стоит в конце длинного причала. ", 20_000],
  ["Korean", "등대는 긴 부두 끝에 서 있다. ", 20_000],
  ["Japanese", "灯台は長い桟橋の端に立っている。", 3_500],
  ["a table drawn with lines", "│ name │ size │\n", 10_000],
  ["emoji here and there", `${"Some words that were written by a human being. ".repeat(4)}🙂 `, 40_000],
])("is light: %s", (_what, text, length) => {
  expect(isHeavy(repeat(text, length))).toBe(false);
});

test.each([
  ["a book", "The keeper counted the ships. ", 200_000],
  ["a Russian book", "Маяк стоит в конце длинного причала. ", 90_000],
  ["a Japanese book", "灯台は長い桟橋の端に立っている。", 30_000],
  ["very many lines", "ab\n", 30_000],
  ["an emoji after each word", "hello 🙂 ", 20_000],
  ["emoji with blanks between", "🙂 ", 5_000],
  ["two scripts in turn", "hello 灯塔 ", 20_000],
])("is heavy: %s", (_what, text, length) => {
  expect(isHeavy(repeat(text, length))).toBe(true);
});
