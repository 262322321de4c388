// GGUF files of each kind for tests, small, with the headers that llama.cpp's own tools write; and names that say something else.
import type { FileKind } from "../contract/fileKind";
import { loraContents } from "./deltaGguf";
import {
  ggufBytes,
  tinyModelContents,
  type GgufContents,
  type MetadataEntry,
  type TensorEntry,
  type TinyModelOptions,
} from "./tinyGguf";

const text = (value: string): MetadataEntry => ({ type: "string", value });
const number = (value: number): MetadataEntry => ({ type: "uint32", value });
const no: MetadataEntry = { type: "bool", value: false };
const tensor = (name: string, ...dimensions: number[]): TensorEntry => ({
  name,
  dimensions,
  type: 0,
  data: new Uint8Array(4 * dimensions.reduce((product, length) => product * length, 1)),
});
const header = (entries: Readonly<Record<string, MetadataEntry>>, tensors: readonly TensorEntry[]): GgufContents => ({
  metadata: Object.entries(entries),
  tensors,
});

/** The tiny model of an architecture, with further keys that begin with the architecture's name. */
function modelOf(
  architecture: string,
  keys: Readonly<Record<string, MetadataEntry>> = {},
  tensors: (all: readonly TensorEntry[]) => readonly TensorEntry[] = (all) => all,
): GgufContents {
  const metadata = Object.fromEntries(Object.entries(keys).map(([key, value]) => [`${architecture}.${key}`, value]));
  const contents = tinyModelContents({ architecture, metadata } satisfies TinyModelOptions);
  return { ...contents, tensors: tensors(contents.tensors) };
}

/** What `convert_hf_to_gguf.py --mtp` writes: the model's own header, and of its layers those behind the last. */
function headAlone(architecture: string): GgufContents {
  return modelOf(architecture, { block_count: number(3), nextn_predict_layers: number(1) }, (all) => [
    ...all.filter(({ name }) => !name.startsWith("blk.")),
    ...all
      .filter(({ name }) => name.startsWith("blk.0."))
      .map((one) => ({ ...one, name: one.name.replace("blk.0.", "blk.2.") })),
    tensor("blk.2.nextn.eh_proj.weight", 128, 64),
  ]);
}

