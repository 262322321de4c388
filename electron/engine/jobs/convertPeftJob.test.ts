// PEFT and MLX adapters of every family as llama.cpp adapters: places, order of rows, strength, and what is refused. Bit for bit against
// llama.cpp's own converter: bench/peftReference.ts.
import { mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { UNFINISHED_SUFFIX } from "../../contract/jobs";
import {
  mlxAdapter,
  peftAdapter,
  safetensorsBytes,
  valueBytes,
  type PeftAdapter,
  type PeftOptions,
  type SafetensorsEntry,
} from "../../testing/peftAdapter";
import { embeddingModule, familyBase, modulesOf, peftFamilies, type PeftFamily } from "../../testing/peftFamilies";
import { tinyModelBytes } from "../../testing/tinyGguf";
import { inspectDelta } from "../deltas/inspectDelta";
import { matchDelta, readBaseShapes } from "../deltas/matchDelta";
import { metadataNumber, metadataText, type GgufHeader } from "../gguf/readGgufHeader";
import { convertPeftJob } from "./convertPeftJob";
import { toFailure } from "./JobError";

const RANK = 4;
const ALPHA = 8;
let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "facet-peft-"));
});
afterEach(() => rm(folder, { recursive: true }));

const family = (name: string): PeftFamily => peftFamilies.find((one) => one.name === name)!;
const inFolder = (name: string) => path.join(folder, name);

async function convert(of: PeftFamily, { config, weights }: PeftAdapter, base: Uint8Array = familyBase(of)) {
  await writeFile(inFolder("base.gguf"), base);
  await writeFile(inFolder("adapter_config.json"), config);
  await writeFile(inFolder("adapter_model.safetensors"), weights);
  const request = {
    kind: "convert-peft" as const,
    weights: inFolder("adapter_model.safetensors"),
    config: inFolder("adapter_config.json"),
    base: inFolder("base.gguf"),
    target: inFolder("adapter.gguf"),
    name: "My adapter",
    licence: "mit",
  };
  const result = await convertPeftJob(request, () => undefined);
  // As runJob does it.
  await rename(`${request.target}${UNFINISHED_SUFFIX}`, request.target);
  return result;
}

interface Converted {
  header: GgufHeader;
  numbers: (name: string) => Float32Array;
}

async function converted(of: PeftFamily, adapter: PeftAdapter): Promise<Converted> {
  await convert(of, adapter);
  const inspected = await inspectDelta(inFolder("adapter.gguf"));
  if (!inspected.ok) throw new Error(JSON.stringify(inspected.failure));
  const shapes = await readBaseShapes(inFolder("base.gguf"));
  expect(shapes.ok && matchDelta(inspected.value, shapes.value)).toEqual({ ok: true, value: "shapes-fit" });
  const bytes = await readFile(inFolder("adapter.gguf"));
  const { header } = inspected.value;
  return {
    header,
    numbers(name) {
      const { offsetBytes, sizeBytes } = header.tensors.find((tensor) => tensor.name === name)!;
      const start = header.dataOffsetBytes + offsetBytes;
      return new Float32Array(new Uint8Array(bytes.subarray(start, start + sizeBytes)).buffer);
    },
  };
}

async function refusal(of: PeftFamily, adapter: PeftAdapter, base?: Uint8Array) {
  const failure = await convert(of, adapter, base).then(() => null, toFailure);
  expect(await readdir(folder)).not.toContain("adapter.gguf");
  expect((await readdir(folder)).filter((name) => name.endsWith("part"))).toEqual([]);
  return failure;
}

/** The numbers of one tensor as they were put in. */
function given(adapter: PeftAdapter, name: string): Float32Array {
  const bytes = Buffer.from(adapter.weights);
  const headerBytes = Number(bytes.readBigUInt64LE());
  const {
    data_offsets: [from, to],
  } = (JSON.parse(bytes.toString("utf8", 8, 8 + headerBytes)) as Record<string, { data_offsets: [number, number] }>)[
    name
  ]!;
  return new Float32Array(new Uint8Array(bytes.subarray(8 + headerBytes + from, 8 + headerBytes + to)).buffer);
}

