// Models of the kinds that people run, with random weights, 150 to 500 MB each, for judging predicted speeds. Kept in the cache folder.
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { ggmlTypes } from "../electron/engine/gguf/ggmlTypes";
import { writeTensors, type RandomTensor } from "../electron/testing/randomDelta";
import type { MetadataEntry } from "../electron/testing/tinyGguf";
import { cacheFolder } from "../scripts/cacheFolder.mjs";

export interface SpeedModel {
  name: string;
  architecture: string;
  /** Without the architecture before each key. */
  metadata: Readonly<Record<string, MetadataEntry>>;
  tensors: readonly RandomTensor[];
}

/** The formula was made with these: dense, and plain in every way. */
export const knownModels: readonly SpeedModel[] = [
  dense("dense Q4_K and Q6_K", {
    type: "Q4_K",
    downType: "Q6_K",
    width: 1536,
    feedForward: 4096,
    layers: 16,
    vocabulary: 32_000,
  }),
  dense("dense Q8_0", {
    type: "Q8_0",
    downType: "Q8_0",
    width: 1024,
    feedForward: 2816,
    layers: 20,
    vocabulary: 32_000,
  }),
  dense("dense Q4_0, large vocabulary", {
    type: "Q4_0",
    downType: "Q4_0",
    width: 1024,
    feedForward: 4096,
    layers: 18,
    vocabulary: 128_000,
  }),
  dense("dense F16", { type: "F16", downType: "F16", width: 1024, feedForward: 2816, layers: 14, vocabulary: 32_000 }),
];

/** What it is judged by: nothing of them was looked at when it was made. */
export const judgedModels: readonly SpeedModel[] = [
  slidingWindow(),
  windowsAndExperts(),
  manyExperts(),
  fewExperts(),
  shortConvolutions(),
  stateSpace(),
  gatedDelta(),
  fusedAttention(),
];

/** Its path; made when it is missing. */
export async function speedModelFile(model: SpeedModel): Promise<string> {
  const folder = path.join(cacheFolder(), "random-speed-1");
  await mkdir(folder, { recursive: true });
  const target = path.join(folder, `${model.name.replaceAll(/[^\w]+/gu, "-")}.gguf`);
  if (!existsSync(target)) {
    console.log(`  making ${target}`);
    await writeTensors(target, metadataOf(model), model.tensors);
  }
  return target;
}

interface Dense {
  type: string;
  downType: string;
  width: number;
  feedForward: number;
  layers: number;
  vocabulary: number;
}

function dense(name: string, { type, downType, width, feedForward, layers, vocabulary }: Dense): SpeedModel {
  const head = { heads: width / 64, keyValueHeads: width / 256, headWidth: 64 };
  return {
    name,
    architecture: "llama",
    metadata: { ...usual(width, layers, feedForward, vocabulary), ...attention(head), "rope.dimension_count": u32(64) },
    tensors: [
      ...ends(width, vocabulary, downType),
      ...perLayer(layers, (block) => [
        norm(`${block}.attn_norm.weight`, width),
        norm(`${block}.ffn_norm.weight`, width),
        ...queries(block, width, head, type),
        ...gated(block, width, feedForward, type, downType),
      ]),
    ],
  };
}

/** As Gemma 3: five layers of six see the last 512 tokens; the embedding is the output too. */
function slidingWindow(): SpeedModel {
  const [width, feedForward, layers, vocabulary] = [1024, 4096, 18, 64_000];
  const head = { heads: 8, keyValueHeads: 4, headWidth: 128 };
  return {
    name: "sliding window Q4_0",
    architecture: "gemma3",
    metadata: {
      ...usual(width, layers, feedForward, vocabulary),
      ...attention(head),
      "attention.sliding_window": u32(512),
    },
    tensors: [
      matrix("token_embd.weight", width, vocabulary, "Q8_0"),
      norm("output_norm.weight", width),
      ...perLayer(layers, (block) => [
        ...["attn_norm", "post_attention_norm", "ffn_norm", "post_ffw_norm"].map((name) =>
          norm(`${block}.${name}.weight`, width),
        ),
        ...headNorms(block, head.headWidth),
        ...queries(block, width, head, "Q4_0"),
        ...gated(block, width, feedForward, "Q4_0", "Q4_0"),
      ]),
    ],
  };
}

