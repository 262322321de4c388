// What making a delta will take, and what it left out.
import { expect, test } from "vitest";
import { predictedSize, predictedTimeText, predictedSizeText, leftOutGroups, sharePercent } from "./makingWords";

test("the same tensor of all layers stands in one line, with the sum of its shares", () => {
  const left = [
    { name: "token_embd.weight", share: 0.03 },
    { name: "blk.0.attn_q_norm.weight", share: 0.02 },
    { name: "blk.11.attn_q_norm.weight", share: 0.02 },
  ];
  expect(leftOutGroups(left)).toEqual([
    { name: "blk.*.attn_q_norm.weight", count: 2, share: 0.04 },
    { name: "token_embd.weight", count: 1, share: 0.03 },
  ]);
});

test("a share that is there is never 0", () => {
  expect([0, 0.0004, 0.0042, 0.0999, 0.631, 1].map(sharePercent)).toEqual([
    "0.0%",
    "under 0.1%",
    "0.4%",
    "9.9%",
    "63%",
    "100%",
  ]);
});

test("the time is predicted from what was measured here, and from nothing else", () => {
  const preview = { sourceBytes: 30e9, speeds: { bitdelta: 0.4e9, "lora-16": 1e12 } };
  expect(predictedTimeText(preview, { kind: "bitdelta" })).toBe(
    "Making it takes about 1 min 15 s, as the last one on this computer did.",
  );
  expect(predictedTimeText(preview, { kind: "lora", rank: 16 })).toMatch(/about 1\.0 s/);
  expect(predictedTimeText(preview, { kind: "lora", rank: 32 })).toBeNull();
});

test("sizes by the formula of the file: signs and one square factor, or two thin ones", () => {
  const preview = { matrices: [{ inputs: 640, outputs: 2048, count: 2 }] };
  const oneBit = predictedSize(preview, { kind: "bitdelta" });
  expect(oneBit.bitsPerWeight).toBeCloseTo(1.125 * (1 + 640 / 2048), 6);
  expect(predictedSize(preview, { kind: "lora", rank: 16 }).fileBytes).toBe(2 * 16 * (640 + 2048) * 2);
  // No matrix has a rank above its shorter side.
  expect(predictedSize(preview, { kind: "lora", rank: 4096 })).toEqual(
    predictedSize(preview, { kind: "lora", rank: 640 }),
  );
  expect(predictedSizeText(oneBit)).toBe("about 484 kB, 1.48 bits per weight");
});