const all = (of: PeftFamily, over: Partial<PeftOptions> = {}) =>
  peftAdapter({ modules: modulesOf(of), rank: RANK, alpha: ALPHA, ...over });

describe("converting", () => {
  it.each(peftFamilies.map((of) => [of.name, of] as const))(
    "%s: every module finds its place, with its own numbers",
    async (_, of) => {
      const adapter = all(of);
      const { header, numbers } = await converted(of, adapter);
      expect(metadataText(header, "general.architecture")).toBe(of.architecture);
      expect(metadataNumber(header, "adapter.lora.alpha")).toBe(ALPHA);
      expect(header.tensors).toHaveLength(2 * modulesOf(of).length);
      for (const { name, tensor, columns, rows } of modulesOf(of)) {
        const dimensions = (half: string) =>
          header.tensors.find((one) => one.name === `${tensor}.lora_${half}`)?.dimensions;
        expect([name, dimensions("a"), dimensions("b")]).toEqual([name, [columns, RANK], [RANK, rows]]);
        expect(numbers(`${tensor}.lora_a`)).toEqual(given(adapter, `base_model.model.${name}.lora_A.weight`));
        const before = given(adapter, `base_model.model.${name}.lora_B.weight`);
        const expected = new Float32Array(before.length);
        // Query and key of llama's: row 2i + c of a head is row i of its half c.
        const isReordered = of.architecture === "llama" && /attn_[qk]\./u.test(tensor);
        const half = of.headSize / 2;
        for (let row = 0; row < rows; row++) {
          const inHead = row % of.headSize;
          const to = isReordered ? row - inHead + 2 * (inHead % half) + Math.floor(inHead / half) : row;
          expected.set(before.subarray(row * RANK, (row + 1) * RANK), to * RANK);
        }
        expect(numbers(`${tensor}.lora_b`)).toEqual(expected);
      }
    },
  );

  it("keeps what the user should know of it", async () => {
    const { header } = await converted(
      family("llama"),
      all(family("llama"), { config: { base_model_name_or_path: "maker/Some-Base" } }),
    );
    expect(
      ["general.name", "general.license", "general.base_model.0.name", "adapter.type"].map((key) =>
        metadataText(header, key),
      ),
    ).toEqual(["My adapter", "mit", "Some-Base", "lora"]);
  });

  it("reads 16-bit numbers exactly, the smallest and largest too", async () => {
    const [of] = [family("qwen2")];
    const module = modulesOf(of).find(({ name }) => name.endsWith("0.self_attn.v_proj"))!;
    const value = (half: number, type: "F16" | "BF16") => {
      const [exponentBits, fractionBits, bias] = type === "F16" ? [5, 10, 15] : [8, 7, 127];
      const exponent = (half >> fractionBits) & (2 ** exponentBits - 1);
      const fraction = (half & (2 ** fractionBits - 1)) / 2 ** fractionBits;
      return (
        (half & 0x8000 ? -1 : 1) *
        (exponent === 0 ? fraction * 2 ** (1 - bias) : (1 + fraction) * 2 ** (exponent - bias))
      );
    };
    for (const type of ["F16", "BF16"] as const) {
      const wild = type === "F16" ? 0x7c00 : 0x7f80;
      const halves = Uint16Array.from({ length: RANK * module.rows }, (_, index) => (index * 509) % 0x10000).map(
        (half) => ((half & wild) === wild ? half & 0x83ff : half),
      );
      const tensors = (made: SafetensorsEntry[]) =>
        made.map((tensor) =>
          tensor.name.includes("lora_B") ? { ...tensor, data: new Uint8Array(halves.buffer) } : tensor,
        );
      const { numbers } = await converted(of, peftAdapter({ modules: [module], rank: RANK, type, tensors }));
      expect([...numbers(`${module.tensor}.lora_b`)]).toEqual([...halves].map((half) => value(half, type)));
      await rm(inFolder("adapter.gguf"));
    }
  });

  it("token embeddings are transposed", async () => {
    const of = family("llama");
    const adapter = peftAdapter({ modules: [embeddingModule], rank: RANK });
    const { header, numbers } = await converted(of, adapter);
    expect(header.tensors.map(({ name, dimensions }) => [name, dimensions])).toEqual([
      ["token_embd.weight.lora_a", [RANK, embeddingModule.rows]],
      ["token_embd.weight.lora_b", [RANK, embeddingModule.columns]],
    ]);
    const a = given(adapter, "base_model.model.model.embed_tokens.lora_embedding_A");
    expect(numbers("token_embd.weight.lora_a")).toEqual(
      a.map((_, index) => a[(index % RANK) * embeddingModule.rows + Math.floor(index / RANK)]!),
    );
  });

  it("takes names as other tools and models write them, and leaves kept base weights aside", async () => {
    const of = family("gemma3");
    const tensors = (made: SafetensorsEntry[]) => [
      ...made.map((tensor) => ({
        ...tensor,
        name: tensor.name
          .replace("model.model.layers", "model.model.language_model.layers")
          .replace(".weight", ".default.weight"),
      })),
      {
        name: "base_model.model.model.language_model.layers.0.mlp.up_proj.base_layer.weight",
        type: "F32",
        shape: [1],
        data: new Uint8Array(4),
      },
    ];
    expect((await converted(of, all(of, { tensors }))).header.tensors).toHaveLength(2 * modulesOf(of).length);
  });
});

