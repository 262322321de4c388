// What llama.cpp asserts of a model is asked before; real models pass.
import { expect, it } from "vitest";
import { ggufBytes, tinyModelBytes, tinyModelContents, type MetadataEntry } from "../../testing/tinyGguf";
import { checkHyperparameters } from "./checkHyperparameters";
import { readGgufHeader } from "./readGgufHeader";

async function check(bytes: Uint8Array): Promise<string> {
  const header = await readGgufHeader({ sizeBytes: bytes.length, read: (offset, length) => Promise.resolve(bytes.subarray(offset, offset + length)) });
  if (!header.ok) throw new Error(header.failure.cause);
  const checked = checkHyperparameters(header.value);
  return checked.ok ? "passed" : `${checked.failure.code} ${checked.failure.details?.["check"]}`;
}

const uint = (value: number): MetadataEntry => ({ type: "uint32", value });

it.each([
  ["block_count", 0], ["block_count", 513], ["block_count", 2 ** 32 - 1], ["expert_count", 1025], ["attention.head_count", 0], ["attention.head_count_kv", 0],
])("%s of %i is refused", async (key, value) => {
  expect(await check(tinyModelBytes({ metadata: { [`llama.${key}`]: uint(value) } }))).toBe(`model-damaged llama.${key}`);
});

it("usual values, absent ones, lists per layer, and no heads where there is no attention pass", async () => {
  expect(await check(tinyModelBytes())).toBe("passed");
  expect(await check(tinyModelBytes({ metadata: { "llama.expert_count": uint(512), "llama.block_count": undefined } }))).toBe("passed");
  expect(await check(tinyModelBytes({ metadata: { "llama.attention.head_count_kv": { type: "int32s", value: [0, 4] } } }))).toBe("passed");
  const { metadata, tensors } = tinyModelContents({ metadata: { "llama.attention.head_count": uint(0) } });
  expect(await check(ggufBytes({ metadata, tensors: tensors.filter(({ name }) => !name.includes("attn_")) }))).toBe("passed");
});