/** As gpt-oss: every other layer sees 128 tokens, 4 of 32 experts work on a token. */
function windowsAndExperts(): SpeedModel {
  const [width, feedForward, layers, vocabulary, count] = [1024, 1024, 8, 32_000, 32];
  const head = { heads: 16, keyValueHeads: 4, headWidth: 64 };
  return {
    name: "sliding window and experts MXFP4",
    architecture: "gpt-oss",
    metadata: {
      ...usual(width, layers, feedForward, vocabulary),
      ...attention(head),
      ...experts(count, 4, feedForward),
      "attention.sliding_window": u32(128),
      "rope.dimension_count": u32(64),
    },
    tensors: [
      ...ends(width, vocabulary, "Q8_0"),
      ...perLayer(layers, (block) => [
        norm(`${block}.attn_norm.weight`, width),
        norm(`${block}.post_attention_norm.weight`, width),
        ...queries(block, width, head, "Q8_0"),
        ...[
          ["attn_q", 1024],
          ["attn_k", 256],
          ["attn_v", 256],
          ["attn_output", width],
          ["attn_sinks", 16],
        ].map(([name, length]) =>
          norm(`${block}.${name}.${name === "attn_sinks" ? "weight" : "bias"}`, Number(length)),
        ),
        ...expertMatrices(block, { width, feedForward, count, type: "MXFP4", downType: "MXFP4" }),
        norm(`${block}.ffn_gate_inp.bias`, count),
        ...["gate", "up"].map((name) => biases(`${block}.ffn_${name}_exps.bias`, feedForward, count)),
        biases(`${block}.ffn_down_exps.bias`, width, count),
      ]),
    ],
  };
}

/** As Qwen3 30B A3B: 8 of 64 narrow experts. */
function manyExperts(): SpeedModel {
  const [width, feedForward, layers, vocabulary, count] = [1024, 512, 8, 64_000, 64];
  const head = { heads: 16, keyValueHeads: 4, headWidth: 64 };
  return {
    name: "many experts Q4_K and Q6_K",
    architecture: "qwen3moe",
    metadata: {
      ...usual(width, layers, 3072, vocabulary),
      ...attention(head),
      ...experts(count, 8, feedForward),
    },
    tensors: [
      ...ends(width, vocabulary, "Q6_K"),
      ...perLayer(layers, (block) => [
        norm(`${block}.attn_norm.weight`, width),
        norm(`${block}.ffn_norm.weight`, width),
        ...headNorms(block, head.headWidth),
        ...queries(block, width, head, "Q4_K"),
        ...expertMatrices(block, { width, feedForward, count, type: "Q4_K", downType: "Q6_K" }),
      ]),
    ],
  };
}

/** As Mixtral: 2 of 8 wide experts. */
function fewExperts(): SpeedModel {
  const [width, feedForward, layers, vocabulary, count] = [1024, 2816, 6, 32_000, 8];
  const head = { heads: 16, keyValueHeads: 4, headWidth: 64 };
  return {
    name: "few experts Q5_K",
    architecture: "llama",
    metadata: {
      ...usual(width, layers, feedForward, vocabulary),
      ...attention(head),
      ...experts(count, 2, feedForward),
      "rope.dimension_count": u32(64),
    },
    tensors: [
      ...ends(width, vocabulary, "Q6_K"),
      ...perLayer(layers, (block) => [
        norm(`${block}.attn_norm.weight`, width),
        norm(`${block}.ffn_norm.weight`, width),
        ...queries(block, width, head, "Q5_K"),
        ...expertMatrices(block, { width, feedForward, count, type: "Q5_K", downType: "Q5_K" }),
      ]),
    ],
  };
}

/** As LFM2: two layers of three are short convolutions. */
function shortConvolutions(): SpeedModel {
  const [width, feedForward, layers, vocabulary] = [1024, 4608, 18, 64_000];
  const head = { heads: 16, keyValueHeads: 8, headWidth: 64 };
  const isAttention = (layer: number) => layer % 3 === 2;
  return {
    name: "hybrid, short convolutions Q4_K",
    architecture: "lfm2",
    metadata: {
      ...usual(width, layers, feedForward, vocabulary),
      "attention.head_count": u32(head.heads),
      "attention.head_count_kv": {
        type: "int32s",
        value: range(layers).map((layer) => (isAttention(layer) ? head.keyValueHeads : 0)),
      },
      "shortconv.l_cache": u32(3),
    },
    tensors: [
      matrix("token_embd.weight", width, vocabulary, "Q6_K"),
      norm("token_embd_norm.weight", width),
      ...perLayer(layers, (block, layer) => [
        norm(`${block}.attn_norm.weight`, width),
        norm(`${block}.ffn_norm.weight`, width),
        ...gated(block, width, feedForward, "Q4_K", "Q4_K"),
        ...(isAttention(layer)
          ? [...headNorms(block, head.headWidth), ...queries(block, width, head, "Q4_K")]
          : [
              plain(`${block}.shortconv.conv.weight`, 3, width),
              matrix(`${block}.shortconv.in_proj.weight`, width, 3 * width, "Q4_K"),
              matrix(`${block}.shortconv.out_proj.weight`, width, width, "Q4_K"),
            ]),
      ]),
    ],
  };
}

