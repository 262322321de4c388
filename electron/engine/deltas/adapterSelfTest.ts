// Tries once, with an adapter made for the model at hand, whether adapters of a live context do what they should.
// Engine process.
import { mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import type { LlamaContext, Token } from "node-llama-cpp";
import { checkpointOptions } from "../checkpoints";
import { alignedBytes, headerBytes, type GgufValue } from "../gguf/ggufBytes";
import { liveAdaptersProblem, setAdapters, unloadAdapter } from "./liveAdapters";
import type { BaseShapes } from "./matchDelta";

/** Strong enough that no model answers the same with it. */
const TEST_WEIGHT = 0.5;
/** Its number in the format. */
const F32_TYPE = 0;

/**
 * Null when all is as it should be: an adapter at scale 0, and one that was taken away, leave the base bit for bit, and
 * one at scale 1 does not. Else what is wrong. Costs four tokens; needs a free sequence, and leaves no adapter set.
 */
export async function adapterSelfTest(context: LlamaContext, base: BaseShapes, folder: string): Promise<string | null> {
  const problem = liveAdaptersProblem(context);
  if (problem !== null) return problem;
  const file = path.join(folder, "self-test.gguf");
  const adapter = testAdapter(base);
  if (adapter === null) return "no layer of the model takes an adapter";
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFile(file, adapter, { mode: 0o600 });
    const alone = await nextToken(context);
    await setAdapters(context, [{ path: file, scale: 0 }]);
    const atZero = await nextToken(context);
    await setAdapters(context, [{ path: file, scale: 1 }]);
    const atOne = await nextToken(context);
    await setAdapters(context, []);
    const afterwards = await nextToken(context);
    if (atZero !== alone) return "an adapter at scale 0 changed the answer";
    if (atOne === alone) return "an adapter at scale 1 changed nothing";
    if (afterwards !== alone) return "an adapter that was taken away still works";
    return null;
  } catch (error) {
    return String(error);
  } finally {
    await unloadAdapter(context, file).catch(() => {});
    await rm(file, { force: true });
  }
}

/** The likeliest token after one other, and how likely it is: all digits of it. */
async function nextToken(context: LlamaContext): Promise<string> {
  const { model } = context;
  const sequence = context.getSequence({ checkpoints: checkpointOptions });
  try {
    const first: Token | null = model.tokens.bos ?? model.tokenize("a")[0] ?? null;
    if (first === null) throw new Error("the model has no token to begin with");
    const generateNext = { token: true, confidence: true, options: { temperature: 0 } };
    const [output] = await sequence.controlledEvaluate([[first, { generateNext }]]);
    return `${output?.next.token ?? ""} ${output?.next.confidence ?? ""}`;
  } finally {
    await sequence.dispose();
  }
}

/** A rank-1 adapter for one of the model's matrices, as a GGUF file; null when it has none. */
function testAdapter({ architecture, tensors }: BaseShapes): Uint8Array | null {
  // Not queries or keys: of a single token they change nothing.
  const [name, [columns, rows] = []] =
    [...tensors].find(
      ([key, shape]) => /^blk\.\d+\.(attn_output|ffn_down|ssm_out|attn_v)\.weight$/u.test(key) && shape.length === 2,
    ) ?? [];
  if (name === undefined || columns === undefined || rows === undefined) return null;
  const factor = (tensor: string, dimensions: readonly [number, number], sign: (index: number) => number) => ({
    name: `${name}.${tensor}`,
    dimensions,
    values: Float32Array.from({ length: dimensions[0] * dimensions[1] }, (_, index) => TEST_WEIGHT * sign(index)),
  });
  return adapterFile(architecture, [
    factor("lora_a", [columns, 1], (index) => (index % 3 === 0 ? -1 : 1)),
    factor("lora_b", [1, rows], (index) => (index % 2 === 0 ? -1 : 1)),
  ]);
}

/** The smallest file that llama.cpp takes for an adapter. */
function adapterFile(
  architecture: string,
  factors: readonly { name: string; dimensions: readonly number[]; values: Float32Array }[],
): Uint8Array {
  const text = (value: string): GgufValue => ({ type: "string", value });
  const header = headerBytes(
    [
      ["general.type", text("adapter")],
      ["adapter.type", text("lora")],
      ["general.architecture", text(architecture)],
    ],
    factors.map(({ name, dimensions, values }) => ({ name, dimensions, type: F32_TYPE, sizeBytes: values.byteLength })),
  );
  const data = factors.map(({ values }) => {
    const padded = Buffer.alloc(alignedBytes(values.byteLength));
    padded.set(new Uint8Array(values.buffer));
    return padded;
  });
  return Buffer.concat([header, ...data]);
}
