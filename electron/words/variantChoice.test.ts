// The proposed variant: best quality that leaves room, else what runs at all; and what is said when there is none, or when that is not known.
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Fit, FitVerdict } from "../contract/fit";
import type { HubVariant } from "../contract/hub";
import { bestVariant, likelyVariant, modelVariants, namedDrafts, oddVariants, usualVariants } from "./variantChoice";

const GB = 1_000_000_000;
const variant = (quantization: string, gigabytes: number, extra: Partial<HubVariant> = {}): HubVariant => ({
  id: quantization,
  quantization,
  files: [{ path: `${quantization}.gguf`, sizeBytes: gigabytes * GB, sha256: null }],
  sizeBytes: gigabytes * GB,
  obstacle: null,
  ...extra,
});
const variants = [variant("Q4_K_M", 5), variant("Q6_K", 6.7), variant("Q8_0", 8.7), variant("BF16", 16.4)];

function fitOf(free: number, verdictAbove: FitVerdict = "does-not-fit") {
  return ({ sizeBytes }: HubVariant): Fit => {
    const neededBytes = sizeBytes * 1.1;
    return {
      verdict: neededBytes <= free * GB ? "fits" : verdictAbove,
      parts: null,
      neededBytes,
      onGpuBytes: 0,
      machine: {
        totalBytes: 16 * GB,
        availableBytes: free * GB,
        systemReserveBytes: 0,
        loadedModelBytes: 0,
        swapFreeBytes: 0,
        sharesMemory: false,
        cores: 4,
        gpus: [],
      },
      contextSizeTokens: 8192,
      conversations: 1,
      trainContextSizeTokens: 32_768,
      largestContextTokens: null,
      tokensPerSecond: null,
      runs: null,
      architecture: "qwen3",
      fileKind: "model",
      failureCode: null,
      fetchedBytes: 0,
    };
  };
}

/** The proposed quantization, or null, and the sentence. */
function choose(...input: Parameters<typeof bestVariant>): [quantization: string | null, why: string] {
  const choice = bestVariant(...input);
  if (choice.kind === "undecided") return [null, "undecided"];
  return [choice.kind === "best" ? choice.variant.quantization : null, choice.why];
}

/** As if these could not be judged. */
function without(fit: (one: HubVariant) => Fit, failureCode: string, ...quantizations: string[]) {
  return (one: HubVariant): Fit =>
    quantizations.includes(one.quantization ?? "")
      ? { ...fit(one), verdict: "unknown", neededBytes: null, fileKind: null, failureCode }
      : fit(one);
}
const ALL = ["Q4_K_M", "Q6_K", "Q8_0"];

test("best quality that leaves room to spare", () => {
  expect(choose(variants, fitOf(12.7))).toEqual(["Q6_K", "Best quality that leaves room to spare"]);
});

test("never full precision, where there is another", () => {
  expect(choose(variants, fitOf(100))[0]).toBe("Q8_0");
  expect(choose([variant("F16", 1)], fitOf(100))[0]).toBe("F16");
});

test("what fits without room, then what runs in part or with a shorter context, then nothing", () => {
  expect(choose(variants, fitOf(6))[0]).toBe("Q4_K_M");
  expect(choose(variants, fitOf(3, "partly-on-gpu"))[0]).toBe("Q8_0");
  expect(choose(variants, fitOf(3, "smaller-context"))[0]).toBe("Q4_K_M");
  expect(choose(variants, fitOf(3))).toEqual([null, "None of these fits in the free memory"]);
});

test("waits for the verdicts that it depends on, and proposes nothing meanwhile", () => {
  expect(choose(variants, () => null)).toEqual([null, "undecided"]);
  expect(choose(variants, (one) => (one.quantization === "Q8_0" ? null : fitOf(12.7)(one)))).toEqual([
    null,
    "undecided",
  ]);
  expect(choose(variants, (one) => (one.quantization === "Q4_K_M" ? null : fitOf(12.7)(one)))[0]).toBe("Q6_K");
});

test("what is called like a draft is no model until its header says so, while there are others", () => {
  const draft = { ...variant("Q4_0", 1), isNamedDraft: true as const };
  const model = variant("Q8_0", 4);
  const ids = (found: readonly HubVariant[]) => found.map(({ id }) => id);
  expect(ids(modelVariants([draft, model], () => null))).toEqual([model.id]);
  expect(ids(namedDrafts([draft, model], () => null))).toEqual([draft.id]);
  expect(ids(modelVariants([draft, model], () => "model"))).toEqual([draft.id, model.id]);
  expect(ids(namedDrafts([draft, model], () => "model"))).toEqual([]);
  expect(ids(modelVariants([draft], () => null))).toEqual([draft.id]);
  expect(ids(modelVariants([draft, model], (one) => (one === draft ? "draft" : null)))).toEqual([model.id]);
});

test.each([
  ["hub-offline", "Couldn’t be checked: Hugging Face can’t be reached"],
  ["hub-gated", "Couldn’t be checked: only people with access may read it"],
  ["hub-unavailable", "Couldn’t be checked: Hugging Face is busy"],
  ["estimate-failed", "Couldn’t be checked: the start of the file couldn’t be read"],
  ["something-new", "Couldn’t be checked: the start of the file couldn’t be read"],
  ["model-architecture-unknown", "Facet can’t run any of these"],
  ["model-damaged", "Facet can’t run any of these"],
])("without any verdict, for %s: %s", (code, words) => {
  expect(choose(variants, without(fitOf(100), code, ...ALL))).toEqual([null, words]);
});

