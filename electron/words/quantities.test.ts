// Numbers are written with their units, the way the user reads them elsewhere.
import { expect, test } from "vitest";
import { formatBytes, formatCount, formatPercent, formatSpeed, formatTimeLeft, formatWhen } from "./quantities";

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
  expect(formatPercent(0.999)).toBe("99 %");
  expect(formatPercent(1)).toBe("100 %");
  expect(formatPercent(1.5)).toBe("100 %");
  expect(formatPercent(-1)).toBe("0 %");
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
