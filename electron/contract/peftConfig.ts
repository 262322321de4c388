// adapter_config.json, as far as converting needs it: from a file that may be hostile. The PEFT library (Hugging Face) and mlx-lm
// (Apple) both write a file of this name, with other contents. After peft's config.py, tuners/lora/config.py and utils/other.py,
// and mlx-lm's lora.py and tuner/utils.py.
import { z } from "zod";
import { fail, succeed, type Outcome } from "./failure";

/** What PEFT calls the weights of every adapter; its folder tells them apart. */
export const PEFT_WEIGHTS_FILE = "adapter_model.safetensors";
/** What mlx-lm calls them. */
export const MLX_WEIGHTS_FILE = "adapters.safetensors";
/** Stored beside the weights, by both. */
export const PEFT_CONFIG_FILE = "adapter_config.json";

/** A real one has two kilobytes; with a pattern for each module some tens. */
export const MAX_PEFT_CONFIG_BYTES = 1_000_000;
export const MAX_PEFT_RANK = 4096;
const MAX_PATTERNS = 10_000;

/** What an adapter can use that an adapter of llama.cpp cannot carry, or that Facet does not convert. */
export const PeftFeature = z.enum([
  /** LoHa, AdaLoRA, prefix tuning …: details.kind. */
  "other-method",
  "dora",
  "modules-to-save",
  "bias",
  "embedding",
  "output-head",
  "new-tokens",
  "norms",
  "vision",
  "experts",
  "layer-replication",
  /** The base's weights were changed too (PiSSA, OLoRA, CorDA, LoftQ …): details.kind. */
  "changed-base",
  "alora",
  /** No model that writes text: details.kind. */
  "other-task",
  "unknown-module",
  /** Weights as a Python pickle, which can run programs when it is read. */
  "pickle",
  /** A fine-tune's weights themselves, not their change (mlx-lm: fine_tune_type "full"). */
  "whole-weights",
  /** A switch that is newer than this version of Facet: details.kind. */
  "unknown-option",
]);
export type PeftFeature = z.infer<typeof PeftFeature>;

const Rank = z.number().int().min(1).max(MAX_PEFT_RANK);
/** Module names, or regular expressions for their ends (peft's get_pattern_key). */
const patterns = <Value extends z.ZodType>(value: Value) =>
  z
    .record(z.string().min(1).max(300), value)
    .nullish()
    .transform((found) => new Map(Object.entries(found ?? {})))
    .refine(({ size }) => size <= MAX_PATTERNS, "too many patterns");

/** Unknown keys stay, so that a switch nobody here knows of is seen. */
const PeftFile = z.looseObject({
  peft_type: z.string().max(60),
  task_type: z.string().max(60).nullish(),
  base_model_name_or_path: z.string().max(1000).nullish(),
  r: Rank,
  lora_alpha: z.number(),
  rank_pattern: patterns(Rank),
  alpha_pattern: patterns(z.number()),
  use_rslora: z.boolean().nullish(),
  use_dora: z.boolean().nullish(),
  bias: z.string().max(60).nullish(),
  modules_to_save: z.array(z.string()).nullish(),
  layer_replication: z.array(z.unknown()).nullish(),
  trainable_token_indices: z.unknown().optional(),
  target_parameters: z.array(z.unknown()).nullish(),
  alora_invocation_tokens: z.array(z.unknown()).nullish(),
  init_lora_weights: z.union([z.boolean(), z.string().max(60)]).nullish(),
});

/** The arguments of mlx-lm's training, as it saves them all. No file of peft's has these two. */
const MlxFile = z
  .looseObject({
    fine_tune_type: z.string().max(60).nullish(),
    /** Before fine_tune_type. */
    use_dora: z.boolean().nullish(),
    lora_parameters: z.unknown().optional(),
    model: z.string().max(1000).nullish(),
    peft_type: z.undefined().optional(),
  })
  .refine(
    ({ fine_tune_type: type, lora_parameters: parameters }) =>
      typeof type === "string" || (typeof parameters === "object" && parameters !== null),
  );
/** The factors' product is multiplied by scale itself; versions of before July 2024 multiplied by alpha / rank too, which no file says. */
const MlxParameters = z.looseObject({ rank: Rank, scale: z.number() });

export interface PeftConfig {
  /** Who wrote it. mlx-lm's factors are PEFT's transposed, and its scale is alpha / rank. */
  library: "peft" | "mlx";
  rank: number;
  alpha: number;
  /** Alpha is divided by the square root of the rank, not by the rank (rank-stabilised LoRA). */
  isRankStabilised: boolean;
  /** Biases of the base that come with it were trained; otherwise they are the base's own. */
  trainsBiases: boolean;
  rankPattern: ReadonlyMap<string, number>;
  alphaPattern: ReadonlyMap<string, number>;
  /** A repository at the hub, most often; null for a folder on somebody's computer. */
  baseModel: string | null;
}

