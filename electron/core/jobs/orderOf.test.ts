// Names of new files: the source's, with the new type in place of the old, and a word where the steps are unusual.
import { describe, expect, it } from "vitest";
import { TextId, type QuantizationType, type QuantizeStep } from "../../contract/quantizeRecipe";
import { modelName } from "../modelName";
import { targetFileName } from "./orderOf";

const calibrate = (how: QuantizeStep["with"]): QuantizeStep[] => [{ kind: "calibrate", with: how }];
const text = calibrate({ kind: "text", ownTextId: null });
const none: QuantizeStep[] = [];

describe("targetFileName", () => {
  it.each<[string, QuantizationType, QuantizeStep[], string]>([
    ["Qwen3-8B-F16.gguf", "Q4_K_M", text, "Qwen3-8B-Q4_K_M.gguf"],
    ["Qwen3-8B-BF16-00001-of-00002.gguf", "Q8_0", none, "Qwen3-8B-Q8_0.gguf"],
    ["gemma-3-270m.Q8_0.gguf", "Q4_0", none, "gemma-3-270m-uncalibrated-Q4_0.gguf"],
    ["model.gguf", "Q8_0", text, "model-calibrated-Q8_0.gguf"],
    ["model-f32.GGUF", "IQ3_M", calibrate({ kind: "text", ownTextId: TextId.parse("t") }), "model-own-text-IQ3_M.gguf"],
    ["model-f16.gguf", "Q2_K", calibrate({ kind: "imported" }), "model-imported-matrix-Q2_K.gguf"],
    ["F16.gguf", "Q4_0", text, "F16-Q4_0.gguf"],
  ])("%s as %s", (source, type, steps, expected) => {
    const name = targetFileName(source, { type, steps });
    expect(name).toBe(expected);
    expect(modelName(name)).not.toContain(type);
  });
});