describe("MLX", () => {
  const bytesOf = async (of: PeftFamily, adapter: PeftAdapter) => {
    await convert(of, adapter);
    const bytes = await readFile(inFolder("adapter.gguf"));
    await rm(inFolder("adapter.gguf"));
    return bytes;
  };

  it.each(peftFamilies.map((of) => [of.name, of] as const))(
    "%s: the same change written by mlx-lm becomes the same file",
    async (_, of) => {
      const adapter = all(of);
      expect((await bytesOf(of, mlxAdapter(adapter))).equals(await bytesOf(of, adapter))).toBe(true);
    },
  );

  it("token embeddings too, which are transposed", async () => {
    const of = family("llama");
    const adapter = peftAdapter({ modules: [embeddingModule], rank: RANK, alpha: ALPHA });
    expect((await bytesOf(of, mlxAdapter(adapter))).equals(await bytesOf(of, adapter))).toBe(true);
  });

  it("scale counts as it is, whatever alpha says, and a model's text part is found", async () => {
    const of = family("gemma3");
    const tensors = (made: SafetensorsEntry[]) =>
      made.map((tensor) => ({ ...tensor, name: `language_model.${tensor.name}` }));
    const { header } = await converted(
      of,
      mlxAdapter(all(of), { config: { lora_parameters: { rank: RANK, alpha: 16, dropout: 0, scale: 20 } }, tensors }),
    );
    expect(metadataNumber(header, "adapter.lora.alpha")).toBe(20 * RANK);
  });

  it.each<[string, Record<string, unknown>, object]>([
    ["DoRA", { fine_tune_type: "dora" }, { code: "peft-unsupported", details: { feature: "dora" } }],
    [
      "DoRA of earlier versions",
      { fine_tune_type: undefined, use_dora: true },
      { code: "peft-unsupported", details: { feature: "dora" } },
    ],
    [
      "a full fine-tune",
      { fine_tune_type: "full", lora_parameters: null },
      { code: "peft-unsupported", details: { feature: "whole-weights" } },
    ],
    [
      "a method to come",
      { fine_tune_type: "vera" },
      { code: "peft-unsupported", details: { feature: "other-method", kind: "vera" } },
    ],
    [
      "a scale of 0",
      { lora_parameters: { rank: RANK, scale: 0 } },
      { code: "delta-alpha-invalid", details: { alpha: "0", setting: "scale" } },
    ],
    [
      "a scale that 32 bits do not hold",
      { lora_parameters: { rank: RANK, scale: 1e-50 } },
      { code: "delta-alpha-invalid", details: { alpha: "1e-50", setting: "scale" } },
    ],
    ["no scale", { lora_parameters: { rank: RANK } }, { code: "peft-config-invalid" }],
    ["another rank", { lora_parameters: { rank: RANK + 1, scale: 2 } }, { code: "peft-weights-damaged" }],
  ])("refuses %s", async (_, config, failure) => {
    expect(await refusal(family("llama"), mlxAdapter(all(family("llama")), { config }))).toMatchObject(failure);
  });

  it.each<[string, string, number[], string]>([
    ["DoRA's magnitudes", "model.layers.0.self_attn.q_proj.m", [64], "dora"],
    ["whole weights", "model.layers.0.self_attn.q_proj.weight", [64, 64], "whole-weights"],
    ["experts", "model.layers.0.mlp.switch_mlp.up_proj.lora_a", [4, 8, 64], "experts"],
  ])("refuses %s in the weights", async (_, name, shape, feature) => {
    const size = shape.reduce((product, one) => product * one, 4);
    const pairs = name.endsWith("lora_a") ? [name, name.replace(/a$/u, "b")] : [name];
    const tensors = (made: SafetensorsEntry[]) => [
      ...made,
      ...pairs.map((one) => ({ name: one, type: "F32", shape, data: new Uint8Array(size) })),
    ];
    expect(await refusal(family("llama"), mlxAdapter(all(family("llama")), { tensors }))).toMatchObject({
      code: "peft-unsupported",
      details: { feature },
    });
  });
});

