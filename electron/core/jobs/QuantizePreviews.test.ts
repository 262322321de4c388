// Headers are read once for each content and its steps; verdicts are made anew each time.
import { describe, expect, it } from "vitest";
import type { JobResult, ToJob, TypePreview } from "../../contract/jobs";
import type { StepKinds } from "../../contract/quantizeRecipe";
import type { Fork } from "../../process/Fork";
import type { LoadQuestion } from "../estimator/Estimator";
import { QuantizePreviews } from "./QuantizePreviews";

const Q4_0: TypePreview = {
  type: "Q4_0",
  steps: ["calibrate"],
  fileBytes: 300,
  bitsPerWeight: 4.5,
  bytesByTensorType: { q4_0: 250 },
  tensors: [
    {
      name: "w",
      shape: [32, 31],
      sourceType: "f16",
      targetType: "q4_0",
      sourceBytes: 1000,
      targetBytes: 250,
      widthDoesNotDivide: false,
    },
  ],
};
const ANSWER: JobResult = {
  kind: "preview",
  source: { architecture: "llama", name: "", weightType: "f16", parameters: 500, fileBytes: 1000 },
  previews: [Q4_0],
};

function previews({ failsFirst = false } = {}) {
  const asked: (StepKinds | null)[] = [];
  const judged: LoadQuestion[] = [];
  const fork: Fork<ToJob> = ({ onMessage, onExit }) => ({
    postMessage({ request }) {
      if (request.kind !== "preview") throw new Error(request.kind);
      asked.push(request.steps);
      onMessage(
        failsFirst && asked.length === 1
          ? { kind: "failed", failure: { code: "model-unreadable" } }
          : { kind: "done", result: ANSWER },
      );
    },
    kill: () => onExit(9),
  });
  const estimator = {
    async judge(_: unknown, question: LoadQuestion) {
      judged.push(question);
      return { fit: { verdict: "fits" } as never, estimate: null, failure: null };
    },
    writeStub: () => Promise.reject(new Error("a model here needs no stub")),
  };
  return { asked, judged, previews: new QuantizePreviews({ fork, appFolder: "/", estimator }) };
}

const model = (key: string) => ({
  key,
  parts: [{ path: `/${key}.gguf`, sizeBytes: 1000, read: null }],
  fetchedBytes: () => 0,
});
const how = (contextSizeTokens: number, steps: StepKinds | null = null) => ({
  steps,
  contextSizeTokens,
  kvCacheType: "f16" as const,
});

describe("QuantizePreviews", () => {
  it("makes other verdicts from the same reading, with the weights of each type", async () => {
    const { asked, judged, previews: shown } = previews();
    for (const tokens of [512, 2048, 4096])
      expect(await shown.preview(model("a"), how(tokens))).toMatchObject({
        ok: true,
        value: { types: [{ preview: Q4_0 }] },
      });
    expect(asked).toEqual([null]);
    expect(judged.map(({ contextSizeTokens, weightsShare }) => [contextSizeTokens, weightsShare])).toEqual([
      [512, 0.25],
      [2048, 0.25],
      [4096, 0.25],
    ]);
  });

  it("reads again for other steps and another content", async () => {
    const { asked, previews: shown } = previews();
    for (const [key, steps] of [
      ["a", null],
      ["a", []],
      ["a", null],
      ["b", []],
      ["a", []],
    ] satisfies [string, StepKinds | null][])
      await shown.preview(model(key), how(512, steps));
    expect(asked).toEqual([null, [], []]);
  });

  it("reads again what could not be read", async () => {
    const { asked, previews: shown } = previews({ failsFirst: true });
    expect(await shown.preview(model("a"), how(512))).toMatchObject({
      ok: false,
      failure: { code: "model-unreadable" },
    });
    expect(await shown.preview(model("a"), how(512))).toMatchObject({ ok: true });
    expect(asked).toHaveLength(2);
  });
});
