// What the fit process answers about deltas: of one file, and of many beside a model. Without llama.cpp.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { FromFit, ToFit } from "../../contract/fitProtocol";
import { DeltaId } from "../../contract/ids";
import { loraBytes, writeLora } from "../../testing/deltaGguf";
import { ggufBytes, tinyModelContents, writeTinyModel } from "../../testing/tinyGguf";
import { FitProcess } from "./FitProcess";

let folder: string;
const at = (name: string) => path.join(folder, name);
const one = (name: string) => ({ deltaId: DeltaId.parse(name), path: at(`${name}.gguf`) });

function ask(message: ToFit): Promise<FromFit> {
  return new Promise((resolve) => {
    new FitProcess({
      llama: new Promise(() => {}),
      post: resolve,
      scratchFolder: at("scratch"),
      guessed: () => false,
    }).receive(message);
  });
}

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "facet-fit-deltas-"));
  await writeTinyModel(at("tiny.gguf"));
  await writeLora(at("good.gguf"));
  await writeLora(at("qwen.gguf"), { architecture: "qwen2" });
  await writeLora(at("wide.gguf"), { matrices: [{ name: "blk.0.attn_q.weight", columns: 96, rows: 64 }] });
  await writeFile(at("cut.gguf"), loraBytes().subarray(0, 2000));
});
afterAll(() => rm(folder, { recursive: true }));

it("reads what a delta says of itself", async () => {
  expect(await ask({ kind: "inspect-delta", id: 1, path: at("good.gguf") })).toMatchObject({
    kind: "delta-inspected",
    id: 1,
    facts: { kind: "lora", rank: 4 },
  });
  expect(await ask({ kind: "inspect-delta", id: 2, path: at("cut.gguf") })).toMatchObject({
    kind: "failed",
    id: 2,
    failure: { code: "delta-damaged" },
  });
  expect(await ask({ kind: "inspect-delta", id: 3, path: at("tiny.gguf") })).toMatchObject({
    kind: "failed",
    id: 3,
    failure: { code: "delta-not-an-adapter" },
  });
});

it("says of each delta how it goes with a model", async () => {
  const answer = await ask({
    kind: "match-deltas",
    id: 4,
    modelPath: at("tiny.gguf"),
    deltas: ["good", "qwen", "wide", "cut", "gone"].map(one),
  });
  if (answer.kind !== "deltas-matched") throw new Error(JSON.stringify(answer));
  expect(answer.matches.map(({ match, failure }) => [match, failure?.code])).toEqual([
    ["shapes-fit", undefined],
    ["refused", "delta-other-architecture"],
    ["refused", "delta-shapes-differ"],
    ["refused", "delta-damaged"],
    ["refused", "model-missing"],
  ]);
});

it("says whether a delta could be made of two models, and why not", async () => {
  await writeTinyModel(at("tuned.gguf"), { seed: 2 });
  const pair = async (base: string, fineTune: string) => {
    const answer = await ask({ kind: "preview-pair", id: 6, basePath: at(base), fineTunePath: at(fineTune) });
    return answer.kind === "failed" ? answer.failure : answer.kind === "pair-previewed" ? answer.pair : answer.kind;
  };
  expect(await pair("tiny.gguf", "tuned.gguf")).toMatchObject({
    architecture: "llama",
    matrices: expect.arrayContaining([
      { inputs: 64, outputs: 64, count: 8 },
      { inputs: 64, outputs: 128, count: 4 },
      { inputs: 128, outputs: 64, count: 2 },
    ]),
  });
  await writeTinyModel(at("wider.gguf"), { width: 128 });
  expect(await pair("tiny.gguf", "wider.gguf")).toMatchObject({ code: "pair-shapes-differ" });
  await writeTinyModel(at("other.gguf"), { architecture: "qwen2" });
  expect(await pair("tiny.gguf", "other.gguf")).toMatchObject({ code: "pair-architectures-differ" });
  const contents = tinyModelContents();
  const quantized = contents.tensors.map((tensor) =>
    tensor.dimensions.length < 2
      ? tensor
      : { ...tensor, type: 2, data: new Uint8Array((tensor.data.length / 4 / 32) * 18) },
  );
  await writeFile(at("quantized.gguf"), ggufBytes({ ...contents, tensors: quantized }));
  expect(await pair("tiny.gguf", "quantized.gguf")).toMatchObject({
    code: "pair-quantized",
    details: { type: "Q4_0", which: "fine-tune" },
  });
  const grown = contents.tensors.map((tensor) =>
    tensor.name === "token_embd.weight"
      ? { ...tensor, dimensions: [64, (tensor.dimensions[1] ?? 0) + 1], data: new Uint8Array(tensor.data.length + 256) }
      : tensor,
  );
  await writeFile(at("grown.gguf"), ggufBytes({ ...contents, tensors: grown }));
  expect(await pair("tiny.gguf", "grown.gguf")).toMatchObject({ code: "pair-vocabularies-differ" });
  expect(await pair("tiny.gguf", "gone.gguf")).toMatchObject({ code: "model-missing" });
});

it("says what is wrong with the model", async () => {
  expect(await ask({ kind: "match-deltas", id: 5, modelPath: at("gone.gguf"), deltas: [one("good")] })).toMatchObject({
    kind: "failed",
    failure: { code: "model-missing" },
  });
});