/** As Granite 4.0 H 1B: five layers of six have a state in place of attention. */
function stateSpace(): SpeedModel {
  const [width, feedForward, layers, vocabulary, inner, state, heads] = [1024, 2816, 12, 32_000, 2048, 128, 32];
  const head = { heads: 16, keyValueHeads: 4, headWidth: 64 };
  const isAttention = (layer: number) => layer % 6 === 5;
  return {
    name: "hybrid, state space Q8_0",
    architecture: "granitehybrid",
    metadata: {
      ...usual(width, layers, feedForward, vocabulary),
      "attention.head_count": u32(head.heads),
      "attention.head_count_kv": {
        type: "int32s",
        value: range(layers).map((layer) => (isAttention(layer) ? head.keyValueHeads : 0)),
      },
      "ssm.conv_kernel": u32(4),
      "ssm.inner_size": u32(inner),
      "ssm.state_size": u32(state),
      "ssm.time_step_rank": u32(heads),
      "ssm.group_count": u32(1),
      "rope.dimension_count": u32(64),
      logit_scale: f32(8),
      residual_scale: f32(0.22),
      embedding_scale: f32(12),
      "attention.scale": f32(0.015),
    },
    tensors: [
      ...ends(width, vocabulary, "Q8_0"),
      ...perLayer(layers, (block, layer) => [
        norm(`${block}.attn_norm.weight`, width),
        norm(`${block}.ffn_norm.weight`, width),
        ...gated(block, width, feedForward, "Q8_0", "Q8_0"),
        ...(isAttention(layer)
          ? queries(block, width, head, "Q8_0")
          : [
              matrix(`${block}.ssm_in.weight`, width, 2 * inner + 2 * state + heads, "Q8_0"),
              plain(`${block}.ssm_conv1d.weight`, 4, inner + 2 * state),
              norm(`${block}.ssm_conv1d.bias`, inner + 2 * state),
              norm(`${block}.ssm_dt.bias`, heads),
              plain(`${block}.ssm_a`, 1, heads),
              plain(`${block}.ssm_d`, 1, heads),
              plain(`${block}.ssm_norm.weight`, inner, 1),
              matrix(`${block}.ssm_out.weight`, inner, width, "Q8_0"),
            ]),
      ]),
    ],
  };
}

/** As Qwen3.5: three layers of four keep a state by a gated delta rule. */
function gatedDelta(): SpeedModel {
  const [width, feedForward, layers, vocabulary, state, keyHeads, valueHeads] = [1024, 3584, 16, 64_000, 128, 8, 8];
  const head = { heads: 8, keyValueHeads: 2, headWidth: 128 };
  const [keys, values] = [state * keyHeads, state * valueHeads];
  const isAttention = (layer: number) => layer % 4 === 3;
  return {
    name: "hybrid, gated delta Q4_K",
    architecture: "qwen35",
    metadata: {
      ...usual(width, layers, feedForward, vocabulary),
      ...attention(head),
      "rope.dimension_count": u32(64),
      "rope.dimension_sections": { type: "int32s", value: [11, 11, 10, 0] },
      "ssm.conv_kernel": u32(4),
      "ssm.inner_size": u32(values),
      "ssm.state_size": u32(state),
      "ssm.time_step_rank": u32(valueHeads),
      "ssm.group_count": u32(keyHeads),
    },
    tensors: [
      ...ends(width, vocabulary, "Q6_K"),
      ...perLayer(layers, (block, layer) => [
        norm(`${block}.attn_norm.weight`, width),
        norm(`${block}.post_attention_norm.weight`, width),
        ...gated(block, width, feedForward, "Q4_K", "Q4_K"),
        ...(isAttention(layer)
          ? [
              ...headNorms(block, head.headWidth),
              matrix(`${block}.attn_q.weight`, width, 2 * head.heads * head.headWidth, "Q4_K"),
              ...queries(block, width, head, "Q4_K").filter(({ name }) => !name.endsWith(".attn_q.weight")),
            ]
          : [
              matrix(`${block}.attn_qkv.weight`, width, 2 * keys + values, "Q4_K"),
              matrix(`${block}.attn_gate.weight`, width, values, "Q4_K"),
              plain(`${block}.ssm_conv1d.weight`, 4, 2 * keys + values),
              norm(`${block}.ssm_dt.bias`, valueHeads),
              norm(`${block}.ssm_a`, valueHeads),
              plain(`${block}.ssm_beta.weight`, width, valueHeads),
              plain(`${block}.ssm_alpha.weight`, width, valueHeads),
              norm(`${block}.ssm_norm.weight`, state),
              matrix(`${block}.ssm_out.weight`, values, width, "Q4_K"),
            ]),
      ]),
    ],
  };
}