describe("what is not refused needlessly", () => {
  const of = family("llama");
  const bytes = async (adapter: PeftAdapter) => {
    await convert(of, adapter);
    return readFile(inFolder("adapter.gguf"));
  };
  const renamed = (rename: (name: string) => string) => (made: SafetensorsEntry[]) =>
    made.map((tensor) => ({ ...tensor, name: rename(tensor.name) }));

  it.each<[string, (name: string) => string]>([
    ["torch.compile", (name) => `_orig_mod.${name}`],
    ["torch.compile inside", (name) => name.replace("base_model.model.", "base_model.model._orig_mod.")],
    ["data parallel training", (name) => `module.${name}`],
    [
      "FSDP",
      (name) =>
        name
          .replace("base_model.model.model.", "base_model.model._fsdp_wrapped_module.model.")
          .replace(/layers\.(\d+)\./u, "layers.$1._fsdp_wrapped_module."),
    ],
    ["checkpoints", (name) => name.replace(/layers\.(\d+)\./u, "layers.$1._checkpoint_wrapped_module.")],
    [
      "all of them",
      (name) =>
        `module._orig_mod.${name.replace(/layers\.(\d+)\./u, "layers.$1._fsdp_wrapped_module._checkpoint_wrapped_module._orig_mod.").replace(".lora_", ".module.lora_")}`,
    ],
    [
      "between the two prefixes",
      (name) => name.replace("base_model.model.", "base_model.module.model._fsdp_wrapped_module."),
    ],
  ])("names from %s", async (_, rename) => {
    const usual = await bytes(all(of));
    await rm(inFolder("adapter.gguf"));
    expect((await bytes(all(of, { tensors: renamed(rename) }))).equals(usual)).toBe(true);
  });

  it("patterns that name the wrappers", async () => {
    const [module] = modulesOf(of).map((one) => ({ ...one, rank: 2 }));
    const config = { rank_pattern: { "_fsdp_wrapped_module.self_attn.q_proj": 2 } };
    const tensors = renamed((name) => name.replace(".self_attn", "._fsdp_wrapped_module.self_attn"));
    expect(
      (await converted(of, peftAdapter({ modules: [module!], rank: RANK, config, tensors }))).header.tensors,
    ).toHaveLength(2);
  });

  it.each<[string, string, string, number]>([
    ["the rotation's frequencies", "base_model.model.model.layers.0.self_attn.rotary_emb.inv_freq", "F32", 8],
    ["them once for all layers", "base_model.model.model.rotary_emb.original_inv_freq", "F64", 8],
    ["positions", "base_model.model.model.embeddings.position_ids", "I64", 8],
    ["a quantized base", "base_model.model.model.layers.0.mlp.up_proj.base_layer.weight", "U8", 8],
  ])("%s that were saved too", async (_, name, type, length) => {
    const size = { F32: 4, F64: 8, I64: 8, U8: 1 }[type]! * length;
    const tensors = (made: SafetensorsEntry[]) => [
      ...made,
      { name, type, shape: [length], data: new Uint8Array(size) },
    ];
    expect((await converted(of, all(of, { tensors }))).header.tensors).toHaveLength(2 * modulesOf(of).length);
  });

  it.each<[string, Record<string, unknown>]>([
    ["biases that were to be trained, and are none", { bias: "all" }],
    ["biases of LoRA that are none", { lora_bias: true }],
    // It says how the base stores its weights; the factors are the same.
    ["fan_in_fan_out", { fan_in_fan_out: true }],
  ])("%s", async (_, config) => {
    expect((await converted(of, all(of, { config }))).header.tensors).toHaveLength(2 * modulesOf(of).length);
  });

  it("the base's own bias, unless biases were trained", async () => {
    const tensors = (made: SafetensorsEntry[]) => [
      ...made,
      {
        name: "base_model.model.model.layers.0.self_attn.q_proj.base_layer.bias",
        type: "F32",
        shape: [1],
        data: new Uint8Array(4),
      },
    ];
    expect((await converted(of, all(of, { tensors }))).header.tensors).toHaveLength(2 * modulesOf(of).length);
    await rm(inFolder("adapter.gguf"));
    for (const bias of ["all", "lora_only"])
      expect(await refusal(of, all(of, { tensors, config: { bias } }))).toMatchObject({
        code: "peft-unsupported",
        details: { feature: "bias" },
      });
  });

  it("an alpha of 0 for some modules alone: they change nothing", async () => {
    const { numbers } = await converted(of, all(of, { config: { alpha_pattern: { q_proj: 0 } } }));
    expect(new Set(numbers("blk.0.attn_q.weight.lora_b"))).toEqual(new Set([0]));
    await rm(inFolder("adapter.gguf"));
    const { header } = await converted(of, all(of, { alpha: 0, config: { alpha_pattern: { q_proj: 6 } } }));
    expect(metadataNumber(header, "adapter.lora.alpha")).toBe(6);
  });

  it("an alpha that 32 bits do not hold for some modules alone: they change nothing, and the others keep theirs", async () => {
    const adapter = all(of, { alpha: 1e-50, config: { alpha_pattern: { q_proj: 6 } } });
    const { header, numbers } = await converted(of, adapter);
    expect(metadataNumber(header, "adapter.lora.alpha")).toBe(6);
    expect(new Set(numbers("blk.0.attn_k.weight.lora_b"))).toEqual(new Set([0]));
    expect(numbers("blk.0.attn_q.weight.lora_b").some((number) => number !== 0)).toBe(true);
  });
});

