// Numbers are written with their units, the way the user reads them elsewhere.
import { afterEach, expect, test } from "vitest";
import { ENGLISH, setLanguage } from "./language";
import {
  formatAgo,
  formatBytes,
  formatCount,
  formatDecimal,
  formatDuration,
  formatList,
  formatParameters,
  formatPercent,
  formatRoughBytes,
  formatRoughCount,
  formatScale,
  formatSpeed,
  formatTimeLeft,
  formatWhen,
} from "./quantities";

afterEach(() => setLanguage(ENGLISH));

test.each([
  [0, "0 B"],
  [999, "999 B"],
  [1200, "1 kB"],
  [999_600, "1 MB"],
  [98_362_432, "98 MB"],
  [999_499_999, "999 MB"],
  [999_999_999, "1.00 GB"],
  [720_000_000 * 10, "7.20 GB"],
  [16_700_000_000, "16.7 GB"],
])("%d bytes", (bytes, words) => {
  expect(formatBytes(bytes)).toBe(words);
});

test("counts have separators, speeds a digit that matters", () => {
  expect(formatCount(8192)).toBe("8,192");
  expect(formatSpeed(61.3)).toBe("61 tokens/s");
  expect(formatSpeed(3.14)).toBe("3.1 tokens/s");
  expect(formatSpeed(9.96)).toBe("10 tokens/s");
});

test("a percentage is never 100 before it is done, nor outside its range", () => {
  expect(formatPercent(0.999)).toBe("99%");
  expect(formatPercent(1)).toBe("100%");
  expect(formatPercent(1.5)).toBe("100%");
  expect(formatPercent(-1)).toBe("0%");
});

test.each([
  [0, "1 s left"],
  [9.4, "9 s left"],
  [60, "1 min 0 s left"],
  [245, "4 min 5 s left"],
  [7260, "2 h 1 min left"],
])("%d seconds", (seconds, words) => {
  expect(formatTimeLeft(seconds)).toBe(words);
});

test("a time is as long as it needs to be", () => {
  const now = new Date(2026, 2, 12, 18).getTime();
  expect(formatWhen(new Date(2026, 2, 12, 9, 5).getTime(), now)).toBe("09:05");
  expect(formatWhen(new Date(2026, 0, 2).getTime(), now)).toBe("2 Jan");
  expect(formatWhen(new Date(2025, 11, 31).getTime(), now)).toBe("31 Dec 2025");
});

test("what a language writes in its own way", () => {
  const said = () => [
    formatBytes(16_700_000_000),
    formatRoughBytes(5_830_000_000),
    formatCount(8192),
    formatPercent(0.29),
    formatDecimal(20.104, 2),
    formatScale(0.8),
    formatRoughCount(412_345),
    formatParameters(1_235_814_432),
    formatList(["A", "B", "C"]),
    formatList(["A", "B"], "or"),
  ];
  expect(said()).toEqual(["16.7 GB", "5.8 GB", "8,192", "29%", "20.10", "0.8", "412k", "1.2B", "A, B and C", "A or B"]);
  setLanguage({ code: "de", texts: { "{seconds} s": "{seconds} Sek." } });
  const german = ["16,7 GB", "5,8 GB", "8.192", "29 %", "20,10", "0,8", "412.345", "1.2B", "A, B und C", "A oder B"];
  // With spaces at which no line breaks.
  expect(said().map((text) => text.replaceAll("\u00A0", " "))).toEqual(german);
  expect(formatDuration(12)).toBe("12 Sek.");
  setLanguage({ code: "fr", texts: {} });
  expect(formatBytes(16_700_000_000)).toMatch(/^16,7\sGo$/u);
  setLanguage({ code: "ja", texts: {} });
  expect([formatRoughCount(412_345), formatList(["A", "B"])]).toEqual(["41万", "A、B"]);
});

test("parameters", () => {
  expect([134_515_008, 1_235_814_432, 8_190_000_000, 70_553_706_496, 9_970_000_000].map(formatParameters)).toEqual([
    "135M",
    "1.2B",
    "8.2B",
    "71B",
    "10B",
  ]);
});

test("counts", () => {
  expect([7, 999, 1000, 4120, 412_345, 999_600, 2_300_000].map(formatRoughCount)).toEqual([
    "7",
    "999",
    "1k",
    "4.1k",
    "412k",
    "1M",
    "2.3M",
  ]);
});

test("dates", () => {
  const now = Date.parse("2026-11-22T12:00:00Z");
  const ago = (date: string) => formatAgo(Date.parse(date), now);
  expect(
    [
      "2026-11-22T11:00:00Z",
      "2026-11-21T11:00:00Z",
      "2026-11-12",
      "2026-10-20",
      "2026-03-01",
      "2023-01-01",
      "nonsense",
    ].map(ago),
  ).toEqual(["today", "yesterday", "10 days ago", "4 weeks ago", "8 months ago", "3 years ago", null]);
});
