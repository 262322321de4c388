// Wrong numbers in a model's description, and wrong tensors: none of them may end the engine.
import { tinyModelContents, type MetadataEntry, type TensorEntry } from "./tinyGguf";
import { float, ModelDraft, text, uint, wrongModel, type WrongModel } from "./wrongModel";

const NUMBERS = [
  "block_count",
  "context_length",
  "embedding_length",
  "feed_forward_length",
  "attention.head_count",
  "attention.head_count_kv",
  "attention.key_length",
  "attention.value_length",
  "rope.dimension_count",
  "expert_count",
  "expert_used_count",
  "expert_shared_count",
  "expert_group_count",
  "expert_group_used_count",
  "expert_gating_func",
  "leading_dense_block_count",
  "attention.sliding_window",
  "nextn_predict_layers",
  "rope.scaling.original_context_length",
  "pooling_type",
  "vocab_size",
  "attention.causal",
  "embedding_length_out",
] as const;
const FLOATS = [
  "attention.layer_norm_rms_epsilon",
  "rope.freq_base",
  "rope.scaling.factor",
  "rope.scaling.attn_factor",
  "attention.scale",
  "attention.max_alibi_bias",
  "attention.clamp_kqv",
  "logit_scale",
  "expert_weights_scale",
  "rope.scaling.yarn_ext_factor",
] as const;

export function wrongShapes(): WrongModel[] {
  const set = (key: string, words: string, entry: MetadataEntry | undefined) =>
    wrongModel(`${key} is ${words}`, "either", (draft) => draft.set(`llama.${key}`, entry));
  return [
    ...NUMBERS.flatMap((key) => [0, 1, 3, 7, 65, 0xffff_ffff].map((value) => set(key, String(value), uint(value)))),
    ...NUMBERS.slice(0, 9).flatMap((key) => [
      set(key, "missing", undefined),
      set(key, "a text", text("12")),
      set(key, "no number", float(Number.NaN)),
      set(key, "negative", { type: "int32", value: -2 }),
      set(key, "a list of one", { type: "uint32s", value: [2] }),
      set(key, "a list of 1000", { type: "uint32s", value: Array.from({ length: 1000 }, () => 4) }),
      set(key, "a list of zeros", { type: "uint32s", value: [0, 0] }),
      set(key, "a list of odd ones", { type: "int32s", value: [3, 5] }),
    ]),
    ...FLOATS.flatMap((key) =>
      [Number.NaN, Infinity, -1, 0, 1e38].map((value) => set(key, String(value), float(value))),
    ),
    ...["none", "linear", "yarn", "longrope", "nonsense"].map((value) => set("rope.scaling.type", value, text(value))),
    set("rope.scaling.type", "a number", uint(99)),
    ...[
      "expert_count",
      "expert_used_count",
      "expert_shared_count",
      "expert_group_count",
      "expert_group_used_count",
      "expert_gating_func",
      "expert_feed_forward_length",
      "leading_dense_block_count",
    ].flatMap((key) =>
      [0, 1, 2, 3, 5, 0xffff_ffff].map((value) =>
        mixture(`of four experts, whose ${key} is ${value}`, (draft) => draft.set(`llama.${key}`, uint(value))),
      ),
    ),
    mixture("of four experts, and weights for three", (draft) =>
      draft.changeTensor("blk.0.ffn_up_exps.weight", (tensor) => [
        { ...tensor, dimensions: [64, 128, 3], data: tensor.data.slice(0, 64 * 128 * 3 * 4) },
      ]),
    ),
    ...tensors(),
  ];
}

function mixture(name: string, change: (draft: ModelDraft) => ModelDraft): WrongModel {
  return {
    name: `a mixture ${name}`,
    outcome: "either",
    bytes: () => change(new ModelDraft(tinyModelContents({ experts: 4 }))).bytes(),
  };
}

