// The panel's fields cover the contract, and nothing typed into them leaves it.
import { expect, test } from "vitest";
import { defaultSampling, Sampling } from "../../../../electron/contract/sampling";
import { advancedSamplingFields, parseFieldValue, usualSamplingFields } from "./samplingFields";

const samplingFields = [...usualSamplingFields, ...advancedSamplingFields];

test("there is a field for each sampling setting", () => {
  expect(samplingFields.map(({ key }) => key).sort()).toEqual(Object.keys(Sampling.shape).sort());
});

test.each(["-1", "0", "0.5", "1e9", "-1e9", "3,7", "7.7777777"])(
  "“%s” becomes a value that the contract takes",
  (text) => {
    for (const field of samplingFields) {
      const value = parseFieldValue(text, field);
      expect(Sampling.safeParse({ ...defaultSampling, [field.key]: value }).success).toBe(true);
    }
  },
);

test.each(["", " ", "abc", "NaN", "Infinity", "1.2.3"])("“%s” is no number", (text) => {
  for (const field of samplingFields) expect(parseFieldValue(text, field)).toBeNull();
});
