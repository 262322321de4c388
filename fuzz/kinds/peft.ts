// Folders of PEFT and MLX: the configuration and the weights, each damaged or both. Job process.
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { mlxAdapter, peftAdapter } from "../../electron/testing/peftAdapter";
import { familyBase, modulesOf, peftFamilies } from "../../electron/testing/peftFamilies";
import { inputPart, MEGABYTE, type FuzzKind } from "../FuzzKind";
import { mutateBytes } from "../mutate/bytes";
import { mutateJson } from "../mutate/json";
import { judgeJob, withoutAddon } from "./job";
import { mutateSafetensors } from "./safetensors";

const CONFIG_KEYS: Readonly<Record<string, readonly unknown[]>> = {
  r: [0, -1, 1.5, 1e9, "4", null],
  lora_alpha: [0, -8, 1e308, Number.MAX_SAFE_INTEGER],
  use_rslora: [true],
  use_dora: [true],
  rank_pattern: [{ ".*": 8 }, { "(a+)+$": 1 }, { "[": 2 }, { q_proj: 0 }],
  alpha_pattern: [{ ".*q_proj": 1e30 }, { "\\": 1 }],
  target_modules: ["all-linear", ".*", [], ["lm_head"], "(a|aa)+$"],
  modules_to_save: [["embed_tokens"], ["__proto__"]],
  bias: ["all", "lora_only", 7],
  layers_to_transform: [[0], 1, [-1], [1e9]],
  layer_replication: [[[0, 4]]],
  fan_in_fan_out: [true],
  peft_type: ["LOHA", "", "__proto__"],
};

export const peft: FuzzKind = {
  name: "peft",
  count: 9_000,
  readBy: "child",
  memoryLimitBytes: 1_000 * MEGABYTE,
  async open(folder) {
    const inFolder = (name: string) => path.join(folder, name);
    const adapters: { base: string; config: string; weights: Uint8Array }[] = [];
    for (const family of peftFamilies.filter(({ name }) => ["llama", "qwen3", "phi3"].includes(name))) {
      const base = inFolder(`${family.name}.gguf`);
      await writeFile(base, familyBase(family));
      const adapter = peftAdapter({ modules: modulesOf(family) });
      for (const one of [adapter, mlxAdapter(adapter), peftAdapter({ modules: modulesOf(family), type: "BF16" })])
        adapters.push({ base: family.name, ...one });
    }
    return {
      make(random) {
        const { base, config, weights } = random.of(adapters);
        const how = random.below(3);
        const parsed: unknown = JSON.parse(config);
        const key = random.of(Object.keys(CONFIG_KEYS));
        const odd =
          random.below(2) === 0 ? { ...(parsed as object), [key]: random.of(CONFIG_KEYS[key] ?? [null]) } : parsed;
        return {
          base: Buffer.from(base),
          "adapter_config.json": how === 0 ? Buffer.from(JSON.stringify(odd)) : mutateJson(odd, random),
          "adapter_model.safetensors":
            how === 1
              ? weights
              : random.below(2) === 0
                ? mutateBytes(weights, random)
                : mutateSafetensors(weights, random),
        };
      },
      async run(input) {
        const base = Buffer.from(inputPart(input, "base")).toString();
        const config = inFolder("adapter_config.json");
        const weights = inFolder("adapter_model.safetensors");
        await writeFile(config, inputPart(input, "adapter_config.json"));
        await writeFile(weights, inputPart(input, "adapter_model.safetensors"));
        return judgeJob(withoutAddon, {
          kind: "convert-peft",
          weights,
          config,
          base: inFolder(`${base}.gguf`),
          target: inFolder("target.gguf"),
          name: "An adapter",
          licence: null,
        });
      },
    };
  },
};