function tensors(): WrongModel[] {
  const names = [
    "token_embd.weight",
    "output.weight",
    "output_norm.weight",
    "blk.0.attn_norm.weight",
    "blk.0.attn_q.weight",
    "blk.0.attn_k.weight",
    "blk.1.attn_output.weight",
    "blk.0.ffn_down.weight",
    "blk.1.ffn_norm.weight",
  ];
  const change = (name: string, words: string, how: (tensor: TensorEntry) => TensorEntry[]) =>
    wrongModel(`${name} ${words}`, "either", (draft) => draft.changeTensor(name, how));
  const filled = (tensor: TensorEntry, value: number): TensorEntry => ({
    ...tensor,
    data: new Uint8Array(new Float32Array(tensor.data.length / 4).fill(value).buffer),
  });
  return [
    ...names.flatMap((name) => [
      change(name, "is missing", () => []),
      change(name, "lies the other way round", (tensor) => [{ ...tensor, dimensions: tensor.dimensions.toReversed() }]),
      change(name, "has one dimension", (tensor) => [{ ...tensor, dimensions: [tensor.data.length / 4] }]),
      change(name, "has four dimensions", (tensor) => [
        { ...tensor, dimensions: [...tensor.dimensions, 1, 1].slice(0, 4) },
      ]),
      change(name, "is half as long", (tensor) => [
        {
          ...tensor,
          dimensions: tensor.dimensions.with(-1, (tensor.dimensions.at(-1) ?? 2) / 2),
          data: tensor.data.slice(0, tensor.data.length / 2),
        },
      ]),
      change(name, "is no number", (tensor) => [filled(tensor, Number.NaN)]),
      change(name, "is infinite", (tensor) => [filled(tensor, Infinity)]),
      ...types.map(([type, typeName, blockWeights, blockBytes]) =>
        change(name, `is ${typeName}`, (tensor) => {
          const values = tensor.dimensions.reduce((product, size) => product * size, 1);
          const [columns = 1] = tensor.dimensions;
          if (columns % blockWeights !== 0) return [tensor];
          return [{ ...tensor, type, data: new Uint8Array((values / blockWeights) * blockBytes) }];
        }),
      ),
    ]),
    wrongModel("a tensor more", "either", (draft) => {
      draft.tensors.push({ name: "extra.weight", dimensions: [64], type: 0, data: new Uint8Array(256) });
      return draft;
    }),
    wrongModel("a layer more", "either", (draft) => {
      draft.tensors.push({
        name: "blk.7.attn_q.weight",
        dimensions: [64, 64],
        type: 0,
        data: new Uint8Array(64 * 64 * 4),
      });
      return draft;
    }),
    wrongModel("factors for the rotation", "either", (draft) => {
      draft.tensors.push({ name: "rope_freqs.weight", dimensions: [8], type: 0, data: new Uint8Array(32) });
      return draft;
    }),
    wrongModel("factors for the rotation, of another length", "either", (draft) => {
      draft.tensors.push({ name: "rope_freqs.weight", dimensions: [3], type: 0, data: new Uint8Array(12) });
      return draft;
    }),
    wrongModel("no tensors", "either", (draft) => {
      draft.tensors = [];
      return draft;
    }),
    ...[
      "gemma",
      "gemma3",
      "qwen2",
      "qwen3",
      "phi3",
      "mamba",
      "rwkv6",
      "gpt2",
      "falcon",
      "deepseek2",
      "gpt-oss",
      "gemma4",
      "llama4",
      "mistral3",
      "glm4",
      "bitnet",
      "plamo2",
      "jamba",
      "granitehybrid",
      "qwen3next",
      "lfm2",
      "dbrx",
      "grok",
      "command-r",
      "olmo2",
      "minimax-m2",
    ].map((architecture) =>
      wrongModel(`calls itself ${architecture}`, "either", (draft) => {
        for (const [key, entry] of Array.from(draft.metadata))
          if (key.startsWith("llama.")) draft.set(key.replace("llama.", `${architecture}.`), entry);
        return draft.set("general.architecture", text(architecture));
      }),
    ),
  ];
}

/** Number, name, weights and bytes of a block. */
const types: readonly [number, string, number, number][] = [
  [1, "F16", 1, 2],
  [2, "Q4_0", 32, 18],
  [9, "Q8_1", 32, 36],
  [24, "I8", 1, 1],
  [25, "I16", 1, 2],
  [26, "I32", 1, 4],
  [27, "I64", 1, 8],
  [28, "F64", 1, 8],
  [30, "BF16", 1, 2],
  [39, "MXFP4", 32, 17],
  [40, "NVFP4", 64, 36],
  [42, "Q2_0", 64, 18],
];
