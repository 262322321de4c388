// The system's own words about this process, in bytes.
import { expect, it } from "vitest";
import { processMemory } from "./processMemory";

const status = "Name:\tfacet\nVmHWM:\t  300000 kB\nVmRSS:\t  200000 kB\nRssAnon:\t   50000 kB\nRssFile:\t  150000 kB\n";

it("reads what Linux gives", () => {
  expect(processMemory("linux", () => status)).toEqual({
    residentBytes: 200_000 * 1024,
    peakResidentBytes: 300_000 * 1024,
    anonymousBytes: 50_000 * 1024,
  });
});

it("does without what is missing", () => {
  const unreadable = processMemory("linux", () => {
    throw new Error("no /proc");
  });
  expect(unreadable).toMatchObject({ peakResidentBytes: null, anonymousBytes: null });
  expect(unreadable.residentBytes).toBeGreaterThan(0);
});

it("finds something on this computer", () => {
  const { residentBytes, peakResidentBytes } = processMemory();
  expect(peakResidentBytes ?? residentBytes).toBeGreaterThanOrEqual(residentBytes * 0.9);
});