/** As Phi: queries, keys and values in one matrix, and a type that is not measured itself. */
function fusedAttention(): SpeedModel {
  const [width, feedForward, layers, vocabulary] = [1536, 4096, 14, 32_000];
  const head = { heads: 24, keyValueHeads: 6, headWidth: 64 };
  return {
    name: "fused attention IQ4_XS",
    architecture: "phi3",
    metadata: {
      ...usual(width, layers, feedForward, vocabulary),
      ...attention(head),
      "rope.dimension_count": u32(64),
      "rope.scaling.original_context_length": u32(4096),
    },
    tensors: [
      ...ends(width, vocabulary, "Q6_K"),
      ...perLayer(layers, (block) => [
        norm(`${block}.attn_norm.weight`, width),
        norm(`${block}.ffn_norm.weight`, width),
        matrix(`${block}.attn_qkv.weight`, width, width + 2 * head.keyValueHeads * head.headWidth, "IQ4_XS"),
        matrix(`${block}.attn_output.weight`, width, width, "IQ4_XS"),
        matrix(`${block}.ffn_up.weight`, width, 2 * feedForward, "IQ4_XS"),
        matrix(`${block}.ffn_down.weight`, feedForward, width, "IQ4_XS"),
      ]),
    ],
  };
}

interface Heads {
  heads: number;
  keyValueHeads: number;
  headWidth: number;
}

function usual(width: number, layers: number, feedForward: number, vocabulary: number): SpeedModel["metadata"] {
  return {
    context_length: u32(4096),
    embedding_length: u32(width),
    block_count: u32(layers),
    feed_forward_length: u32(feedForward),
    vocab_size: u32(vocabulary),
    "attention.layer_norm_rms_epsilon": f32(1e-5),
  };
}

function attention({ heads, keyValueHeads, headWidth }: Heads): SpeedModel["metadata"] {
  return {
    "attention.head_count": u32(heads),
    "attention.head_count_kv": u32(keyValueHeads),
    "attention.key_length": u32(headWidth),
    "attention.value_length": u32(headWidth),
  };
}

function experts(count: number, used: number, feedForward: number): SpeedModel["metadata"] {
  return {
    expert_count: u32(count),
    expert_used_count: u32(used),
    expert_feed_forward_length: u32(feedForward),
  };
}

function ends(width: number, vocabulary: number, outputType: string): RandomTensor[] {
  return [
    matrix("token_embd.weight", width, vocabulary, "Q4_K"),
    matrix("output.weight", width, vocabulary, outputType),
    norm("output_norm.weight", width),
  ];
}

function queries(
  block: string,
  width: number,
  { heads, keyValueHeads, headWidth }: Heads,
  type: string,
): RandomTensor[] {
  return [
    matrix(`${block}.attn_q.weight`, width, heads * headWidth, type),
    matrix(`${block}.attn_k.weight`, width, keyValueHeads * headWidth, type),
    matrix(`${block}.attn_v.weight`, width, keyValueHeads * headWidth, type),
    matrix(`${block}.attn_output.weight`, heads * headWidth, width, type),
  ];
}

function headNorms(block: string, headWidth: number): RandomTensor[] {
  return [norm(`${block}.attn_q_norm.weight`, headWidth), norm(`${block}.attn_k_norm.weight`, headWidth)];
}

function gated(block: string, width: number, feedForward: number, type: string, downType: string): RandomTensor[] {
  return [
    matrix(`${block}.ffn_gate.weight`, width, feedForward, type),
    matrix(`${block}.ffn_up.weight`, width, feedForward, type),
    matrix(`${block}.ffn_down.weight`, feedForward, width, downType),
  ];
}

interface Experts {
  width: number;
  feedForward: number;
  count: number;
  type: string;
  downType: string;
}

