// Names of measured variants, and the sentence that says one.
import { expect, test } from "vitest";
import type { MeasuredVariant } from "../../../electron/contract/quantize";
import { variantLabel, variantSentence } from "./measured";

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

test("a type that was measured both ways is told apart", () => {
  const all = [variant("F16", false, true), variant("Q4_0", true), variant("Q4_0", false), variant("Q8_0", false)];
  expect(all.map((one) => variantLabel(one, all))).toEqual(["F16, source", "Q4_0", "Q4_0 uncalibrated", "Q8_0"]);
  expect(variantSentence(all[1]!, all)).toBe(
    "Q4_0, 105 MB, perplexity 20.10, mean KL divergence 0.0221 nats, same top token 91.9%, writes 54 tokens/s",
  );
});
