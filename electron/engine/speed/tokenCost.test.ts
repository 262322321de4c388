// What a token costs, by the headers of files as llama.cpp writes them.
import { expect, it } from "vitest";
import { SPEED_CHAT_TOKENS } from "../../contract/speed";
import { ggufBytes, tinyModelContents, type GgufContents, type TinyModelOptions } from "../../testing/tinyGguf";
import { readGgufHeader } from "../gguf/readGgufHeader";
import { tokenCost } from "./tokenCost";

async function costOf(contents: GgufContents) {
  const bytes = ggufBytes(contents);
  const read = await readGgufHeader({
    sizeBytes: bytes.length,
    read: async (offset, length) => bytes.subarray(offset, offset + length),
  });
  if (!read.ok) throw new Error(read.failure.code);
  return tokenCost(read.value, read.value.tensors);
}
const sizeOf = ({ tensors }: GgufContents, name: RegExp) =>
  tensors.filter((tensor) => name.test(tensor.name)).reduce((sum, { data }) => sum + data.length, 0);
const tiny = (options: TinyModelOptions = {}) => tinyModelContents(options);
const u32 = (value: number) => ({ type: "uint32", value }) as const;

it("counts all weights but the embedding, of which a token takes one row", async () => {
  const contents = tiny();
  const cost = await costOf(contents);
  expect(cost.weightBytes).toEqual({ F32: sizeOf(contents, /^(?!token_embd)/u) });
  expect(cost.tensors).toBe(contents.tensors.length - 1);
  // Two layers of 64 values, with keys and with values.
  expect(cost.attentionMultiplications).toBe(2 * 2 * 64 * SPEED_CHAT_TOKENS);
  expect(cost.stateBytes).toBe(0);
});

it("counts an embedding that is the output too", async () => {
  const contents = tiny();
  const tied = { ...contents, tensors: contents.tensors.filter(({ name }) => name !== "output.weight") };
  expect((await costOf(tied)).weightBytes).toEqual({ F32: sizeOf(tied, /./u) });
});

it("counts of experts those that work on a token", async () => {
  const contents = tiny({ experts: 8 });
  expect((await costOf(contents)).weightBytes["F32"]).toBeCloseTo(
    sizeOf(contents, /^(?!token_embd)(?!.*_exps)/u) + sizeOf(contents, /_exps/u) / 4,
  );
});

it("looks no farther back than a sliding window", async () => {
  const windowed = (architecture: string, more: TinyModelOptions["metadata"] = {}) =>
    costOf(tiny({ architecture, metadata: { [`${architecture}.attention.sliding_window`]: u32(100), ...more } })).then(
      ({ attentionMultiplications }) => attentionMultiplications / (2 * 64),
    );
  // By the architecture, by a number and by a list in the file; where nothing says it, every layer.
  expect(await windowed("gpt-oss")).toBe(100 + SPEED_CHAT_TOKENS);
  expect(await windowed("gemma3")).toBe(200);
  expect(await windowed("other", { "other.attention.sliding_window_pattern": u32(2) })).toBe(100 + SPEED_CHAT_TOKENS);
  expect(await windowed("other", { "other.attention.sliding_window_pattern": { type: "int32s", value: [0, 1] } })).toBe(
    100 + SPEED_CHAT_TOKENS,
  );
  expect(await windowed("mistral")).toBe(200);
});

it("counts states of recurrent layers, and leaves out layers that only predict ahead", async () => {
  const contents = tiny({ metadata: { "llama.ssm.state_size": u32(16), "llama.ssm.inner_size": u32(128) } });
  const conv = { name: "blk.1.ssm_conv1d.weight", dimensions: [4, 128], type: 0, data: new Uint8Array(4 * 128 * 4) };
  expect((await costOf({ ...contents, tensors: [...contents.tensors, conv] })).stateBytes).toBe(16 * 128 * 4 * 2);
  const ahead = await costOf(tiny({ metadata: { "llama.nextn_predict_layers": u32(1) } }));
  expect(ahead.attentionMultiplications).toBe(2 * 64 * SPEED_CHAT_TOKENS);
});
