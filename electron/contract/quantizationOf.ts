// What a GGUF file's name says of its quantization. Pure.

/**
 * llama.cpp's file types, and what publishers add: unsloth's "UD-" for its dynamic mixes, "_XL", "_L" and so on.
 * Bordered by what is no letter or digit, so that "Q4" inside a word is not taken for one.
 */
const QUANTIZATION =
  /(?<![\p{L}\p{N}])(?<name>(?:UD-)?(?:IQ[1-4]_(?:XXS|XS|S|M|NL|XL)(?:_[A-Z]{1,2})?|T?Q[1-8]_(?:K(?:_(?:XXS|XS|S|M|L|XL|P))?|[01](?:_\d{1,2}){0,3}|XL)|Q[2-8]_K_(?:S|M|L|XL)|MXFP4(?:_MOE)?|NVFP4|BF16|F16|FP16|F32|FP32))(?![\p{L}\p{N}])/giu;

/** From the file's name, else from its folder's ("Q4_K_M/model-00001-of-00002.gguf"); in capitals, as llama.cpp writes it. */
export function quantizationOf(path: string): string | null {
  const name = path.slice(path.lastIndexOf("/") + 1);
  return lastQuantization(name) ?? lastQuantization(path.slice(0, path.length - name.length));
}

/** The last one: "Model-F16-trained-Q4_K_M.gguf" is in Q4_K_M. */
function lastQuantization(name: string): string | null {
  const found = [...name.replace(/\.gguf$/iu, "").matchAll(QUANTIZATION)].at(-1)?.groups?.["name"]?.toUpperCase();
  if (found === undefined) return null;
  return found.replace(/^FP(16|32)$/u, "F$1");
}
