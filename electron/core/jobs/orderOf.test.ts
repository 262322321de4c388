// Names of new files: the source's, with the new type in place of the old, and a word where the calibration is unusual.
import { describe, expect, it } from "vitest";
import type { StartQuantize } from "../../contract/jobQueue";
import { TextId } from "../../contract/quantize";
import { modelName } from "../modelName";
import { targetFileName } from "./orderOf";

const text: StartQuantize["calibration"] = { kind: "text", ownTextId: null };
const none: StartQuantize["calibration"] = { kind: "none" };

describe("targetFileName", () => {
  it.each<[string, StartQuantize["type"], StartQuantize["calibration"], string]>([
    ["Qwen3-8B-F16.gguf", "Q4_K_M", text, "Qwen3-8B-Q4_K_M.gguf"],
    ["Qwen3-8B-BF16-00001-of-00002.gguf", "Q8_0", none, "Qwen3-8B-Q8_0.gguf"],
    ["gemma-3-270m.Q8_0.gguf", "Q4_0", none, "gemma-3-270m-uncalibrated-Q4_0.gguf"],
    ["model.gguf", "Q8_0", text, "model-calibrated-Q8_0.gguf"],
    ["model-f32.GGUF", "IQ3_M", { kind: "text", ownTextId: TextId.parse("t") }, "model-own-text-IQ3_M.gguf"],
    ["model-f16.gguf", "Q2_K", { kind: "imported" }, "model-imported-matrix-Q2_K.gguf"],
    ["F16.gguf", "Q4_0", text, "F16-Q4_0.gguf"],
  ])("%s as %s", (source, type, calibration, expected) => {
    const name = targetFileName(source, { type, calibration });
    expect(name).toBe(expected);
    expect(modelName(name)).not.toContain(type);
  });
});
