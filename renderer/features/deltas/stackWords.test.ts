import { describe, expect, it } from "vitest";
import type { StackEntry } from "../../../electron/contract/deltas";
import { DeltaId } from "../../../electron/contract/ids";
import { kindWords, stackHue, stackName } from "./stackWords";

function entry(name: string, scale: number, hue: number): StackEntry {
  return { deltaId: DeltaId.parse("a".repeat(64)), name, hue, kind: "lora", scale };
}

describe("a stack in words", () => {
  it("names the base when it is empty", () => {
    expect(stackName([])).toBe("Base");
    expect(stackHue([])).toBeUndefined();
  });
  it("names each with its strength where that is not 1, and takes the hue of the first", () => {
    const stack = [entry("SQL", 0.8, 3), entry("Plain words", 1, 5)];
    expect(stackName(stack)).toBe("SQL 0.8 + Plain words");
    expect(stackHue(stack)).toBe(3);
  });
  it("says the kind", () => {
    expect(kindWords({ kind: "bitdelta" })).toBe("1-bit");
    expect(kindWords(entry("SQL", 0.75, 0))).toBe("LoRA 0.75");
  });
});