describe("strength", () => {
  const of = family("qwen3");
  const modules = modulesOf(of).filter(({ name }) => name.includes("layers.0."));
  /** What the user gets is B times alpha / rank: compared with what peft multiplies B by. */
  const check = async (over: Partial<PeftOptions>, expected: (name: string) => { rank: number; scale: number }) => {
    const own = modules.map((module) => ({ ...module, rank: expected(module.name).rank }));
    const adapter = peftAdapter({ modules: own, rank: RANK, alpha: ALPHA, ...over });
    const { header, numbers } = await converted(of, adapter);
    const alpha = metadataNumber(header, "adapter.lora.alpha")!;
    for (const { name, tensor } of modules) {
      const { rank, scale } = expected(name);
      const before = given(adapter, `base_model.model.${name}.lora_B.weight`);
      const furthest = Math.max(
        ...numbers(`${tensor}.lora_b`).map((after, index) => Math.abs((after * alpha) / rank - before[index]! * scale)),
      );
      expect(furthest).toBeLessThan(1e-6);
    }
    return { alpha, numbers, adapter };
  };

  it("of rank-stabilised adapters is alpha / √rank, and their numbers stay", async () => {
    const { alpha, numbers, adapter } = await check({ config: { use_rslora: true } }, () => ({
      rank: RANK,
      scale: ALPHA / 2,
    }));
    expect(alpha).toBe(ALPHA * 2);
    const { name, tensor } = modules[0]!;
    expect(numbers(`${tensor}.lora_b`)).toEqual(given(adapter, `base_model.model.${name}.lora_B.weight`));
  });

  it("follows patterns of rank and alpha, by ends of names and by regular expressions", async () => {
    const config = {
      rank_pattern: { "self_attn.q_proj": 8, "^model\\.layers\\.\\d+\\.mlp\\.(up|gate)_proj$": 2 },
      alpha_pattern: { "layers.0.self_attn.v_proj": 3, down_proj: 32, q_proj: 5 },
    };
    const expected = (name: string) => {
      const rank = name.endsWith("q_proj") ? 8 : /up_proj|gate_proj/u.test(name) ? 2 : RANK;
      const alpha = name.endsWith("v_proj") ? 3 : name.endsWith("down_proj") ? 32 : name.endsWith("q_proj") ? 5 : ALPHA;
      return { rank, scale: alpha / rank };
    };
    const { numbers, adapter } = await check({ config }, expected);
    // No ratio, no change: these have alpha / rank by their own rank.
    for (const module of ["self_attn.o_proj", "mlp.up_proj"]) {
      const { name, tensor } = modules.find((one) => one.name.endsWith(module))!;
      expect(numbers(`${tensor}.lora_b`)).toEqual(given(adapter, `base_model.model.${name}.lora_B.weight`));
    }
    await rm(inFolder("adapter.gguf"));
    await check({ config: { ...config, use_rslora: true } }, (name) => {
      const { rank, scale } = expected(name);
      return { rank, scale: scale * Math.sqrt(rank) };
    });
  });

  it("refuses ranks that are not the configuration's, and patterns that cannot be used", async () => {
    expect(await refusal(of, all(of, { config: { rank_pattern: { q_proj: 8 } } }))).toMatchObject({
      code: "peft-weights-damaged",
    });
    expect(await refusal(of, all(of, { config: { rank_pattern: { "(": 8 } } }))).toMatchObject({
      code: "peft-config-invalid",
    });
    // Would be matched for longer than anybody lives.
    expect(
      await refusal(
        of,
        all(of, { config: { alpha_pattern: { "^(([a-z_.0-9]+)+)+$ ": 8, "^((((((.*)*)*)*)*)*)*!$": 2 } } }),
      ),
    ).toMatchObject({ code: "peft-config-invalid" });
    for (const alpha of [1e9, 0, -1, 1e-40, 1e-50])
      expect(await refusal(of, all(of, { alpha }))).toMatchObject({ code: "delta-alpha-invalid" });
  });
});