function expertMatrices(block: string, { width, feedForward, count, type, downType }: Experts): RandomTensor[] {
  const all = (name: string, columns: number, rows: number, of: string): RandomTensor => ({
    ...matrix(`${block}.${name}.weight`, columns, rows * count, of),
    dimensions: [columns, rows, count],
  });
  return [
    plain(`${block}.ffn_gate_inp.weight`, width, count, 0.5),
    all("ffn_gate_exps", width, feedForward, type),
    all("ffn_up_exps", width, feedForward, type),
    all("ffn_down_exps", feedForward, width, downType),
  ];
}

function perLayer(layers: number, of: (block: string, layer: number) => RandomTensor[]): RandomTensor[] {
  return range(layers).flatMap((layer) => of(`blk.${layer}`, layer));
}

function norm(name: string, length: number): RandomTensor {
  return {
    name,
    columns: length,
    rows: 1,
    type: 0,
    dimensions: [length],
    fill: (bytes) => void floatsOf(bytes).fill(1),
  };
}

function biases(name: string, length: number, count: number): RandomTensor {
  return { ...norm(name, length), rows: count, dimensions: [length, count], fill: (bytes) => void bytes.fill(0) };
}

/** In 32 bits, between ± `most`. */
function plain(name: string, columns: number, rows: number, most = 0.02): RandomTensor {
  return {
    name,
    columns,
    rows,
    type: 0,
    dimensions: [columns, rows],
    fill(bytes) {
      const values = floatsOf(bytes);
      for (let at = 0; at < values.length; at++) values[at] = (bytes.readUInt16LE(at * 4) / 65_536 - 0.5) * 2 * most;
    },
  };
}

/** Where the scales of a block are, 16 bits each; of MXFP4 an exponent. */
const scalePlaces: Readonly<Record<string, readonly number[]>> = {
  Q4_0: [0],
  Q8_0: [0],
  Q4_K: [0, 2],
  Q5_K: [0, 2],
  Q6_K: [208],
  IQ4_XS: [0],
};
/** 2⁻¹⁰ and 2⁻¹⁶: with it weights stay below 0.1. */
const SCALE = 0x1400;
const SMALL_SCALE = 0x0100;
/** 2⁻⁷. */
const EXPONENT = 120;

function matrix(name: string, columns: number, rows: number, typeName: string): RandomTensor {
  const [type, { blockBytes }] = typeOf(typeName);
  const fill = (bytes: Buffer): void => {
    if (typeName === "F16") {
      for (let at = 0; at < bytes.length; at += 2) bytes.writeUInt16LE((bytes.readUInt16LE(at) & 0x83ff) | 0x2000, at);
    } else if (typeName === "MXFP4") {
      for (let at = 0; at < bytes.length; at += blockBytes) bytes[at] = EXPONENT;
    } else {
      const places = scalePlaces[typeName];
      if (places === undefined) throw new Error(`no random weights of ${typeName}`);
      const scale = typeName === "Q4_0" || typeName === "Q8_0" ? SCALE : SMALL_SCALE;
      for (let at = 0; at < bytes.length; at += blockBytes)
        for (const place of places) bytes.writeUInt16LE(scale, at + place);
    }
  };
  return { name, columns, rows, type, dimensions: [columns, rows], fill };
}

function typeOf(name: string) {
  const found = [...ggmlTypes].find(([, type]) => type.name === name);
  if (found === undefined) throw new Error(`no tensor type ${name}`);
  return found;
}

function floatsOf(bytes: Buffer): Float32Array {
  return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
}

function metadataOf({ name, architecture, metadata }: SpeedModel): (readonly [string, MetadataEntry])[] {
  const vocabulary = metadata["vocab_size"];
  if (vocabulary?.type !== "uint32") throw new Error("no size of the vocabulary");
  const bytes = range(256).map((byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`);
  const named = ["<unk>", "<s>", "</s>", ...bytes];
  return [
    ["general.architecture", { type: "string", value: architecture }],
    ["general.name", { type: "string", value: name }],
    ...Object.entries(metadata).map(([key, entry]) => [`${architecture}.${key}`, entry] as const),
    ["tokenizer.ggml.model", { type: "string", value: "llama" }],
    [
      "tokenizer.ggml.tokens",
      { type: "strings", value: range(vocabulary.value).map((token) => named[token] ?? `word${token}`) },
    ],
  ];
}

function range(length: number): number[] {
  return Array.from({ length }, (_, index) => index);
}

function u32(value: number): MetadataEntry {
  return { type: "uint32", value };
}

function f32(value: number): MetadataEntry {
  return { type: "float32", value };
}
