// Values on which llama.cpp would end the whole process by an assertion, in headers that are well formed otherwise. Engine and fit process.
//
// Facts from llama.cpp v0.5.0, load_hparams in src/llama-model.cpp. Assertions of single architectures are found by the dry run in the
// fit process, which may die of them (Estimator.ts).
import { fail, succeed, type Outcome } from "../../contract/failure";
import { metadataText, type GgufHeader } from "./readGgufHeader";

/** LLAMA_MAX_LAYERS of llama.cpp. */
const MAX_LAYERS = 512;
/** LLAMA_MAX_EXPERTS. */
const MAX_EXPERTS = 1024;
const ROPE_SCALING_TYPES: ReadonlySet<string> = new Set(["none", "linear", "yarn", "longrope"]);

/** Failure: "model-damaged", with the key. For the first part of a model, which says what the model is. */
export function checkHyperparameters(header: GgufHeader): Outcome<undefined> {
  const architecture = metadataText(header, "general.architecture") ?? "";
  const wrong = wrongKey(header, architecture);
  if (wrong === null) return succeed(undefined);
  const name = `${architecture.slice(0, 60)}.${wrong}`;
  return fail("model-damaged", { check: name, reason: "value-impossible", name });
}

function wrongKey(header: GgufHeader, architecture: string): string | null {
  /** Numbers of a key, which may be one for all layers or one for each; undefined when there are none. */
  const of = (key: string): number[] | undefined => {
    const entry = header.metadata.get(`${architecture}.${key}`);
    const values =
      entry?.kind === "scalar" ? [entry.value] : entry?.kind === "array" ? (entry.values ?? undefined) : undefined;
    const numbers = values?.flatMap((value) =>
      typeof value === "number" || typeof value === "bigint" ? [Number(value)] : [],
    );
    return numbers === undefined || numbers.length === 0 ? undefined : numbers;
  };
  const largest = (key: string) => Math.max(...(of(key) ?? [0]));
  const has = (pattern: RegExp) => header.tensors.some(({ name }) => pattern.test(name));

  for (const [key, entry] of header.metadata) {
    if (!key.startsWith(`${architecture}.`) || entry.kind !== "scalar" || typeof entry.value !== "number") continue;
    if (!Number.isFinite(entry.value) || (key.endsWith("_epsilon") && entry.value < 0))
      return key.slice(architecture.length + 1);
  }

  const [layers] = of("block_count") ?? [];
  if (layers !== undefined && (layers < 1 || layers > MAX_LAYERS)) return "block_count";
  if (layers !== undefined && largest("nextn_predict_layers") > layers) return "nextn_predict_layers";
  // These two leave one expert out by themselves.
  const experts = architecture.startsWith("hunyuan") && largest("expert_count") <= 1 ? 0 : largest("expert_count");
  const used = architecture.startsWith("hunyuan") && experts === 0 ? 0 : largest("expert_used_count");
  const groups = largest("expert_group_count");
  const usedGroups = largest("expert_group_used_count");
  if (experts > MAX_EXPERTS) return "expert_count";
  if (used > experts || (experts > 0 && used < 1)) return "expert_used_count";
  if (experts === 0 ? groups > 0 : groups >= experts || (groups > 1 && experts % groups !== 0))
    return "expert_group_count";
  if (groups > 1 && (usedGroups < 1 || usedGroups >= groups)) return "expert_group_used_count";

  const scaling = metadataText(header, `${architecture}.rope.scaling.type`);
  if (scaling !== undefined && !ROPE_SCALING_TYPES.has(scaling)) return "rope.scaling.type";

  // Models without attention say 0 heads, rightly; hybrid ones have a list with some.
  if (has(/\.attn_(?:q|k|qkv)\.weight$/u)) {
    for (const key of [
      "attention.head_count",
      "attention.head_count_kv",
      "attention.key_length",
      "attention.value_length",
    ]) {
      if ((of(key) !== undefined || key === "attention.head_count") && largest(key) < 1) return key;
    }
  }
  if (has(/\.ffn_(?:up|down)\.weight$/u) && largest("feed_forward_length") < 1) return "feed_forward_length";
  return null;
}