describe("refused by name", () => {
  it.each<[string, Record<string, unknown>, string]>([
    ["DoRA", { use_dora: true }, "dora"],
    ["another method", { peft_type: "LOHA" }, "other-method"],
    ["whole modules", { modules_to_save: ["lm_head"] }, "modules-to-save"],
    ["single tokens", { trainable_token_indices: { embed_tokens: [1, 2] } }, "new-tokens"],
    [
      "repeated layers",
      {
        layer_replication: [
          [0, 2],
          [1, 2],
        ],
      },
      "layer-replication",
    ],
    ["PiSSA", { init_lora_weights: "pissa_niter_16" }, "changed-base"],
    ["aLoRA", { alora_invocation_tokens: [1, 2] }, "alora"],
    ["parameters of experts", { target_parameters: ["experts.gate_up_proj"] }, "experts"],
    ["a classifier", { task_type: "SEQ_CLS" }, "other-task"],
    ["an option of the future", { use_holography: true }, "unknown-option"],
  ])("%s", async (_, config, feature) => {
    expect(await refusal(family("llama"), all(family("llama"), { config }))).toMatchObject({
      code: "peft-unsupported",
      details: { feature },
    });
  });

  it.each<[string, string, string]>([
    ["DoRA's magnitudes", "base_model.model.model.layers.0.self_attn.q_proj.lora_magnitude_vector", "dora"],
    ["a saved head", "base_model.model.lm_head.weight", "modules-to-save"],
    ["saved embeddings", "base_model.model.model.embed_tokens.modules_to_save.default.weight", "modules-to-save"],
    ["a norm", "base_model.model.model.layers.0.input_layernorm.weight", "norms"],
    ["a bias", "base_model.model.model.layers.0.self_attn.q_proj.lora_B.bias", "bias"],
    ["anything else", "__proto__", "unknown-module"],
  ])("%s in the weights", async (_, name, feature) => {
    const tensors = (made: SafetensorsEntry[]) => [...made, { name, type: "F32", shape: [1], data: new Uint8Array(4) }];
    expect(await refusal(family("llama"), all(family("llama"), { tensors }))).toMatchObject({
      code: "peft-unsupported",
      details: { feature },
    });
  });

  it.each<[string, string, { name: string; columns: number; rows: number }, string]>([
    ["the head of tied embeddings", "gemma3", { name: "lm_head", columns: 64, rows: 300 }, "output-head"],
    ["tied embeddings", "qwen2", embeddingModule, "embedding"],
    [
      "pictures",
      "gemma3",
      { name: "vision_tower.vision_model.encoder.layers.0.self_attn.q_proj", columns: 8, rows: 8 },
      "vision",
    ],
    ["experts", "llama", { name: "model.layers.0.block_sparse_moe.experts.0.w1", columns: 8, rows: 8 }, "experts"],
    [
      "parts it does not know",
      "phi3",
      { name: "model.layers.0.self_attn.q_proj", columns: 64, rows: 64 },
      "unknown-module",
    ],
  ])("%s", async (_, name, module, feature) => {
    expect(await refusal(family(name), peftAdapter({ modules: [module], rank: RANK }))).toMatchObject({
      code: "peft-unsupported",
      details: { feature },
    });
  });

  it("bases that it cannot convert for, and bases of other shapes", async () => {
    const of = family("llama");
    expect(await refusal(of, all(of), tinyModelBytes({ architecture: "falcon" }))).toMatchObject({
      code: "peft-architecture-unsupported",
      details: { architecture: "falcon" },
    });
    expect(await refusal(of, all(of), tinyModelBytes())).toMatchObject({ code: "delta-shapes-differ" });
    expect(await refusal(of, all(of), new Uint8Array(100))).toMatchObject({
      code: "model-not-gguf",
      details: { file: "base.gguf" },
    });
    const deeper = modulesOf(of).map((module) => ({ ...module, name: module.name.replace("layers.1", "layers.7") }));
    expect(await refusal(of, peftAdapter({ modules: deeper }))).toMatchObject({
      code: "delta-shapes-differ",
      details: { tensor: "blk.7.attn_q.weight" },
    });
  });
});

