// Values on which llama.cpp would end the whole process by an assertion, in headers that are well formed otherwise. Engine and fit process.
import { fail, succeed, type Outcome } from "../../contract/failure";
import { metadataNumber, metadataText, type GgufHeader } from "./readGgufHeader";

/** LLAMA_MAX_LAYERS of llama.cpp. */
const MAX_LAYERS = 512;
/** LLAMA_MAX_EXPERTS. */
const MAX_EXPERTS = 1024;

/** Failure: "model-damaged", with the key. For the first part of a model, which says what the model is. */
export function checkHyperparameters(header: GgufHeader): Outcome<undefined> {
  const architecture = metadataText(header, "general.architecture") ?? "";
  const of = (key: string) => metadataNumber(header, `${architecture}.${key}`);
  const wrong = (key: string) => fail("model-damaged", { check: `${architecture.slice(0, 60)}.${key}` }, `an impossible value: ${of(key)}`);

  const layers = of("block_count");
  if (layers !== undefined && (layers < 1 || layers > MAX_LAYERS)) return wrong("block_count");
  if ((of("expert_count") ?? 0) > MAX_EXPERTS) return wrong("expert_count");
  // Models without attention say 0 heads, rightly; hybrid ones have a list, which is none of these.
  const hasAttention = header.tensors.some(({ name }) => /\.attn_(?:q|k|qkv)\.weight$/u.test(name));
  for (const key of ["attention.head_count", "attention.head_count_kv"]) if (hasAttention && of(key) === 0) return wrong(key);
  return succeed(undefined);
}
