// What writing one token costs, by the header of a model: which weights are read, how much attention is paid, which states are kept.
// The values of llama.cpp v0.5.0 (src/models). Fit process; pure.
import { SPEED_CHAT_TOKENS, type TokenCost } from "../../contract/speed";
import { metadataNumber, metadataText, type GgufHeader } from "../gguf/readGgufHeader";
import type { TensorInfo } from "../gguf/readTensors";

/**
 * Of so many layers in a row the last sees the whole chat, the others a window: where the file does not say it, llama.cpp knows it by
 * the architecture (load_swa_pattern). Of an architecture that is not here, all layers see through the window.
 */
const windowPatterns: ReadonlyMap<string, number> = new Map([
  ["gemma2", 2],
  ["gemma3", 6],
  ["gemma3n", 5],
  ["gpt-oss", 2],
  ["llama4", 4],
  ["cohere2", 4],
  ["cohere2moe", 4],
  ["olmo2", 4],
  ["exaone4", 4],
  ["exaone-moe", 4],
  ["smallthinker", 4],
  ["afmoe", 4],
  ["plamo3", 8],
]);
/** A state's values are 32 bits wide, and each is read and written. */
const STATE_VALUE_BYTES = 4 * 2;

/** `tensors`: those of all parts of a split model; `header`: of its first. */
export function tokenCost(header: GgufHeader, tensors: readonly TensorInfo[]): TokenCost {
  const architecture = metadataText(header, "general.architecture") ?? "";
  const number = (key: string) => metadataNumber(header, `${architecture}.${key}`);
  const hasOutput = tensors.some(({ name }) => name === "output.weight");
  const usedExperts = shareOf(number("expert_used_count"), number("expert_count"));
  // Layers that predict further tokens stand behind the others, and are not used.
  const layers = (number("block_count") ?? Infinity) - (number("nextn_predict_layers") ?? 0);
  const stateValues = (number("ssm.state_size") ?? 0) * (number("ssm.inner_size") ?? 0);
  const seenTokens = windowOf(header, architecture);

  const weightBytes: Record<string, number> = {};
  let attentionMultiplications = 0;
  let stateBytes = 0;
  let counted = 0;
  for (const { name, dimensions, typeName, sizeBytes } of tensors) {
    const layer = layerOf(name);
    if (layer !== null && layer >= layers) continue;
    if (isLookedUp(name, hasOutput)) continue;
    counted++;
    const share = /_exps\./u.test(name) ? usedExperts : 1;
    weightBytes[typeName] = (weightBytes[typeName] ?? 0) + sizeBytes * share;
    if (layer === null) continue;
    // What comes out of a layer's attention is as wide as all of its heads.
    if (name.endsWith(".attn_output.weight")) attentionMultiplications += 2 * (dimensions[0] ?? 0) * seenTokens(layer);
    if (name.endsWith(".ssm_conv1d.weight")) stateBytes += stateValues * STATE_VALUE_BYTES;
  }
  return { weightBytes, attentionMultiplications, stateBytes, tensors: counted };
}

/** Tables of which each token takes one row. An embedding that is the output too is multiplied with. */
function isLookedUp(name: string, hasOutput: boolean): boolean {
  return (
    name === "per_layer_token_embd.weight" ||
    name === "position_embd.weight" ||
    name.startsWith("rope_freqs") ||
    (name === "token_embd.weight" && hasOutput)
  );
}

function layerOf(name: string): number | null {
  const layer = /^blk\.(\d+)\./u.exec(name)?.[1];
  return layer === undefined ? null : Number(layer);
}

function shareOf(part: number | undefined, whole: number | undefined): number {
  return part === undefined || whole === undefined || whole <= 0 ? 1 : Math.min(1, part / whole);
}

/** How many tokens of the chat a layer sees. */
function windowOf(header: GgufHeader, architecture: string): (layer: number) => number {
  const windowTokens = metadataNumber(header, `${architecture}.attention.sliding_window`) ?? 0;
  if (windowTokens <= 0 || windowTokens >= SPEED_CHAT_TOKENS) return () => SPEED_CHAT_TOKENS;
  const key = `${architecture}.attention.sliding_window_pattern`;
  const entry = header.metadata.get(key);
  const listed = entry?.kind === "array" ? entry.values : null;
  const every = metadataNumber(header, key) ?? windowPatterns.get(architecture) ?? 0;
  const isWindowed = (layer: number): boolean =>
    listed === null ? every === 0 || layer % every < every - 1 : Boolean(listed[layer]);
  return (layer) => (isWindowed(layer) ? windowTokens : SPEED_CHAT_TOKENS);
}
