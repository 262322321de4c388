// Whether a delta goes with a base: architecture, and the place of every tensor. Fit process and engine process.
import { fail, succeed, type Outcome } from "../../contract/failure";
import { FileByteSource } from "../gguf/ByteSource";
import { metadataNumber, metadataText, readGgufHeader, type GgufHeader } from "../gguf/readGgufHeader";
import { partPaths } from "../gguf/checkChatModel";
import { isTokenEmbedding, type DeltaHeader } from "./readDeltaHeader";

export interface BaseShapes {
  architecture: string;
  name: string | null;
  /** Dimensions by tensor name. */
  tensors: ReadonlyMap<string, readonly number[]>;
  /** Of weights, by the name of their type: "F16". */
  bytesByType: ReadonlyMap<string, number>;
  /** Rows of the query and key matrices that belong to one attention head; null = the file does not say. */
  headSize: number | null;
}

/** Of all parts. Failures: those of readGgufHeader, "model-missing", "model-unreadable". */
export async function readBaseShapes(modelPath: string): Promise<Outcome<BaseShapes>> {
  const tensors = new Map<string, readonly number[]>();
  const bytesByType = new Map<string, number>();
  let paths = [modelPath];
  let architecture = "";
  let name: string | null = null;
  let headSize: number | null = null;
  for (let index = 0; index < paths.length; index++) {
    const source = await FileByteSource.open(paths[index] ?? modelPath);
    if (!source.ok) return source;
    try {
      const header = await readGgufHeader(source.value);
      if (!header.ok) return header;
      for (const { name: tensor, dimensions, typeName, sizeBytes } of header.value.tensors) {
        tensors.set(tensor, dimensions);
        bytesByType.set(typeName, (bytesByType.get(typeName) ?? 0) + sizeBytes);
      }
      if (index > 0) continue;
      architecture = metadataText(header.value, "general.architecture") ?? "";
      name = metadataText(header.value, "general.name") ?? null;
      headSize = headSizeOf(header.value, architecture);
      const parts = metadataNumber(header.value, "split.count") ?? 1;
      if (parts > 1) paths = partPaths(modelPath, parts) ?? paths;
    } finally {
      await source.value.close();
    }
  }
  return succeed({ architecture, name, tensors, bytesByType, headSize });
}

function headSizeOf(header: GgufHeader, architecture: string): number | null {
  const number = (key: string) => metadataNumber(header, `${architecture}.${key}`);
  const [width, heads] = [number("embedding_length"), number("attention.head_count")];
  const size = number("attention.key_length") ?? (width === undefined || !heads ? Number.NaN : width / heads);
  return Number.isSafeInteger(size) ? size : null;
}

/** Failures: "delta-other-architecture", "delta-kind-unsupported", "delta-shapes-differ" (details: tensor). */
export function matchDelta(delta: DeltaHeader, base: BaseShapes): Outcome<"fits" | "shapes-fit"> {
  if (delta.architecture !== base.architecture)
    return fail("delta-other-architecture", {
      architecture: delta.architecture.slice(0, 40),
      modelArchitecture: base.architecture.slice(0, 40),
    });
  for (const { name, a, b } of delta.pairs) {
    // llama.cpp would use the pair for the output as well, where its factors are transposed, and end the process.
    if (isTokenEmbedding(name) && !base.tensors.has("output.weight")) {
      return fail("delta-kind-unsupported", {
        reason: "it changes the token embeddings, which this model uses for its output too",
      });
    }
    const [columns = 1, rows = 1, slices = 1] = base.tensors.get(name) ?? [0, 0, 0];
    const fits = isTokenEmbedding(name)
      ? columns === b.dimensions[1] && rows === a.dimensions[1]
      : columns === a.dimensions[0] && rows === (b.dimensions[1] ?? 1);
    if (!fits || slices !== (a.dimensions[2] ?? 1)) return fail("delta-shapes-differ", { tensor: name.slice(0, 60) });
  }
  return succeed("shapes-fit");
}
