// The preselected variant: best quality that leaves room, else what runs at all.
import { expect, test } from "vitest";
import type { Fit, FitVerdict } from "../../../electron/contract/fit";
import type { HubVariant } from "../../../electron/contract/hub";
import { bestVariant as choose, likelyVariant, usualVariants } from "./variantChoice";

const GB = 1_000_000_000;
const variant = (quantization: string, gigabytes: number, extra: Partial<HubVariant> = {}): HubVariant => ({
  id: quantization, kind: "model", quantization, files: [{ path: `${quantization}.gguf`, sizeBytes: gigabytes * GB, sha256: null }],
  sizeBytes: gigabytes * GB, obstacle: null, ...extra,
});
const variants = [variant("Q4_K_M", 5), variant("Q6_K", 6.7), variant("Q8_0", 8.7), variant("BF16", 16.4)];

function fitOf(free: number, verdictAbove: FitVerdict = "does-not-fit") {
  return ({ sizeBytes }: HubVariant): Fit => {
    const neededBytes = sizeBytes * 1.1;
    return {
      verdict: neededBytes <= free * GB ? "fits" : verdictAbove, parts: null, neededBytes, onGpuBytes: 0,
      machine: { totalBytes: 16 * GB, availableBytes: free * GB, systemReserveBytes: 0, loadedModelBytes: 0, swapFreeBytes: 0, sharesMemory: false, cores: 4, gpus: [] },
      contextSizeTokens: 8192, conversations: 1, trainContextSizeTokens: 32_768, largestContextTokens: null, architecture: "qwen3", failureCode: null, fetchedBytes: 0,
    };
  };
}

function bestVariant(...input: Parameters<typeof choose>) {
  const choice = choose(...input);
  return choice === "undecided" ? null : choice;
}

test("best quality that leaves room to spare", () => {
  expect(bestVariant(variants, fitOf(12.7))?.variant.quantization).toBe("Q6_K");
  expect(bestVariant(variants, fitOf(12.7))?.why).toMatch(/leaves room/u);
});

test("never full precision, where there is another", () => {
  expect(bestVariant(variants, fitOf(100))?.variant.quantization).toBe("Q8_0");
  expect(bestVariant([variant("F16", 1)], fitOf(100))?.variant.quantization).toBe("F16");
});

test("what fits without room, then what runs in part or with a shorter context, then nothing", () => {
  expect(bestVariant(variants, fitOf(6))?.variant.quantization).toBe("Q4_K_M");
  expect(bestVariant(variants, fitOf(3, "partly-on-gpu"))?.variant.quantization).toBe("Q8_0");
  expect(bestVariant(variants, fitOf(3, "smaller-context"))?.variant.quantization).toBe("Q4_K_M");
  expect(choose(variants, fitOf(3))).toBeNull();
});

test("waits for the verdicts that it depends on", () => {
  expect(choose(variants, (one) => (one.quantization === "Q8_0" ? null : fitOf(12.7)(one)))).toBe("undecided");
  expect(bestVariant(variants, (one) => (one.quantization === "Q4_K_M" ? null : fitOf(12.7)(one)))?.variant.quantization).toBe("Q6_K");
});

test("leaves out what cannot be downloaded or is no model", () => {
  const others = [variant("Q4_0", 1, { obstacle: "parts-missing" }), variant("F16", 0.8, { kind: "projector" })];
  expect(likelyVariant(others, 100 * GB)).toBeNull();
  expect(likelyVariant([...others, ...variants], 12.7 * GB)?.quantization).toBe("Q6_K");
  expect(likelyVariant(variants, 1 * GB)?.quantization).toBe("Q4_K_M");
});

test("of many variants the usual ones are shown, and the likely one", () => {
  const many = ["Q2_K", "Q3_K_S", "Q3_K_M", "Q4_0", "Q4_1", "Q4_K_S", "Q4_K_M", "Q5_K_M", "Q6_K", "Q8_0"].map((name, index) => variant(name, index + 1));
  const shown = usualVariants(many, many[3] ?? null).map(({ quantization }) => quantization);
  expect(shown).toEqual(["Q2_K", "Q3_K_M", "Q4_0", "Q4_K_M", "Q5_K_M", "Q6_K", "Q8_0"]);
  expect(usualVariants(variants, null)).toEqual(variants);
});
