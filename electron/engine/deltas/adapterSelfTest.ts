// Tries once, with an adapter made for the model at hand, whether adapters of a live context do what they should.
// Engine process.
import { mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import type { LlamaContext, Token } from "node-llama-cpp";
import { checkpointOptions } from "../checkpoints";
import { liveAdaptersProblem, setAdapters, unloadAdapter } from "./liveAdapters";
import type { BaseShapes } from "./matchDelta";

/** Strong enough that no model answers the same with it. */
const TEST_WEIGHT = 0.5;

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

const ALIGNMENT = 32;

/** The smallest file that llama.cpp takes for an adapter. */
function adapterFile(
  architecture: string,
  factors: readonly { name: string; dimensions: readonly number[]; values: Float32Array }[],
): Uint8Array {
  const metadata = [
    ["general.type", "adapter"],
    ["adapter.type", "lora"],
    ["general.architecture", architecture],
  ] as const;
  const parts: Buffer[] = [];
  const number = (value: number, bytes: 4 | 8) => {
    const buffer = Buffer.alloc(bytes);
    if (bytes === 4) buffer.writeUInt32LE(value);
    else buffer.writeBigUInt64LE(BigInt(value));
    parts.push(buffer);
  };
  const text = (value: string) => {
    const bytes = Buffer.from(value, "utf8");
    number(bytes.length, 8);
    parts.push(bytes);
  };
  const padded = (bytes: number) => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
  parts.push(Buffer.from("GGUF"));
  number(3, 4);
  number(factors.length, 8);
  number(metadata.length, 8);
  for (const [key, value] of metadata) {
    text(key);
    number(8, 4); // a string
    text(value);
  }
  let offset = 0;
  for (const { name, dimensions, values } of factors) {
    text(name);
    number(dimensions.length, 4);
    for (const length of dimensions) number(length, 8);
    number(0, 4); // F32
    number(offset, 8);
    offset += padded(values.byteLength);
  }
  const header = Buffer.concat(parts);
  const file = new Uint8Array(padded(header.length) + offset);
  file.set(header);
  let at = padded(header.length);
  for (const { values } of factors) {
    file.set(new Uint8Array(values.buffer), at);
    at += padded(values.byteLength);
  }
  return file;
}
