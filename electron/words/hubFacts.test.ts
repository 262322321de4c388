// Numbers of the hub in few words.
import { expect, test } from "vitest";
import { formatAgo, formatParameters, formatRoughCount } from "./hubFacts";

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