test("unknown is neither too large nor proposed", () => {
  const small = (code: string, ...which: string[]) => choose(variants, without(fitOf(3), code, ...which));
  expect(small("hub-offline", "Q8_0")).toEqual([
    null,
    "None that could be checked fits in the free memory; the others couldn’t be checked: Hugging Face can’t be reached",
  ]);
  expect(small("model-architecture-unknown", "Q8_0")).toEqual([null, "None of these fits or can be run by Facet"]);
  expect(choose(variants, without(fitOf(12.7), "estimate-failed", "Q8_0"))).toEqual([
    "Q6_K",
    "Best quality that leaves room to spare (of those that could be checked)",
  ]);
  // One that is smaller than what is proposed changes nothing.
  expect(choose(variants, without(fitOf(12.7), "estimate-failed", "Q4_K_M"))).toEqual([
    "Q6_K",
    "Best quality that leaves room to spare",
  ]);
  expect(choose([variants[0]!], without(fitOf(3), "internal", "Q4_K_M"))[1]).toMatch(/^Couldn’t be checked/u);
  expect(choose([variants[0]!], fitOf(3))).toEqual([null, "This one doesn’t fit in the free memory"]);
});

test("says that there is no model, or none that can be downloaded", () => {
  expect(choose([], fitOf(100))).toEqual([null, "There is no model to chat with in this repository"]);
  const broken = [variant("Q4_0", 1, { obstacle: "parts-missing" }), variant("Q6_K", 2, { obstacle: "not-whole" })];
  expect(choose(broken, fitOf(100))).toEqual([null, "None of these can be downloaded"]);
});

test("what its header calls something else is no model; what is not read yet may be one, and is not proposed", () => {
  const kinds: Readonly<Record<string, "draft" | "model" | undefined>> = { Q4_K_M: "draft", Q6_K: "model" };
  expect(
    modelVariants(variants, ({ quantization }) => kinds[quantization ?? ""] ?? null).map(
      ({ quantization }) => quantization,
    ),
  ).toEqual(["Q6_K", "Q8_0", "BF16"]);
});

test("leaves out what cannot be downloaded", () => {
  const broken = [variant("Q4_0", 1, { obstacle: "parts-missing" })];
  expect(likelyVariant(broken, 100 * GB)).toBeNull();
  expect(likelyVariant([...broken, ...variants], 12.7 * GB)?.quantization).toBe("Q6_K");
  expect(likelyVariant(variants, 1 * GB)?.quantization).toBe("Q4_K_M");
});

test("of many variants the usual ones are shown, and the likely one; of the others those that are far smaller are looked at", () => {
  const many = ["Q2_K", "Q3_K_S", "Q3_K_M", "Q4_0", "Q4_1", "Q4_K_S", "Q4_K_M", "Q5_K_M", "Q6_K", "Q8_0"].map(
    (name, index) => variant(name, index + 10),
  );
  const shown = usualVariants(many, many[3] ?? null);
  expect(shown.map(({ quantization }) => quantization)).toEqual([
    "Q2_K",
    "Q3_K_M",
    "Q4_0",
    "Q4_K_M",
    "Q5_K_M",
    "Q6_K",
    "Q8_0",
  ]);
  expect(usualVariants(variants, null)).toEqual(variants);
  const odd = variant("F32", 1);
  expect(oddVariants([odd, ...many], shown)).toEqual([odd]);
});

test("whatever the verdicts are: only what is known to run is proposed, and only what is known to be too large is called so", () => {
  const verdicts = fc.constantFrom<FitVerdict | "not-read" | "hub-offline" | "estimate-failed" | "model-damaged">(
    "fits",
    "smaller-context",
    "partly-on-gpu",
    "does-not-fit",
    "not-read",
    "hub-offline",
    "estimate-failed",
    "model-damaged",
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.integer({ min: 1, max: 20 }), verdicts), { maxLength: 8 }), (drawn) => {
      const all = drawn.map(([size], index) => variant(`Q${index}`, size));
      const of = (one: HubVariant) => drawn[all.indexOf(one)]![1];
      const choice = bestVariant(all, (one) => {
        const verdict = of(one);
        if (verdict === "not-read") return null;
        const fit = fitOf(10)(one);
        const known = ["fits", "smaller-context", "partly-on-gpu", "does-not-fit"].find((name) => name === verdict) as
          | FitVerdict
          | undefined;
        return known === undefined
          ? { ...fit, verdict: "unknown", neededBytes: null, fileKind: null, failureCode: verdict }
          : { ...fit, verdict: known };
      });
      const seen = new Set(drawn.map(([, verdict]) => verdict));
      const proposed = choice.kind === "best" ? of(choice.variant) : null;
      expect([null, "fits", "smaller-context", "partly-on-gpu"]).toContain(proposed);
      const why = choice.kind === "undecided" ? "" : choice.why;
      expect(/^(?:None of these fits in|This one doesn’t fit)/u.test(why)).toBe(
        seen.size === 1 && seen.has("does-not-fit"),
      );
      expect(why.startsWith("Couldn’t be checked") && (seen.has("does-not-fit") || seen.has("model-damaged"))).toBe(
        false,
      );
      expect(choice.kind === "undecided" && !seen.has("not-read")).toBe(false);
    }),
    { numRuns: 500 },
  );
});

test("takes the largest that runs well, and of slow ones the smallest of good quality", () => {
  const slowAbove = (gigabytes: number) => (one: HubVariant) => ({
    ...fitOf(20)(one),
    runs: one.sizeBytes > gigabytes * GB ? ("slow" as const) : ("well" as const),
  });
  const all = [variant("Q2_K", 3), ...variants];
  expect(bestVariant(all, slowAbove(7))).toMatchObject({ kind: "best", variant: { id: "Q6_K" } });
  expect(bestVariant(all, slowAbove(1))).toMatchObject({ kind: "best", variant: { id: "Q4_K_M" } });
});
