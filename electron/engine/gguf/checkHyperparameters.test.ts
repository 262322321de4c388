// What llama.cpp asserts of a model is checked before; real models pass.
import { expect, it } from "vitest";
import { detailsOf } from "../../contract/failureDetails";
import { ggufBytes, tinyModelBytes, tinyModelContents, type MetadataEntry } from "../../testing/tinyGguf";
import { checkHyperparameters } from "./checkHyperparameters";
import { readGgufHeader } from "./readGgufHeader";

async function check(bytes: Uint8Array): Promise<string> {
  const header = await readGgufHeader({
    sizeBytes: bytes.length,
    read: (offset, length) => Promise.resolve(bytes.subarray(offset, offset + length)),
  });
  if (!header.ok) throw new Error(header.failure.cause);
  const checked = checkHyperparameters(header.value);
  return checked.ok ? "passed" : `${checked.failure.code} ${detailsOf(checked.failure)["check"]}`;
}

const uint = (value: number): MetadataEntry => ({ type: "uint32", value });

it.each([
  ["block_count", 0],
  ["block_count", 513],
  ["block_count", 2 ** 32 - 1],
  ["expert_count", 1025],
  ["attention.head_count", 0],
  ["attention.head_count_kv", 0],
  ["attention.value_length", 0],
  ["feed_forward_length", 0],
  ["nextn_predict_layers", 3],
  ["expert_used_count", 1],
  ["expert_group_count", 1],
])("%s of %i is refused", async (key, value) => {
  expect(await check(tinyModelBytes({ metadata: { [`llama.${key}`]: uint(value) } }))).toBe(
    `model-damaged llama.${key}`,
  );
});

it.each<[string, string, MetadataEntry | undefined]>([
  ["attention.layer_norm_rms_epsilon", "no number", { type: "float32", value: Number.NaN }],
  ["attention.layer_norm_rms_epsilon", "negative", { type: "float32", value: -1 }],
  ["rope.freq_base", "infinite", { type: "float32", value: Infinity }],
  ["rope.scaling.type", "unknown", { type: "string", value: "nonsense" }],
  ["attention.head_count", "missing", undefined],
  ["feed_forward_length", "a list of zeros", { type: "uint32s", value: [0, 0] }],
])("%s that is %s is refused", async (key, _, entry) => {
  expect(await check(tinyModelBytes({ metadata: { [`llama.${key}`]: entry } }))).toBe(`model-damaged llama.${key}`);
});

it("experts that are used need experts, in groups that divide them", async () => {
  const experts = (more: Record<string, number>) =>
    check(
      tinyModelBytes({
        experts: 4,
        metadata: Object.fromEntries(Object.entries(more).map(([key, value]) => [`llama.${key}`, uint(value)])),
      }),
    );
  expect(await experts({})).toBe("passed");
  expect(await experts({ expert_used_count: 0 })).toBe("model-damaged llama.expert_used_count");
  expect(await experts({ expert_used_count: 5 })).toBe("model-damaged llama.expert_used_count");
  expect(await experts({ expert_group_count: 2, expert_group_used_count: 1 })).toBe("passed");
  expect(await experts({ expert_group_count: 3, expert_group_used_count: 1 })).toBe(
    "model-damaged llama.expert_group_count",
  );
  expect(await experts({ expert_group_count: 2, expert_group_used_count: 2 })).toBe(
    "model-damaged llama.expert_group_used_count",
  );
});

it("usual values, absent ones, lists per layer, and no heads where there is no attention pass", async () => {
  expect(await check(tinyModelBytes())).toBe("passed");
  expect(
    await check(
      tinyModelBytes({
        metadata: {
          "llama.expert_count": uint(512),
          "llama.expert_used_count": uint(8),
          "llama.block_count": undefined,
        },
      }),
    ),
  ).toBe("passed");
  expect(
    await check(tinyModelBytes({ metadata: { "llama.attention.head_count_kv": { type: "int32s", value: [0, 4] } } })),
  ).toBe("passed");
  const { metadata, tensors } = tinyModelContents({ metadata: { "llama.attention.head_count": uint(0) } });
  expect(await check(ggufBytes({ metadata, tensors: tensors.filter(({ name }) => !name.includes("attn_")) }))).toBe(
    "passed",
  );
});
