// Makes adapters for tests, as the peft library and mlx-lm save them: adapter_config.json and safetensors, right or hostile.
export interface PeftModule {
  /** In the base: "model.layers.0.self_attn.q_proj". */
  name: string;
  columns: number;
  rows: number;
  /** Where it has one of its own. */
  rank?: number;
}

export type PeftType = "F32" | "F16" | "BF16";

export interface SafetensorsEntry {
  name: string;
  type: string;
  shape: readonly number[];
  data: Uint8Array;
}

export interface PeftOptions {
  modules: readonly PeftModule[];
  rank?: number;
  alpha?: number;
  type?: PeftType;
  seed?: number;
  /** Size of the factors' numbers. */
  strength?: number;
  /** Replaces or adds keys of the configuration; undefined removes one. */
  config?: Readonly<Record<string, unknown>>;
  /** Last word on the tensors. */
  tensors?: (tensors: SafetensorsEntry[]) => SafetensorsEntry[];
}

export interface PeftAdapter {
  config: string;
  weights: Uint8Array<ArrayBuffer>;
}

export function peftAdapter(options: PeftOptions): PeftAdapter {
  const { modules, rank = 4, alpha = 8, type = "F32", seed = 1, strength = 0.5 } = options;
  const config = {
    peft_type: "LORA",
    task_type: "CAUSAL_LM",
    base_model_name_or_path: "maker/Base-Model",
    auto_mapping: null,
    inference_mode: true,
    r: rank,
    lora_alpha: alpha,
    lora_dropout: 0.05,
    target_modules: [...new Set(modules.map(({ name }) => name.split(".").at(-1)))],
    bias: "none",
    fan_in_fan_out: false,
    init_lora_weights: true,
    modules_to_save: null,
    use_rslora: false,
    use_dora: false,
    rank_pattern: {},
    alpha_pattern: {},
    layer_replication: null,
    layers_to_transform: null,
    megatron_config: null,
    loftq_config: {},
    ...options.config,
  };
  const random = numbers(seed);
  const factor = (name: string, rows: number, columns: number): SafetensorsEntry => ({
    name,
    type,
    shape: [rows, columns],
    data: valueBytes(
      Float32Array.from({ length: rows * columns }, () => (random() - 0.5) * strength),
      type,
    ),
  });
  const tensors = modules.flatMap((module) => {
    const own = module.rank ?? rank;
    const prefix = `base_model.model.${module.name}`;
    if (module.name.endsWith("embed_tokens")) {
      return [
        factor(`${prefix}.lora_embedding_A`, own, module.rows),
        factor(`${prefix}.lora_embedding_B`, module.columns, own),
      ];
    }
    return [
      factor(`${prefix}.lora_A.weight`, own, module.columns),
      factor(`${prefix}.lora_B.weight`, module.rows, own),
    ];
  });
  return { config: JSON.stringify(config, null, 2), weights: safetensorsBytes(options.tensors?.(tensors) ?? tensors) };
}

/** The same change as mlx-lm writes it: from `adapter`'s own numbers, which must be F32, each factor transposed; scale = alpha / rank. */
export function mlxAdapter(
  adapter: PeftAdapter,
  {
    config = {},
    tensors = (made) => made,
  }: { config?: Readonly<Record<string, unknown>>; tensors?: (made: SafetensorsEntry[]) => SafetensorsEntry[] } = {},
): PeftAdapter {
  const given = JSON.parse(adapter.config) as { r: number; lora_alpha: number; base_model_name_or_path: string };
  const made = readTensors(adapter.weights).map(({ name, type, shape, data }): SafetensorsEntry => {
    const [rows = 0, columns = 0] = shape;
    const values = new Float32Array(new Uint8Array(data).buffer);
    const turned = Float32Array.from(
      { length: values.length },
      (_, index) => values[(index % rows) * columns + Math.floor(index / rows)] ?? 0,
    );
    const renamed = name
      .replace("base_model.model.", "")
      .replace(/\.lora_(?:embedding_)?([AB])(?:\.weight)?$/u, (_, half: string) => `.lora_${half.toLowerCase()}`);
    return { name: renamed, type, shape: [columns, rows], data: new Uint8Array(turned.buffer) };
  });
  const written = {
    adapter_path: "adapters",
    batch_size: 4,
    config: null,
    data: "data",
    fine_tune_type: "lora",
    grad_checkpoint: false,
    iters: 1000,
    learning_rate: 1e-5,
    lora_parameters: { rank: given.r, dropout: 0, scale: given.lora_alpha / given.r },
    lr_schedule: null,
    mask_prompt: false,
    max_seq_length: 2048,
    model: given.base_model_name_or_path,
    num_layers: 16,
    optimizer: "adam",
    seed: 0,
    train: true,
    val_batches: 25,
    ...config,
  };
  return { config: JSON.stringify(written, null, 4), weights: safetensorsBytes(tensors(made)) };
}

function readTensors(weights: Uint8Array): SafetensorsEntry[] {
  const bytes = Buffer.from(weights);
  const dataAt = 8 + Number(bytes.readBigUInt64LE());
  const header = JSON.parse(bytes.toString("utf8", 8, dataAt)) as Record<
    string,
    { dtype: string; shape: number[]; data_offsets: [number, number] }
  >;
  return Object.entries(header).flatMap(([name, entry]) =>
    name === "__metadata__"
      ? []
      : [
          {
            name,
            type: entry.dtype,
            shape: entry.shape,
            data: new Uint8Array(bytes.subarray(dataAt + entry.data_offsets[0], dataAt + entry.data_offsets[1])),
          },
        ],
  );
}

/** The tensors are in this order, side by side. `header` has the last word on the list of contents. */
export function safetensorsBytes(
  tensors: readonly SafetensorsEntry[],
  header?: (entries: Record<string, unknown>) => string,
): Uint8Array<ArrayBuffer> {
  // Without a prototype: "__proto__" is a name like any other.
  const entries = Object.assign(Object.create(null) as Record<string, unknown>, { __metadata__: { format: "pt" } });
  let offset = 0;
  for (const { name, type, shape, data } of tensors) {
    entries[name] = { dtype: type, shape, data_offsets: [offset, offset + data.length] };
    offset += data.length;
  }
  const text = Buffer.from(header?.(entries) ?? JSON.stringify(entries));
  // Padded with blanks, as the library does, so that the numbers are at a multiple of 8.
  const padded = Buffer.concat([text, Buffer.alloc((8 - (text.length % 8)) % 8, " ")]);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  return new Uint8Array(Buffer.concat([length, padded, ...tensors.map(({ data }) => data)]));
}

/** Rounded towards zero in the 16-bit types; numbers too small for F16 become 0. */
export function valueBytes(values: Float32Array<ArrayBuffer>, type: PeftType): Uint8Array<ArrayBuffer> {
  if (type === "F32") return new Uint8Array(values.buffer);
  const bits = new Uint32Array(values.buffer);
  const toHalf = (bit: number) => {
    const exponent = ((bit >>> 23) & 0xff) - 112;
    return exponent <= 0 ? 0 : ((bit >>> 16) & 0x8000) | (exponent << 10) | ((bit >>> 13) & 0x3ff);
  };
  return new Uint8Array(Uint16Array.from(bits, (bit) => (type === "BF16" ? bit >>> 16 : toHalf(bit))).buffer);
}

/** A linear congruential generator: seeded, and good enough for weights. */
function numbers(seed: number): () => number {
  let state = (seed * 2_654_435_761) >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
}
