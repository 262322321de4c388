// What is pasted into a field for a number.
import { afterEach, expect, test } from "vitest";
import { ENGLISH, setLanguage } from "../../electron/words/language";
import { formatNumber } from "../../electron/words/quantities";
import { MAX_NUMBER_CHARACTERS, numbersOnly, readNumber } from "./numbersOnly";

afterEach(() => setLanguage(ENGLISH));

test.each([
  ["42", "42"],
  ["-0.35", "-0.35"],
  ["0,7", "0,7"],
  ["4 294 967 295", "4294967295"],
  ["Seed: 12\n", "12"],
  ["", ""],
  ["none", ""],
])("of %j it takes %j", (text, taken) => {
  expect(numbersOnly(text)).toBe(taken);
});

test("of a text without end it takes as much as there is room for, at once", () => {
  for (const text of ["7".repeat(5_000_000), "a7".repeat(2_500_000)]) {
    const startedMs = performance.now();
    expect(numbersOnly(text)).toBe("7".repeat(MAX_NUMBER_CHARACTERS));
    expect(performance.now() - startedMs).toBeLessThan(50);
  }
  expect(numbersOnly("12345", 3)).toBe("123");
  expect(numbersOnly("12345", 0)).toBe("");
});

test.each([
  ["0,7", false, 0.7],
  ["0.125", false, 0.125],
  ["1,125", false, 1.125],
  [" 8192 ", true, 8192],
  ["8,192", true, 8192],
  ["1.000.000", true, 1_000_000],
  ["4.5", true, 4.5],
  ["-5", true, -5],
  ["", true, null],
  ["1-2", true, null],
  [",", false, null],
])("%j is read (whole: %s) as %s", (text, isWhole, value) => {
  expect(readNumber(text, isWhole)).toBe(value);
});

test.each(["en", "de", "es", "fr", "ja", "zh", "ar-XB", "de-CH"])("what a field shows in %s, it takes", (code) => {
  setLanguage({ code, texts: {} });
  for (const value of [0, 0.7, -0.35, 1.125, 123456.789, 4_294_967_295]) {
    const shown = formatNumber(value);
    expect(numbersOnly(shown)).toBe(shown);
    expect(readNumber(shown, Number.isInteger(value))).toBe(value);
  }
  expect(formatNumber(0.7)).toBe(["de", "es", "fr"].includes(code) ? "0,7" : "0.7");
});
