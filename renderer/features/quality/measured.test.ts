// Figures of a quality report, with their units.
import { expect, test } from "vitest";
import type { MeasuredVariant } from "../../../electron/contract/quantize";
import {
  formatChange,
  formatKl,
  formatPerplexity,
  formatRatio,
  formatShare,
  variantLabel,
  variantSentence,
} from "./measured";

function variant(type: string, calibrated: boolean, isSource = false): MeasuredVariant {
  const quality = {
    fileName: `${type}.gguf`,
    fileBytes: 105_458_240,
    bitsPerWeight: 6.17,
    perplexity: 20.104,
    perplexityError: 0.4,
    klMean: isSource ? 0 : 0.02214,
    klMeanError: 0.001,
    klMedian: 0.01,
    klPercentile99: 0.16,
    klMaximum: 1,
    sameTopToken: 0.9191,
    speed: { prefillTokensPerSecond: 402, decodeTokensPerSecond: 53.9 },
  };
  return {
    modelId: null,
    name: "Tiny",
    type,
    steps: calibrated ? ["calibrate"] : [],
    isSource,
    quality,
    positions: 4096,
    measuredAtMs: 0,
  };
}

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
    formatChange(105, 271),
    formatChange(20.1, 19.8),
    formatChange(3, 3),
    formatChange(3, null),
    formatChange(400, 100),
  ]).toEqual(["−61.3%", "+1.5%", "same", null, "+300%"]);
  expect([formatRatio(54, 31), formatRatio(1, 0)]).toEqual(["1.74×", null]);
});

test("a type that was measured both ways is told apart", () => {
  const all = [variant("F16", false, true), variant("Q4_0", true), variant("Q4_0", false), variant("Q8_0", false)];
  expect(all.map((one) => variantLabel(one, all))).toEqual(["F16, source", "Q4_0", "Q4_0 uncalibrated", "Q8_0"]);
  expect(variantSentence(all[1]!, all)).toBe(
    "Q4_0, 105 MB, perplexity 20.10, mean KL divergence 0.0221 nats, same top token 91.9%, writes 54 tokens/s",
  );
});
