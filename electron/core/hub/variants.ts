// Groups a repository's GGUF files into variants: one quantization each, split files as one item. A file's name does not say what is in it. Pure.
import type { HubFile, HubVariant } from "../../contract/hub";
import { quantizationOf } from "../../contract/quantizationOf";
import { isDraftName, isGgufName, wholeNameOf } from "../ggufNames";
import { isFileAddress } from "./fileAddress";

/** llama.cpp's name for the parts of a split model (gguf-split). */
const SPLIT_PART = /^(?<stem>.+)-(?<number>\d{5})-of-(?<total>\d{5})\.gguf$/iu;

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
