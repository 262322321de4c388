// Which tokens stay in the choice, and that the same seed chooses the same.
import type { Token } from "node-llama-cpp";
import { describe, expect, it } from "vitest";
import { defaultSampling } from "../../contract/sampling";
import { chooseToken, randomNumbers, type ChoosingSettings } from "./chooseToken";

const off: ChoosingSettings = { ...defaultSampling, temperature: 1, topK: 0, topP: 1, minP: 0 };

/** Four tokens that are likely and three hundred that hardly are. */
const probabilities = new Map<Token, number>([
  [1 as Token, 0.5],
  [2 as Token, 0.25],
  [3 as Token, 0.15],
  [4 as Token, 0.05],
  ...Array.from({ length: 300 }, (_, index): [Token, number] => [(index + 5) as Token, 0.05 / 300]),
]);

function chosen(settings: Partial<ChoosingSettings>, draws = 1500): Map<number, number> {
  const random = randomNumbers(7);
  const counts = new Map<number, number>();
  for (let draw = 0; draw < draws; draw++) {
    const token = chooseToken(probabilities, { ...off, ...settings }, random);
    counts.set(token, (counts.get(token) ?? 0) + 1);
  }
  return counts;
}
const tokens = (counts: Map<number, number>) => [...counts.keys()].sort((one, other) => one - other);

describe("chooseToken", () => {
  it("draws by probability", () => {
    const counts = chosen({});
    expect(counts.get(1)! / 1500).toBeCloseTo(0.5, 1);
    expect(counts.get(2)! / 1500).toBeCloseTo(0.25, 1);
    expect(counts.size).toBeGreaterThan(50);
  });

  it("keeps what is within n standard deviations of the likeliest", () => {
    const logits = [...probabilities.values()].map(Math.log);
    const mean = logits.reduce((sum, logit) => sum + logit, 0) / logits.length;
    const deviation = Math.sqrt(logits.reduce((sum, logit) => sum + (logit - mean) ** 2, 0) / logits.length);
    for (const topNSigma of [0.5, 1, 2, 4, 10]) {
      const least = Math.log(0.5) - topNSigma * deviation;
      const expected = [...probabilities]
        .filter(([, probability]) => Math.log(probability) >= least)
        .map(([token]) => Number(token));
      const seen = tokens(chosen({ topNSigma }));
      expect(seen.filter((token) => token <= 4)).toEqual(expected.filter((token) => token <= 4));
      expect(seen.some((token) => token > 4)).toBe(expected.length > 4);
    }
  });

  it("honours top-k, top-p, min-p and temperature", () => {
    expect(tokens(chosen({ topK: 2 }))).toEqual([1, 2]);
    expect(tokens(chosen({ topP: 0.7 }))).toEqual([1, 2]);
    expect(tokens(chosen({ minP: 0.2 }))).toEqual([1, 2, 3]);
    expect(chosen({ topK: 4, temperature: 0.05 }).get(1)).toBeGreaterThan(1490);
  });

  it("excludes all top choices but the last", () => {
    expect(tokens(chosen({ topK: 4, xtcProbability: 1, xtcThreshold: 0.2 }))).toEqual([2, 3, 4]);
    expect(tokens(chosen({ topK: 4, xtcProbability: 1, xtcThreshold: 0.4 }))).toEqual([1, 2, 3, 4]);
  });

  it("chooses the same by the same seed", () => {
    const run = (seed: number) => {
      const random = randomNumbers(seed);
      return Array.from({ length: 50 }, () => chooseToken(probabilities, off, random));
    };
    expect(run(1)).toEqual(run(1));
    expect(run(1)).not.toEqual(run(2));
  });
});
