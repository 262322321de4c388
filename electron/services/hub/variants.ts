// Groups a repository's GGUF files into variants: one quantization each, split files as one item. Pure.
import type { HubFile, HubVariant } from "../../contract/hub";
import { safeFileName } from "./safeFileName";

/** llama.cpp's name for the parts of a split model (gguf-split). */
const SPLIT_PART = /^(?<stem>.+)-(?<number>\d{5})-of-(?<total>\d{5})\.gguf$/iu;

/**
 * llama.cpp's file types, and what publishers add: unsloth's "UD-" for its dynamic mixes, "_XL", "_L" and so on.
 * Bordered by separators, so that "Q4" inside a word is not taken for one.
 */
const QUANTIZATION =
  /(?:^|[-._/])(?<name>(?:UD-)?(?:IQ[1-4]_(?:XXS|XS|S|M|NL|XL)(?:_[A-Z]{1,2})?|T?Q[1-8]_(?:K(?:_(?:XXS|XS|S|M|L|XL|P))?|[01](?:_\d{1,2}){0,3}|XL)|Q[2-8]_K_(?:S|M|L|XL)|MXFP4(?:_MOE)?|NVFP4|BF16|F16|FP16|F32|FP32))(?=$|[-._/])/giu;

export function variantsOf(files: readonly HubFile[]): HubVariant[] {
  const groups = new Map<string, { total: number | null; parts: Map<number, HubFile> }>();
  for (const file of files) {
    if (!/\.gguf$/iu.test(file.path)) continue;
    const split = SPLIT_PART.exec(file.path)?.groups;
    const total = split ? Number(split["total"]) : null;
    // Case and folder matter: "Q4/model-…" and "Q8/model-…" are two models.
    const key = split ? `${split["stem"]}-of-${split["total"]}` : file.path;
    const group = groups.get(key) ?? { total, parts: new Map() };
    group.parts.set(split ? Number(split["number"]) : 1, file);
    groups.set(key, group);
  }
  return [...groups.values()].map(variantOf).sort((a, b) => a.sizeBytes - b.sizeBytes || (a.id < b.id ? -1 : 1));
}

function variantOf({ total, parts }: { total: number | null; parts: Map<number, HubFile> }): HubVariant {
  const files = [...parts].sort(([a], [b]) => a - b).map(([, file]) => file);
  const [first] = files;
  if (!first) throw new Error("a group of files without files");
  const complete = total === null || (parts.size === total && files.every((_, index) => parts.has(index + 1)));
  const names = files.map((file) => safeFileName(file.path));
  const namesFit = names.every((name) => name !== null) && new Set(names).size === names.length;
  return {
    id: first.path,
    kind: kindOf(first.path),
    quantization: quantizationOf(first.path),
    files,
    sizeBytes: files.reduce((sum, file) => sum + file.sizeBytes, 0),
    obstacle: !complete ? "parts-missing" : !namesFit ? "name-refused" : files.every((file) => file.sha256 !== null && file.sizeBytes > 0) ? null : "no-checksum",
  };
}

/** From the file's name, else from its folder's ("Q4_K_M/model-00001-of-00002.gguf"); in capitals, as llama.cpp writes it. */
export function quantizationOf(path: string): string | null {
  const slash = path.lastIndexOf("/");
  return lastQuantization(path.slice(slash + 1)) ?? (slash === -1 ? null : lastQuantization(path.slice(0, slash)));
}

/** The last one: "Model-F16-trained-Q4_K_M.gguf" is in Q4_K_M. */
function lastQuantization(name: string): string | null {
  const found = [...name.replace(/\.gguf$/iu, "").matchAll(QUANTIZATION)].at(-1)?.groups?.["name"]?.toUpperCase();
  if (found === undefined) return null;
  return found.replace(/^FP(16|32)$/u, "F$1");
}

function kindOf(path: string): HubVariant["kind"] {
  const name = path.slice(path.lastIndexOf("/") + 1);
  if (/(?:^|[-._])mmproj(?:$|[-._])/iu.test(name)) return "projector";
  if (/(?:^|[-._])imatrix(?:$|[-._])/iu.test(name)) return "importance-matrix";
  if (/(?:^|[-._])(?:lora|adapter|control[-_]?vector)(?:$|[-._])/iu.test(name)) return "adapter";
  return "model";
}
