// Which bases an adapter goes with, where more than shapes counts.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { writeLora } from "../../testing/deltaGguf";
import { ggufBytes, tinyModelContents } from "../../testing/tinyGguf";
import { matchDelta, readBaseShapes } from "./matchDelta";
import { readDeltaHeader } from "./readDeltaHeader";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "facet-match-"));
});
afterEach(() => rm(folder, { recursive: true }));

it("token embeddings are changed only in a base that has an output of its own: llama.cpp would end itself", async () => {
  const whole = tinyModelContents();
  const [width, tokens] = whole.tensors.find(({ name }) => name === "token_embd.weight")!.dimensions as [
    number,
    number,
  ];
  const rank = 2;
  const factor = (half: string, rows: number) => ({
    name: `token_embd.weight.lora_${half}`,
    dimensions: [rank, rows],
    type: 0,
    data: new Uint8Array(rank * rows * 4),
  });
  await writeLora(path.join(folder, "delta.gguf"), { tensors: () => [factor("a", tokens), factor("b", width)] });
  await writeFile(path.join(folder, "whole.gguf"), ggufBytes(whole));
  await writeFile(
    path.join(folder, "tied.gguf"),
    ggufBytes({ ...whole, tensors: whole.tensors.filter(({ name }) => name !== "output.weight") }),
  );
  const delta = await readDeltaHeader(path.join(folder, "delta.gguf"));
  const match = async (base: string) => {
    const shapes = await readBaseShapes(path.join(folder, base));
    return delta.ok && shapes.ok ? matchDelta(delta.value, shapes.value) : null;
  };
  expect(await match("whole.gguf")).toEqual({ ok: true, value: "shapes-fit" });
  expect(await match("tied.gguf")).toMatchObject({ ok: false, failure: { code: "delta-kind-unsupported" } });
});