describe("hostile weights", () => {
  const of = family("qwen2");
  const { config, weights } = all(of);
  const tensor = (name: string, shape: number[], bytes: number, type = "F32"): SafetensorsEntry => ({
    name,
    type,
    shape,
    data: new Uint8Array(bytes),
  });
  const [a, b] = ["A", "B"].map((half) => `base_model.model.model.layers.0.mlp.up_proj.lora_${half}.weight`) as [
    string,
    string,
  ];
  const pair = [tensor(a, [RANK, 64], RANK * 64 * 4), tensor(b, [96, RANK], 96 * RANK * 4)];
  const withLength = (length: bigint) => {
    const bytes = Buffer.from(weights);
    bytes.writeBigUInt64LE(length);
    return new Uint8Array(bytes);
  };
  const changed = (
    change: (entries: Record<string, { dtype: string; shape: number[]; data_offsets: [number, number] }>) => void,
  ) =>
    safetensorsBytes(pair, (entries) => {
      change(entries as Parameters<typeof change>[0]);
      return JSON.stringify(entries);
    });

  it.each<[string, Uint8Array]>([
    ["nothing", new Uint8Array()],
    ["a web page", new TextEncoder().encode("<!doctype html><title>Sign in</title><p>Sign in to this network</p>")],
    ["a header of 2^63 bytes", withLength(2n ** 63n)],
    ["a header longer than the file", withLength(1_000_000n)],
    ["a header cut short", withLength(100n)],
    ["its end missing", weights.subarray(0, weights.length - 4)],
    ["more than it lists", new Uint8Array([...weights, 0])],
    ["no tensors", safetensorsBytes([])],
    ["tensors that overlap", changed((entries) => (entries[b]!.data_offsets = [0, 96 * RANK * 4]))],
    ["offsets outside the file", changed((entries) => (entries[b]!.data_offsets = [2 ** 50, 2 ** 50 + 96 * RANK * 4]))],
    ["offsets that run backwards", changed((entries) => (entries[b]!.data_offsets = [RANK * 64 * 4, 0]))],
    ["negative offsets", changed((entries) => (entries[a]!.data_offsets = [-4, RANK * 64 * 4 - 4]))],
    ["a size that does not fit the shape", changed((entries) => (entries[a]!.shape = [RANK, 65]))],
    ["a shape beyond numbers", changed((entries) => (entries[a]!.shape = [2 ** 40, 2 ** 40]))],
    [
      "a type that is not read",
      safetensorsBytes([tensor(a, [RANK, 64], RANK * 64, "F8_E4M3"), tensor(b, [96, RANK], 96 * RANK, "F8_E4M3")]),
    ],
    ["a name that comes twice", safetensorsBytes(pair, (entries) => JSON.stringify(entries).replace(`${b}"`, `${a}"`))],
    ["one half alone", safetensorsBytes(pair.slice(0, 1))],
    ["halves of different rank", safetensorsBytes([tensor(a, [RANK + 1, 64], (RANK + 1) * 64 * 4), pair[1]!])],
    ["a list of contents that is none", safetensorsBytes(pair, () => "[1, 2]")],
    [
      "a list of contents that is no text",
      new Uint8Array(Buffer.concat([Buffer.from([8, 0, 0, 0, 0, 0, 0, 0]), Buffer.from('{"\xff\xfe":1}', "latin1")])),
    ],
    [
      "two tensors for one part",
      safetensorsBytes([...pair, tensor(a.replace(".weight", ".default.weight"), [RANK, 64], RANK * 64 * 4)]),
    ],
  ])("%s", async (_, bytes) => {
    expect(await refusal(of, { config, weights: bytes.slice() })).toMatchObject({ code: "peft-weights-damaged" });
  });

  it.each<[string, string]>([
    ["a web page", "<html></html>"],
    ["nothing", ""],
    ["no object", "[]"],
    ["no rank", JSON.stringify({ ...JSON.parse(config), r: undefined })],
    ["a rank of 10⁹", JSON.stringify({ ...JSON.parse(config), r: 1e9 })],
    ["NaN", config.replace(/"lora_alpha": \d+/u, '"lora_alpha": NaN')],
    ["a million bytes and more", `${config}${" ".repeat(1_000_001)}`],
  ])("a configuration that is %s", async (_, text) => {
    expect(await refusal(of, { config: text, weights })).toMatchObject({ code: "peft-config-invalid" });
  });

  it("numbers that are none are left to the inspection, which finds them", async () => {
    const wild = all(of, {
      tensors: (made) =>
        made.map((one, index) =>
          index === 2
            ? { ...one, data: valueBytes(new Float32Array(one.data.length / 4).fill(Number.NaN), "F32") }
            : one,
        ),
    });
    await convert(of, wild);
    expect(await inspectDelta(inFolder("adapter.gguf"))).toMatchObject({
      ok: false,
      failure: { code: "delta-weights-not-finite" },
    });
  });
});
