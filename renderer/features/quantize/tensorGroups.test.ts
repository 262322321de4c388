// Gathering tensors by layers loses none of them.
import fc from "fast-check";
import { expect, test } from "vitest";
import type { TensorPlan } from "../../../electron/contract/jobs";
import { groupTensors, ranges, typeShares } from "./tensorGroups";

function tensor(name: string, targetType: string, change: Partial<TensorPlan> = {}): TensorPlan {
  return {
    name,
    shape: [576, 192, 1, 1],
    sourceType: "f16",
    targetType,
    sourceBytes: 200,
    targetBytes: 100,
    widthDoesNotDivide: false,
    ...change,
  };
}

test("layers that are alike stand in one line, others in lines of their own", () => {
  const groups = groupTensors([
    tensor("token_embd.weight", "q8_0", { shape: [576, 49152, 1, 1], targetBytes: 5000 }),
    tensor("output_norm.weight", "f32", { shape: [576, 1, 1, 1], targetBytes: 1 }),
    tensor("blk.0.attn_k.weight", "q5_0", { widthDoesNotDivide: true }),
    tensor("blk.1.attn_k.weight", "q5_0", { widthDoesNotDivide: true }),
    tensor("blk.2.attn_k.weight", "q8_0", { widthDoesNotDivide: true }),
    tensor("blk.3.attn_k.weight", "q5_0", { widthDoesNotDivide: true }),
  ]);
  expect(groups.map(({ name, layers, count, targetType, shape }) => [name, layers, count, targetType, shape])).toEqual([
    ["token_embd.weight", null, 1, "q8_0", [576, 49152]],
    ["blk.*.attn_k.weight", "0–1, 3", 3, "q5_0", [576, 192]],
    ["blk.*.attn_k.weight", "2", 1, "q8_0", [576, 192]],
    ["output_norm.weight", null, 1, "f32", [576]],
  ]);
});

test("no tensor and no byte is lost", () => {
  const plan = fc.record({
    layer: fc.nat(80),
    part: fc.constantFrom("attn_q", "ffn_up"),
    type: fc.constantFrom("q4_K", "q6_K"),
    bytes: fc.nat(1e9),
  });
  fc.assert(
    fc.property(fc.array(plan, { maxLength: 200 }), (plans) => {
      const groups = groupTensors(
        plans.map(({ layer, part, type, bytes }) =>
          tensor(`blk.${layer}.${part}.weight`, type, { targetBytes: bytes }),
        ),
      );
      expect(groups.reduce((sum, { count }) => sum + count, 0)).toBe(plans.length);
      expect(groups.reduce((sum, { targetBytes }) => sum + targetBytes, 0)).toBe(
        plans.reduce((sum, { bytes }) => sum + bytes, 0),
      );
    }),
  );
});

test("ranges and shares", () => {
  expect(ranges([8, 0, 1, 2, 5, 7])).toBe("0–2, 5, 7–8");
  expect(typeShares({ q8_0: 1, q4_K: 3 })).toEqual([
    { type: "q4_K", bytes: 3, share: 0.75 },
    { type: "q8_0", bytes: 1, share: 0.25 },
  ]);
  expect(typeShares({ f32: 0 })).toEqual([{ type: "f32", bytes: 0, share: 0 }]);
});
