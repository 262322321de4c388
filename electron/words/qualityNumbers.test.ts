import { afterEach, expect, test } from "vitest";
import { ENGLISH, setLanguage } from "./language";
import { changeFrom, formatKl, formatPerplexity, formatShare, ratioTo } from "./qualityNumbers";

afterEach(() => setLanguage(ENGLISH));

test("numbers keep the digits that count", () => {
  expect([0, 0.02214, 0.000_81, 1.4249, 1e-9].map(formatKl)).toEqual([
    "0",
    "0.0221",
    "0.000810",
    "1.42",
    "below 0.000001",
  ]);
  expect([19.812, 99.96, 1234.5].map(formatPerplexity)).toEqual(["19.81", "100", "1,235"]);
  expect([1, 0.99999, 0.9191].map(formatShare)).toEqual(["100.0%", "99.9%", "91.9%"]);
});

test("changes against the source have a sign, and none where nothing changed or nothing is known", () => {
  expect([
    changeFrom(271, 105),
    changeFrom(19.8, 20.1),
    changeFrom(3, 3),
    changeFrom(null, 3),
    changeFrom(100, 400),
  ]).toEqual(["−61.3%", "+1.5%", "same", null, "+300%"]);
  expect([ratioTo(31, 54), ratioTo(0, 1)]).toEqual(["1.74×", null]);
});

test("each in the language's own form", () => {
  setLanguage({ code: "de", texts: {} });
  expect([
    formatKl(0.02214),
    formatPerplexity(1234.5),
    formatShare(0.9191),
    changeFrom(271, 105),
    ratioTo(31, 54),
  ]).toEqual(["0,0221", "1.235", "91,9\u00A0%", "−61,3\u00A0%", "1,74×"]);
});
