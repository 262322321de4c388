// Tokens in a second are what each part of a token's work takes, added up.
import { expect, it } from "vitest";
import type { MachineSpeed, TokenCost } from "../../contract/speed";
import { ggmlTypes } from "../../engine/gguf/ggmlTypes";
import { predictSpeed, runsAt } from "./predictSpeed";

const speed: MachineSpeed = {
  typeBytesPerSecond: { Q4_0: 12e9, Q4_K: 10e9, Q5_K: 8e9, Q6_K: 8e9, Q8_0: 16e9, MXFP4: 6e9, F16: 20e9 },
  attentionPerSecond: 5e9,
  secondsPerTensor: 1e-5,
  secondsPerToken: 1e-3,
};
const nothing: TokenCost = { weightBytes: {}, attentionMultiplications: 0, stateBytes: 0, tensors: 0 };
const seconds = (cost: Partial<TokenCost>) => 1 / predictSpeed({ ...nothing, ...cost }, speed) - 1e-3;

it("adds up weights by type, attention, states and steps", () => {
  expect(seconds({ weightBytes: { Q4_K: 1e9 } })).toBeCloseTo(0.1);
  expect(seconds({ weightBytes: { Q4_K: 1e9, Q6_K: 0.8e9 } })).toBeCloseTo(0.2);
  expect(seconds({ attentionMultiplications: 1e9 })).toBeCloseTo(0.2);
  expect(seconds({ stateBytes: 1e9 })).toBeCloseTo(0.05);
  expect(seconds({ tensors: 1000 })).toBeCloseTo(0.01);
});

it("derives every type that a file can have, never faster than the bytes of a measured one by far", () => {
  for (const { name } of ggmlTypes.values()) {
    const one = seconds({ weightBytes: { [name]: 1e9 } });
    expect([name, one > 1 / 40 && one < 2]).toEqual([name, true]);
  }
});

it("runs well from the speed of reading on", () => {
  expect([runsAt(7.9), runsAt(8)]).toEqual(["slow", "well"]);
});
