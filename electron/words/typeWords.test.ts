// Each type of quantization has a word for what it trades.
import { expect, test } from "vitest";
import { QuantizationType } from "../contract/quantizeRecipe";
import { typeLine, typeTitle, typeWord } from "./typeWords";

test.each(QuantizationType.options)("%s has a word", (type) => {
  expect(typeWord(type)).not.toBeNull();
});

test("from near-original to tiny, in the names that publishers use", () => {
  expect(
    ["BF16", "Q8_0", "Q6_K_L", "UD-Q5_K_XL", "Q4_K_M", "MXFP4_MOE", "IQ4_XS", "IQ3_M", "UD-IQ2_XXS", "TQ1_0"].map(
      typeWord,
    ),
  ).toEqual([
    "Full precision",
    "Near-original",
    "Near-original",
    "High quality",
    "Balanced",
    "Balanced",
    "Balanced",
    "Small",
    "Tiny",
    "Tiny",
  ]);
});

test("a name that tells nothing stands alone", () => {
  expect([typeTitle("Q4_K_M"), typeTitle("special")]).toEqual(["Balanced · Q4_K_M", "special"]);
  expect(typeLine("Q4_K_M", 4_800_000_000)).toBe("Balanced · Q4_K_M · 4.80 GB");
  expect(typeLine(null, 4_800_000_000)).toBe("4.80 GB");
});
