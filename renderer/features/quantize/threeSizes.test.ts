// Which three of all types are offered first.
import { expect, test } from "vitest";
import type { QuantizePreview } from "../../../electron/contract/quantize";
import type { QuantizationType } from "../../../electron/contract/quantizeRecipe";
import { threeSizes } from "./threeSizes";

const GIGABYTES: readonly (readonly [QuantizationType, number])[] = [
  ["Q8_0", 8.5],
  ["Q6_K", 6.6],
  ["Q5_K_M", 5.7],
  ["Q4_K_M", 4.8],
  ["IQ4_NL", 4.6],
  ["IQ4_XS", 4.4],
  ["Q3_K_M", 3.9],
  ["Q2_K", 3.1],
];

/** Of a model whose types have these sizes, on a computer with so much memory. */
function offered(
  freeGigabytes: number,
  proposal: QuantizationType | null,
  sizes: readonly (readonly [QuantizationType, number])[] = GIGABYTES,
): string[] {
  const types = sizes.map(([type, gigabytes]) => ({
    preview: { type, fileBytes: gigabytes * 1e9 },
    fit: { verdict: gigabytes <= freeGigabytes ? "fits" : "does-not-fit" },
  }));
  return threeSizes({
    types: types as unknown as QuantizePreview["types"],
    proposal: proposal === null ? null : { type: proposal, reason: "best-balance" },
  }).map(({ size, judged }) => `${size} ${judged.preview.type}`);
}

test("the best of each size that fits, and the proposal among them", () => {
  expect(offered(16, "Q4_K_M")).toEqual(["near-original Q8_0", "balanced Q4_K_M", "small Q3_K_M"]);
  expect(offered(7, "Q4_K_M")).toEqual(["near-original Q6_K", "balanced Q4_K_M", "small Q3_K_M"]);
  expect(offered(4.5, "IQ4_XS")).toEqual(["near-original Q8_0", "balanced IQ4_XS", "small Q3_K_M"]);
  expect(offered(3.5, "Q2_K")).toEqual(["near-original Q8_0", "balanced Q4_K_M", "small Q2_K"]);
});

test("of a source in 8 bits the next smaller type is nearest to it", () => {
  expect(offered(16, "Q4_K_M", GIGABYTES.slice(1))).toEqual(["near-original Q6_K", "balanced Q4_K_M", "small Q3_K_M"]);
});

test("a small type that would be written larger than the balanced one is not offered", () => {
  const narrow: typeof GIGABYTES = [
    ["Q8_0", 0.145],
    ["Q4_K_M", 0.105],
    ["IQ4_NL", 0.092],
    ["Q3_K_M", 0.094],
    ["Q2_K", 0.088],
  ];
  expect(offered(16, "IQ4_NL", narrow)).toEqual(["near-original Q8_0", "balanced IQ4_NL", "small Q2_K"]);
  expect(offered(16, "IQ4_NL", narrow.slice(0, -1))).toEqual(["near-original Q8_0", "balanced IQ4_NL"]);
  expect(offered(16, null, [])).toEqual([]);
});
