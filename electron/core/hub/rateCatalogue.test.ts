// The catalogue that comes with the app, as computers of several kinds see it.
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import type { FitMachine } from "../../contract/fit";
import type { MachineSpeed } from "../../contract/speed";
import { readCatalogue } from "./catalogue";
import { rateCatalogue } from "./rateCatalogue";

const models = await readCatalogue(fileURLToPath(new URL("../../../resources/catalogue.json", import.meta.url)));
const machine = (availableBytes: number): FitMachine => ({
  totalBytes: availableBytes,
  availableBytes,
  systemReserveBytes: 0,
  loadedModelBytes: 0,
  swapFreeBytes: 0,
  gpus: [],
  sharesMemory: false,
  cores: 8,
});
/** All types at so many bytes in a second. */
const speedOf = (bytes: number): MachineSpeed => ({
  typeBytesPerSecond: Object.fromEntries(
    ["Q4_0", "Q4_K", "Q5_K", "Q6_K", "Q8_0", "MXFP4", "F16"].map((type) => [type, bytes]),
  ),
  attentionPerSecond: 1e12,
  secondsPerTensor: 0,
  secondsPerToken: 0,
});

test.each([1e9, 3e9, 12e9, 24e9, 96e9])(
  "with %d bytes free and no speed known, the most able that is comfortable",
  (free) => {
    const rated = rateCatalogue(models, machine(free), null);
    expect(rated.map(({ repository }) => repository).toSorted()).toEqual(
      models.map(({ repository }) => repository).toSorted(),
    );
    const [first] = rated;
    if (first === undefined) throw new Error("no models");
    expect(first.runs).toBeNull();
    expect(
      first.variants.find(({ quantization }) => quantization === first.quantization)?.sizeBytes,
    ).toBeLessThanOrEqual(free * 0.9);
    const tooLarge = rated.filter(({ runs }) => runs === "too-large");
    expect(
      rated.slice(-tooLarge.length || rated.length).every(({ runs }) => runs === "too-large" || tooLarge.length === 0),
    ).toBe(true);
    for (const { variants } of tooLarge)
      expect(Math.min(...variants.map(({ sizeBytes }) => sizeBytes))).toBeGreaterThan(free * 0.9);
  },
);

test("memory for all, but slow: what runs well comes first, and no dense model of 31B", () => {
  const rated = rateCatalogue(models, machine(96e9), speedOf(20e9));
  const groups = rated.map(({ runs }) => runs);
  expect(groups).toEqual(
    [...groups].sort(
      (one, other) =>
        ["well", "slow", "too-large"].indexOf(one ?? "") - ["well", "slow", "too-large"].indexOf(other ?? ""),
    ),
  );
  const well = rated.filter(({ runs }) => runs === "well");
  expect(well.length).toBeGreaterThan(5);
  for (const { tokensPerSecond } of well) expect(tokensPerSecond).toBeGreaterThanOrEqual(8);
  // Three of 35 billion parameters work on a token: large and quick.
  expect(rated[0]).toMatchObject({ name: "Qwen3.6 35B A3B", runs: "well" });
  expect(rated.find(({ name }) => name === "Gemma 4 31B")).toMatchObject({ runs: "slow" });
  const slow = rated.filter(({ runs }) => runs === "slow").map(({ tokensPerSecond }) => tokensPerSecond ?? 0);
  expect(slow).toEqual(slow.toSorted((one, other) => other - one));
});

test("a smaller quantization is taken where it is what makes a model quick", () => {
  const quantizationAt = (bytes: number) =>
    rateCatalogue(models, machine(96e9), speedOf(bytes)).find(({ name }) => name === "Qwen3.5 4B");
  expect(quantizationAt(100e9)).toMatchObject({ quantization: "Q8_0", runs: "well" });
  expect(quantizationAt(25e9)).toMatchObject({ quantization: "Q4_K_M", runs: "well" });
  expect(quantizationAt(5e9)).toMatchObject({ quantization: "Q4_K_M", runs: "slow" });
});
