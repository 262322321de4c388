// A whole model with a 1-bit delta, by llama.cpp's own kernels and by ours.
import { getLlama, LlamaLogLevel, type LlamaModel, type Token } from "node-llama-cpp";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeRandomBitDelta, writeRandomModel, type Shapes } from "../testing/randomDelta";
import { useDeltaKernels } from "./deltaKernels";

const addon = path.join(
  import.meta.dirname,
  "../../native/build",
  `${process.platform}-${process.arch}`,
  "facet-kernels.node",
);
/** 640 and 1536 are no powers of two: Hadamard blocks of 128 and 512 stand along the diagonal. */
const variants: readonly { name: string; shapes: Shapes; blockLength?: number }[] = [
  { name: "full Hadamard", shapes: { layers: 2, width: 512, feedForward: 1024, heads: 8, keyValueHeads: 2 } },
  {
    name: "blocks of 128",
    shapes: { layers: 2, width: 640, feedForward: 1280, heads: 10, keyValueHeads: 2 },
    blockLength: 128,
  },
  {
    name: "blocks of 512",
    shapes: { layers: 1, width: 1536, feedForward: 1024, heads: 12, keyValueHeads: 12 },
    blockLength: 512,
  },
];
const tokens = Array.from({ length: 48 }, (_, index) => (((index * 37) % 200) + 1) as Token);

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(path.join(os.tmpdir(), "facet-kernels-"))));
afterAll(() => rm(folder, { recursive: true, force: true }));

// Without a compiler there is no addon, and nothing to compare.
describe.skipIf(!existsSync(addon))("the kernels for 1-bit deltas", () => {
  it("give a whole model the probabilities that llama.cpp's own give it", async () => {
    const llama = await getLlama({ gpu: false, build: "never", logLevel: LlamaLogLevel.error });
    const measured = [];
    for (const { name, shapes, blockLength } of variants) {
      const [base, delta] = [path.join(folder, `${name}.gguf`), path.join(folder, `${name}.delta.gguf`)];
      await writeRandomModel(base, shapes, { weight: 0.1, outputWeight: 0.15 });
      await writeRandomBitDelta(delta, shapes, { change: 0.06, ...(blockLength === undefined ? {} : { blockLength }) });
      const model = await llama.loadModel({ modelPath: base });
      measured.push({ model, delta, without: await probabilities(model), stock: await probabilities(model, delta) });
    }

    expect(useDeltaKernels(() => undefined)).toBeDefined();
    for (const { model, delta, without, stock } of measured) {
      // A model without a delta is not touched.
      expect(await probabilities(model)).toEqual(without);
      const ours = await probabilities(model, delta);
      expect(meanDivergence(stock, without)).toBeGreaterThan(0.05);
      expect(meanDivergence(stock, ours)).toBeLessThan(1e-3);
      // Llama.cpp's own rounding decides between two tokens that are as good as equally likely.
      for (const [index, position] of stock.entries()) {
        const top = ours[index]?.[0]?.[0];
        const [likeliest] = position;
        expect(position.find(([token]) => token === top)?.[1]).toBeGreaterThan(0.9 * (likeliest?.[1] ?? 1));
      }
      expect(ours.filter(([top], index) => top?.[0] === stock[index]?.[0]?.[0]).length).toBeGreaterThan(
        0.95 * stock.length,
      );
      await model.dispose();
    }
    await llama.dispose();
  });
});

/** For each token of the text, what may come next: token and probability, the likeliest first. Prefill in two pieces, then decode. */
async function probabilities(model: LlamaModel, delta?: string): Promise<(readonly (readonly [Token, number])[])[]> {
  const context = await model.createContext({
    contextSize: 128,
    batchSize: 19,
    threads: 1,
    ...(delta === undefined ? {} : { lora: { adapters: [{ filePath: delta, scale: 1 }] } }),
  });
  const sequence = context.getSequence();
  const next = { generateNext: { probabilities: true } } as const;
  const read = await sequence.controlledEvaluate(tokens.slice(0, 40).map((token) => [token, next]));
  const written = [];
  for (const token of tokens.slice(40)) written.push(...(await sequence.controlledEvaluate([[token, next]])));
  await context.dispose();
  return [...read, ...written].map((one) => {
    const { probabilities: all } = one?.next ?? {};
    if (all === undefined) throw new Error("no probabilities");
    return [...all].toSorted(([, left], [, right]) => right - left);
  });
}

function meanDivergence(
  source: Awaited<ReturnType<typeof probabilities>>,
  other: Awaited<ReturnType<typeof probabilities>>,
): number {
  const each = source.map((position, index) => {
    const others = new Map(other[index]);
    return position.reduce(
      (sum, [token, p]) => sum + (p > 0 ? p * Math.log(p / Math.max(others.get(token) ?? 0, 1e-12)) : 0),
      0,
    );
  });
  return each.reduce((sum, value) => sum + value, 0) / each.length;
}