/** Several headers for each kind, each by what it is like. */
export const ggufsByKind: Readonly<Record<FileKind, Readonly<Record<string, () => GgufContents>>>> = {
  model: {
    llama: () => modelOf("llama"),
    "qwen35 with its head": () =>
      modelOf("qwen35", { block_count: number(3), nextn_predict_layers: number(1) }, (all) => [
        ...all,
        ...all
          .filter(({ name }) => name.startsWith("blk.1."))
          .map((one) => ({ ...one, name: one.name.replace("blk.1.", "blk.2.") })),
        tensor("blk.2.nextn.eh_proj.weight", 128, 64),
      ]),
    "without a word on its type": () => tinyModelContents({ metadata: { "general.type": undefined } }),
    "no pooling": () =>
      modelOf("qwen3", { pooling_type: number(0), "attention.causal": { type: "bool", value: true } }),
  },
  draft: {
    "qwen35's head": () => headAlone("qwen35"),
    "glm4moe's head": () => headAlone("glm4moe"),
    eagle3: () => modelOf("eagle3", {}, (all) => [...all, tensor("fc.weight", 192, 64)]),
    "dflash with dspark": () => modelOf("dflash", {}, (all) => [...all, tensor("fc.weight", 192, 64)]),
    "gemma4-assistant": () =>
      modelOf("gemma4-assistant", { nextn_predict_layers: number(2) }, (all) => [
        ...all,
        tensor("nextn.post_projection.weight", 64, 64),
      ]),
  },
  projector: {
    clip: () =>
      header({ "general.architecture": text("clip"), "clip.has_vision_encoder": { type: "bool", value: true } }, [
        tensor("v.blk.0.attn_q.weight", 8, 8),
        tensor("mm.0.weight", 8, 8),
      ]),
    mmproj: () =>
      header({ "general.type": text("mmproj"), "general.architecture": text("clip") }, [
        tensor("a.blk.0.attn_q.weight", 8, 8),
      ]),
  },
  adapter: {
    lora: () => loraContents(),
    "without a word on its type": () => loraContents({ metadata: { "general.type": undefined } }),
  },
  "control-vector": {
    controlvector: () =>
      header(
        {
          "general.architecture": text("controlvector"),
          "controlvector.model_hint": text("llama"),
          "controlvector.layer_count": number(2),
        },
        [tensor("direction.1", 64), tensor("direction.2", 64)],
      ),
  },
  "importance-matrix": {
    imatrix: () =>
      header(
        {
          "general.type": text("imatrix"),
          "imatrix.datasets": { type: "strings", value: ["wiki.txt"] },
          "imatrix.chunk_count": number(10),
        },
        [tensor("blk.0.attn_q.weight.in_sum2", 64, 1), tensor("blk.0.attn_q.weight.counts", 1, 1)],
      ),
  },
  embedding: {
    bert: () => modelOf("bert", { "attention.causal": no, pooling_type: number(2) }),
    "qwen3 with last pooling": () => modelOf("qwen3", { pooling_type: number(3) }),
    "llama that looks both ways": () => modelOf("llama", { "attention.causal": no }),
    "gemma-embedding": () => modelOf("gemma-embedding", { pooling_type: number(1) }),
  },
  reranker: { "qwen3 with rank pooling": () => modelOf("qwen3", { pooling_type: number(4) }) },
  "encoder-decoder": {
    t5: () =>
      modelOf("t5", {}, () => [tensor("enc.blk.0.attn_q.weight", 8, 8), tensor("dec.blk.0.attn_q.weight", 8, 8)]),
  },
  diffusion: { llada: () => modelOf("llada", { "attention.causal": no }) },
  speech: { "wavtokenizer-dec": () => modelOf("wavtokenizer-dec", {}, () => [tensor("convnext.0.dw.weight", 8, 8)]) },
  other: {
    "a vocabulary alone": () => modelOf("llama", {}, () => []),
    "without a tokenizer": () =>
      tinyModelContents({
        metadata: Object.fromEntries(
          tinyModelContents().metadata.flatMap(([key]) => (key.startsWith("tokenizer.") ? [[key, undefined]] : [])),
        ),
      }),
    "tokens of no vocabulary": () => tinyModelContents({ metadata: { "tokenizer.ggml.model": text("no_vocab") } }),
    "a piece of a model": () => modelOf("llama", {}, (all) => all.filter(({ name }) => !name.startsWith("blk.0."))),
    "an image model": () =>
      header({ "general.architecture": text("flux") }, [tensor("double_blocks.0.img_attn.qkv.weight", 8, 8)]),
    "nothing said": () => header({ "general.name": text("?") }, [tensor("blk.0.attn_q.weight", 8, 8)]),
    "a type of tomorrow": () => tinyModelContents({ metadata: { "general.type": text("tokenizer") } }),
  },
};

