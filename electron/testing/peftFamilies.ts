// One small base model of each family that PEFT adapters are converted for: as Hugging Face configures it, and as a GGUF file
// with its shapes. Its weights are nothing.
import { ggufBytes, type MetadataEntry } from "./tinyGguf";
import type { PeftModule } from "./peftAdapter";

export interface PeftFamily {
  name: string;
  /** config.json of the base. */
  huggingFace: Readonly<Record<string, unknown>>;
  /** general.architecture */
  architecture: string;
  headSize: number;
  isTied: boolean;
  isFused: boolean;
}

const WIDTH = 64;
const FEED_FORWARD = 96;
const LAYERS = 2;
const HEADS = 4;
const KEY_HEADS = 2;
const VOCABULARY = 300;

const common = {
  hidden_size: WIDTH,
  intermediate_size: FEED_FORWARD,
  num_hidden_layers: LAYERS,
  num_attention_heads: HEADS,
  num_key_value_heads: KEY_HEADS,
  vocab_size: VOCABULARY,
  max_position_embeddings: 512,
  rms_norm_eps: 1e-5,
  pad_token_id: 0,
  bos_token_id: 1,
  eos_token_id: 2,
};

function family(
  name: string,
  model: string,
  {
    architecture = name,
    headSize = WIDTH / HEADS,
    isTied = false,
    isFused = false,
    ...more
  }: Partial<PeftFamily> & { more?: Record<string, unknown> } = {},
): PeftFamily {
  return {
    name,
    architecture,
    headSize,
    isTied,
    isFused,
    huggingFace: {
      ...common,
      architectures: [model],
      model_type: name.replace("gemma3", "gemma3_text"),
      head_dim: headSize,
      tie_word_embeddings: isTied,
      ...more.more,
    },
  };
}

export const peftFamilies: readonly PeftFamily[] = [
  family("llama", "LlamaForCausalLM"),
  family("mistral", "MistralForCausalLM", { architecture: "llama" }),
  family("qwen2", "Qwen2ForCausalLM", { isTied: true }),
  family("qwen3", "Qwen3ForCausalLM", { headSize: 32 }),
  family("gemma", "GemmaForCausalLM", { headSize: 32, isTied: true }),
  family("gemma2", "Gemma2ForCausalLM", {
    headSize: 32,
    isTied: true,
    more: { query_pre_attn_scalar: 32, sliding_window: 256 },
  }),
  family("gemma3", "Gemma3ForCausalLM", {
    headSize: 32,
    isTied: true,
    more: { query_pre_attn_scalar: 32, sliding_window: 256 },
  }),
  family("phi3", "Phi3ForCausalLM", {
    isFused: true,
    more: { original_max_position_embeddings: 512, sliding_window: 256 },
  }),
];

/** Every module that an adapter may change, with the base's tensor for it. */
export function modulesOf({ headSize, isFused, isTied }: PeftFamily): (PeftModule & { tensor: string })[] {
  const [queries, keys] = [HEADS * headSize, KEY_HEADS * headSize];
  const inLayer: [string, string, number, number][] = [
    ...(isFused
      ? ([
          ["self_attn.qkv_proj", "attn_qkv", WIDTH, queries + 2 * keys],
          ["mlp.gate_up_proj", "ffn_up", WIDTH, 2 * FEED_FORWARD],
        ] as [string, string, number, number][])
      : ([
          ["self_attn.q_proj", "attn_q", WIDTH, queries],
          ["self_attn.k_proj", "attn_k", WIDTH, keys],
          ["self_attn.v_proj", "attn_v", WIDTH, keys],
          ["mlp.gate_proj", "ffn_gate", WIDTH, FEED_FORWARD],
          ["mlp.up_proj", "ffn_up", WIDTH, FEED_FORWARD],
        ] as [string, string, number, number][])),
    ["self_attn.o_proj", "attn_output", queries, WIDTH],
    ["mlp.down_proj", "ffn_down", FEED_FORWARD, WIDTH],
  ];
  return [
    ...Array.from({ length: LAYERS }, (_, layer) => layer).flatMap((layer) =>
      inLayer.map(([module, tensor, columns, rows]) => ({
        name: `model.layers.${layer}.${module}`,
        tensor: `blk.${layer}.${tensor}.weight`,
        columns,
        rows,
      })),
    ),
    ...(isTied ? [] : [{ name: "lm_head", tensor: "output.weight", columns: WIDTH, rows: VOCABULARY }]),
  ];
}

export const embeddingModule: PeftModule = { name: "model.embed_tokens", columns: WIDTH, rows: VOCABULARY };

/** A GGUF file with the family's shapes; every weight is 0. */
export function familyBase(of: PeftFamily): Uint8Array<ArrayBuffer> {
  const { architecture, headSize } = of;
  const number = (key: string, value: number): [string, MetadataEntry] => [
    `${architecture}.${key}`,
    { type: "uint32", value },
  ];
  const matrices = [
    ...modulesOf(of).map(({ tensor, columns, rows }) => ({ tensor, columns, rows })),
    { tensor: "token_embd.weight", columns: WIDTH, rows: VOCABULARY },
  ];
  return ggufBytes({
    metadata: [
      ["general.architecture", { type: "string", value: architecture }],
      ["general.name", { type: "string", value: of.name }],
      number("embedding_length", WIDTH),
      number("block_count", LAYERS),
      number("attention.head_count", HEADS),
      number("attention.head_count_kv", KEY_HEADS),
      ...(headSize === WIDTH / HEADS ? [] : [number("attention.key_length", headSize)]),
    ],
    tensors: matrices.map(({ tensor, columns, rows }) => ({
      name: tensor,
      dimensions: [columns, rows],
      type: 0,
      data: new Uint8Array(columns * rows * 4),
    })),
  });
}