/** They begin from the base's own weights and leave the base changed (peft: tuners/lora/layer.py), so the adapter alone is not the fine-tune. */
const CHANGING_STARTS = /^(?:pissa|olora|corda|loftq|lora_ga)/u;
/** Switches that change nothing in what is computed. */
const HARMLESS_SWITCHES: ReadonlySet<string> = new Set(["use_rslora", "use_dora", "use_cache"]);

/** Failures: "peft-config-invalid", "peft-unsupported". */
export function readPeftConfig(text: string): Outcome<PeftConfig> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return fail("peft-config-invalid", { reason: "not-json" }, error);
  }
  const mlx = MlxFile.safeParse(json);
  if (mlx.success) return readMlxConfig(mlx.data);
  const method = z.looseObject({ peft_type: z.string().max(60) }).safeParse(json);
  if (method.success && method.data.peft_type.toUpperCase() !== "LORA")
    return unsupported("other-method", method.data.peft_type);
  const parsed = PeftFile.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return fail(
      "peft-config-invalid",
      { reason: "entry-wrong", name: plain(issue?.path.join(".") ?? "") },
      issue?.message,
    );
  }
  const file = parsed.data;
  const refused = refusal(file);
  if (refused !== null) return unsupported(...refused);
  const alphas = [file.lora_alpha, ...file.alpha_pattern.values()];
  const wrong = alphas.find((alpha) => !(alpha >= 0)) ?? (alphas.every(isNothing) ? file.lora_alpha : undefined);
  if (wrong !== undefined) return fail("delta-alpha-invalid", { alpha: String(wrong), setting: "lora_alpha" });
  return succeed({
    library: "peft",
    rank: file.r,
    alpha: file.lora_alpha,
    isRankStabilised: file.use_rslora === true,
    trainsBiases: (file.bias ?? "none") !== "none",
    rankPattern: file.rank_pattern,
    alphaPattern: file.alpha_pattern,
    baseModel: baseName(file.base_model_name_or_path),
  });
}

/** llama.cpp keeps strengths in 32 bits, and takes 0 for full strength. */
function isNothing(strength: number): boolean {
  return Math.fround(strength) === 0;
}

function readMlxConfig({
  fine_tune_type: type,
  use_dora: usesDora,
  lora_parameters: parameters,
  model,
}: z.infer<typeof MlxFile>): Outcome<PeftConfig> {
  if (type === "dora" || usesDora === true) return unsupported("dora");
  if (type === "full") return unsupported("whole-weights");
  if ((type ?? "lora") !== "lora") return unsupported("other-method", type ?? "");
  const parsed = MlxParameters.safeParse(parameters);
  if (!parsed.success)
    return fail("peft-config-invalid", {
      reason: "entry-wrong",
      name: plain(["lora_parameters", ...(parsed.error.issues[0]?.path ?? [])].join(".")),
    });
  const { rank, scale } = parsed.data;
  if (!(scale > 0) || isNothing(scale)) return fail("delta-alpha-invalid", { alpha: String(scale), setting: "scale" });
  return succeed({
    library: "mlx",
    rank,
    alpha: scale * rank,
    isRankStabilised: false,
    trainsBiases: false,
    rankPattern: new Map(),
    alphaPattern: new Map(),
    baseModel: baseName(model),
  });
}

function baseName(given: string | null | undefined): string | null {
  const named = plain(given ?? "").trim();
  return named === "" ? null : named.slice(0, 200);
}

function refusal(file: z.infer<typeof PeftFile>): [PeftFeature, string?] | null {
  if (file.use_dora === true) return ["dora"];
  if ((file.modules_to_save?.length ?? 0) > 0) return ["modules-to-save", file.modules_to_save?.join(", ") ?? ""];
  if (isFilled(file.trainable_token_indices)) return ["new-tokens"];
  if ((file.layer_replication?.length ?? 0) > 0) return ["layer-replication"];
  if ((file.target_parameters?.length ?? 0) > 0) return ["experts"];
  if ((file.alora_invocation_tokens?.length ?? 0) > 0) return ["alora"];
  const start = file.init_lora_weights;
  if (typeof start === "string" && CHANGING_STARTS.test(start.toLowerCase())) return ["changed-base", start];
  if ((file.task_type ?? "CAUSAL_LM") !== "CAUSAL_LM") return ["other-task", file.task_type ?? ""];
  const unknown = Object.entries(file).find(
    ([key, value]) => key.startsWith("use_") && value === true && !HARMLESS_SWITCHES.has(key),
  );
  return unknown === undefined ? null : ["unknown-option", unknown[0]];
}

function unsupported(feature: PeftFeature, kind?: string) {
  return fail("peft-unsupported", {
    feature,
    ...(kind === undefined || kind === "" ? {} : { kind: plain(kind).slice(0, 100) }),
  });
}

function isFilled(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length > 0;
}

/** Text from the file, fit for a sentence. */
function plain(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, " ").slice(0, 200);
}