/** Names as publishers give them and as nobody should, each with what is in the file. */
export const namedKinds: readonly (readonly [name: string, kind: FileKind])[] = [
  ["Qwen3-8B-Q4_K_M.gguf", "model"],
  ["Qwen3-8B-imatrix-Q4_K_M.gguf", "model"],
  ["Llama-3.2-3B-lora-merged-Q5_K_M.gguf", "model"],
  ["my-adapter-tuned.Q8_0.gguf", "model"],
  ["mtp-is-only-my-name-Q4_0.gguf", "model"],
  ["eagle3-fan-7b.gguf", "model"],
  ["mmproj.gguf", "model"],
  ["imatrix.gguf", "model"],
  ["dspark-2b-chat.gguf", "model"],
  ["Embedding-of-Poems-1B.gguf", "model"],
  ["control-vector.gguf", "model"],
  ["draft.gguf", "model"],
  ["reranker-chat.gguf", "model"],
  ["vocab.gguf", "model"],
  ["clip-7b.gguf", "model"],
  ["lora.gguf", "model"],
  ["Größeres Modell (v2) [fertig], 100 % ohne Lücken.gguf", "model"],
  ["模型 你好 Q4_K_M.gguf", "model"],
  ["モデル・日本語.gguf", "model"],
  ["модель №1.gguf", "model"],
  ["نموذج.gguf", "model"],
  ["😀👩‍👩‍👧 chat.gguf", "model"],
  ["100%25 %2e%2e.gguf", "model"],
  ["a?b#c&d=e;f.gguf", "model"],
  ["'quoted' \"twice\" `thrice`.gguf", "model"],
  ["$HOME $(id).gguf", "model"],
  [".hidden.gguf", "model"],
  ["-rf.gguf", "model"],
  ["CON.gguf", "model"],
  ["nul.v2.gguf", "model"],
  ["C:model.gguf", "model"],
  ["two  blanks.gguf", "model"],
  ["ends with blank .gguf", "model"],
  ["dots....gguf", "model"],
  ["cafe\u0301.gguf", "model"],
  [`${"long ".repeat(40)}.gguf`, "model"],
  [`${"長".repeat(70)}.gguf`, "model"],
  ["UPPER.GGUF", "model"],
  ["MTP/Qwen3-8B-Q8_0-MTP.gguf", "model"],
  ["mmproj/model.gguf", "model"],
  ["mtp-gemma-4-31B-it.gguf", "draft"],
  ["Qwen3.5-9B-Q4_K_M.gguf", "draft"],
  ["eagle3-llama-3.3-70b-Q8_0.gguf", "draft"],
  ["dflash-qwen3-8b.gguf", "draft"],
  ["Best Quality Chat Q8_0.gguf", "draft"],
  ["dspark-gemma.gguf", "draft"],
  ["mmproj-F16.gguf", "projector"],
  ["llava-projector.gguf", "projector"],
  ["Llama-3.2-11B-Vision-Q4_K_M.gguf", "projector"],
  ["vision encoder (größer).gguf", "projector"],
  ["imatrix_unsloth.gguf", "importance-matrix"],
  ["Qwen3-8B.imatrix.gguf", "importance-matrix"],
  ["calibration-Q4_K_M.gguf", "importance-matrix"],
  ["重要度.gguf", "importance-matrix"],
  ["sql-lora-f16.gguf", "adapter"],
  ["Pirate-8B-Q4_K_M.gguf", "adapter"],
  ["flora.gguf", "adapter"],
  ["happy.gguf", "control-vector"],
  ["control_vector.gguf", "control-vector"],
  ["nomic-embed-text-v1.5.Q8_0.gguf", "embedding"],
  ["Qwen3-Embedding-0.6B-Q8_0.gguf", "embedding"],
  ["Qwen3-8B-Chat-Q6_K.gguf", "embedding"],
  ["Qwen3-Reranker-0.6B.gguf", "reranker"],
  ["flan-t5-Q8_0.gguf", "encoder-decoder"],
  ["LLaDA-8B-Instruct-Q4_K_M.gguf", "diffusion"],
  ["speech.gguf", "speech"],
  ["ggml-vocab-llama.gguf", "other"],
  ["Instruct-Q4_K_M.gguf", "other"],
];

/** Of a kind, the header in turn that `index` picks; `seed` makes the content another. */
export function ggufOfKind(kind: FileKind, index: number, seed = index): Uint8Array<ArrayBuffer> {
  const headers = Object.values(ggufsByKind[kind]);
  const make = headers[index % headers.length];
  if (make === undefined) throw new Error(`no header for ${kind}`);
  const contents = make();
  return ggufBytes({
    ...contents,
    metadata: [
      ...contents.metadata.slice(0, 1),
      ["general.description", text(`file ${seed}`)],
      ...contents.metadata.slice(1),
    ],
  });
}
