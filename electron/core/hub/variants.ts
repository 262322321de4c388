// Groups a repository's GGUF files into variants: one quantization each, split files as one item. A file's name does not say what is in it. Pure.
import type { HubFile, HubVariant } from "../../contract/hub";
import { isDraftName, isGgufName, wholeNameOf } from "../ggufNames";
import { isFileAddress, lastPart } from "./fileAddress";

/** llama.cpp's name for the parts of a split model (gguf-split). */
const SPLIT_PART = /^(?<stem>.+)-(?<number>\d{5})-of-(?<total>\d{5})\.gguf$/iu;

/**
 * llama.cpp's file types, and what publishers add: unsloth's "UD-" for its dynamic mixes, "_XL", "_L" and so on.
 * Bordered by what is no letter or digit, so that "Q4" inside a word is not taken for one.
 */
const QUANTIZATION =
  /(?<![\p{L}\p{N}])(?<name>(?:UD-)?(?:IQ[1-4]_(?:XXS|XS|S|M|NL|XL)(?:_[A-Z]{1,2})?|T?Q[1-8]_(?:K(?:_(?:XXS|XS|S|M|L|XL|P))?|[01](?:_\d{1,2}){0,3}|XL)|Q[2-8]_K_(?:S|M|L|XL)|MXFP4(?:_MOE)?|NVFP4|BF16|F16|FP16|F32|FP32))(?![\p{L}\p{N}])/giu;

/** Made once: one for each comparison takes a hundred times as long. */
const { compare } = new Intl.Collator("en", { numeric: true });

interface Group {
  /** Of a split model, how many parts there should be. */
  total: number | null;
  isPieces: boolean;
  parts: Map<number, HubFile>;
}

export function variantsOf(files: readonly HubFile[]): HubVariant[] {
  const groups = new Map<string, Group>();
  for (const file of [...files].sort((a, b) => compare(a.path, b.path))) {
    const split = SPLIT_PART.exec(file.path)?.groups;
    const whole = wholeNameOf(file.path);
    // Without a hash it is small: a note beside the model, a checksum.
    if (whole === null ? !isGgufName(file.path) : file.sha256 === null) continue;
    const total = split ? Number(split["total"]) : null;
    // Case and folder matter: "Q4/model-…" and "Q8/model-…" are two models.
    const key = split ? `${split["stem"]}-of-${split["total"]}` : whole === null ? file.path : `${whole} in pieces`;
    const group = groups.get(key) ?? { total, isPieces: whole !== null, parts: new Map() };
    group.parts.set(split ? Number(split["number"]) : group.parts.size + 1, file);
    groups.set(key, group);
  }
  return [...groups.values()].map(variantOf).sort((a, b) => a.sizeBytes - b.sizeBytes || (a.id < b.id ? -1 : 1));
}

function variantOf(group: Group): HubVariant {
  const files = [...group.parts].sort(([a], [b]) => a - b).map(([, file]) => file);
  const [first] = files;
  if (!first) throw new Error("a group of files without files");
  return {
    id: first.path,
    quantization: quantizationOf(first.path),
    files,
    sizeBytes: files.reduce((sum, file) => sum + file.sizeBytes, 0),
    obstacle: obstacleOf(group, files),
    ...(isDraftName(first.path) ? { isNamedDraft: true as const } : {}),
  };
}

function obstacleOf({ total, isPieces, parts }: Group, files: readonly HubFile[]): HubVariant["obstacle"] {
  if (!files.every(({ path }) => isFileAddress(path))) return "address-refused";
  if (isPieces) return "not-whole";
  if (total !== null && (parts.size !== total || !files.every((_, index) => parts.has(index + 1))))
    return "parts-missing";
  return files.every((file) => file.sha256 !== null && file.sizeBytes > 0) ? null : "no-checksum";
}

/** From the file's name, else from its folder's ("Q4_K_M/model-00001-of-00002.gguf"); in capitals, as llama.cpp writes it. */
export function quantizationOf(path: string): string | null {
  const name = lastPart(path);
  return lastQuantization(name) ?? lastQuantization(path.slice(0, path.length - name.length));
}

/** The last one: "Model-F16-trained-Q4_K_M.gguf" is in Q4_K_M. */
function lastQuantization(name: string): string | null {
  const found = [...name.replace(/\.gguf$/iu, "").matchAll(QUANTIZATION)].at(-1)?.groups?.["name"]?.toUpperCase();
  if (found === undefined) return null;
  return found.replace(/^FP(16|32)$/u, "F$1");
}
