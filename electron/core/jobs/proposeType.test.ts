// Proposals: the usual choice where it fits, the largest that fits where it does not.
import { describe, expect, it } from "vitest";
import type { FitVerdict } from "../../contract/fit";
import type { TensorPlan } from "../../contract/jobs";
import type { QuantizationType } from "../../contract/quantizeRecipe";
import { proposeType, type JudgedType } from "./proposeType";

const sizes: [QuantizationType, number][] = [
  ["Q8_0", 80],
  ["Q6_K", 60],
  ["Q4_K_M", 45],
  ["IQ4_NL", 42],
  ["Q4_0", 41],
  ["Q3_K_M", 35],
  ["Q2_K", 25],
];

function tensor(widthDoesNotDivide: boolean, sourceBytes: number): TensorPlan {
  return {
    name: "t",
    shape: [576, 576],
    sourceType: "f16",
    targetType: "q5_0",
    sourceBytes,
    targetBytes: 1,
    widthDoesNotDivide,
  };
}

function types(verdict: (fileBytes: number) => FitVerdict, fallbackBytes = 0): JudgedType[] {
  return sizes.map(([type, fileBytes]) => ({
    preview: { type, fileBytes, tensors: [tensor(type.includes("_K"), fallbackBytes), tensor(false, 100)] },
    fit: { verdict: verdict(fileBytes) },
  }));
}

describe("proposeType", () => {
  it.each<[string, JudgedType[], ReturnType<typeof proposeType>]>([
    ["everything fits", types(() => "fits"), { type: "Q4_K_M", reason: "best-balance" }],
    ["widths do not divide", types(() => "fits", 500), { type: "IQ4_NL", reason: "width-does-not-divide" }],
    ["few widths do not divide", types(() => "fits", 10), { type: "Q4_K_M", reason: "best-balance" }],
    [
      "only small ones fit",
      types((bytes) => (bytes < 40 ? "fits" : "does-not-fit")),
      { type: "Q3_K_M", reason: "largest-that-fits" },
    ],
    [
      "a smaller context fits",
      types((bytes) => (bytes < 40 ? "smaller-context" : "does-not-fit")),
      { type: "Q3_K_M", reason: "largest-that-fits" },
    ],
    [
      "fits with a smaller context, the smallest fits whole",
      types((bytes) => (bytes < 30 ? "fits" : "smaller-context")),
      { type: "Q2_K", reason: "largest-that-fits" },
    ],
    ["nothing fits", types(() => "does-not-fit"), { type: "Q2_K", reason: "none-fits" }],
    ["nothing is known", types(() => "unknown"), { type: "Q4_K_M", reason: "fit-unknown" }],
    [
      "the small ones are not known",
      types((bytes) => (bytes < 40 ? "unknown" : "does-not-fit")),
      { type: "Q3_K_M", reason: "fit-unknown" },
    ],
    [
      "of the small ones one is known to fit",
      types((bytes) => (bytes < 30 ? "fits" : bytes < 40 ? "unknown" : "does-not-fit")),
      { type: "Q2_K", reason: "largest-that-fits" },
    ],
    ["there is nothing smaller than the source", [], null],
    ["only an unusual type is left", types(() => "fits").slice(-1), { type: "Q2_K", reason: "best-balance" }],
  ])("%s", (_name, judged, proposal) => expect(proposeType(judged)).toEqual(proposal));
});
