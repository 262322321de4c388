// The hand-picked models: the file that comes with the app can be read and has the expected models.
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { readCatalogue } from "./catalogue";
import { quantizationOf } from "../../contract/quantizationOf";

const models = await readCatalogue(fileURLToPath(new URL("../../../resources/catalogue.json", import.meta.url)));

describe("the catalogue", () => {
  it("goes from the smallest to workstations, smallest first, over several families", () => {
    const sizes = models.map((model) => model.parametersBillions);
    expect(models.length).toBeGreaterThanOrEqual(12);
    expect(sizes).toEqual([...sizes].sort((a, b) => a - b));
    expect(Math.min(...sizes)).toBeLessThanOrEqual(0.2);
    expect(Math.max(...sizes)).toBeGreaterThanOrEqual(70);
    expect(new Set(models.map((model) => model.family)).size).toBeGreaterThanOrEqual(6);
  });

  it("names each repository once", () => {
    expect(new Set(models.map((model) => model.repository)).size).toBe(models.length);
  });

  it("has quantizations as file names spell them, and sizes that go with the parameters", () => {
    for (const model of models) {
      for (const { quantization, sizeBytes } of model.variants) {
        expect(quantizationOf(`model-${quantization}.gguf`)).toBe(quantization);
        const bitsPerWeight = (sizeBytes * 8) / (model.parametersBillions * 1e9);
        expect([model.name, quantization, bitsPerWeight > 2.5 && bitsPerWeight < 9.5]).toEqual([
          model.name,
          quantization,
          true,
        ]);
      }
    }
  });
});
