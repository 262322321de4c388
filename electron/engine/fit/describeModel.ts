// What a model file says of itself, for the list of installed models; the vocabulary is not read. Fit process.
import type { ModelFacts } from "../../contract/fitProtocol";
import { succeed, type Outcome } from "../../contract/failure";
import { MadeFrom } from "../../contract/madeFrom";
import { FileByteSource, type ByteSource } from "../gguf/ByteSource";
import { metadataNumber, metadataText, readGgufHeader, type GgufHeader } from "../gguf/readGgufHeader";
import { readModelShape, type ModelShape } from "./readModelShape";
import { headerOf } from "./writeStub";

/** Far more than the entries that quantizing appends. */
const APPENDED_BYTES = 8 * 1024;

/**
 * The type that most weights of the layers have, as ModelFile.cpp says it too: the embedding of a large vocabulary often
 * has a larger type, and outweighs a small model's layers. Of a split model the first part may hold no weights at all.
 */
function weightTypeOf({ tensors }: GgufHeader): string | null {
  const matrices = tensors.filter(({ dimensions: [, rows = 1] }) => rows > 1);
  const inLayers = matrices.filter(({ name }) => name.startsWith("blk."));
  const weights = new Map<string, number>();
  for (const { typeName, dimensions } of inLayers.length > 0 ? inLayers : matrices) {
    weights.set(typeName, (weights.get(typeName) ?? 0) + dimensions.reduce((product, length) => product * length, 1));
  }
  return [...weights].sort(([, left], [, right]) => right - left)[0]?.[0] ?? null;
}

/**
 * What quantizeJob wrote; anything else under these keys is taken for nothing. llama.cpp appends new entries, so they
 * stand behind the vocabulary: the whole header is read only where they are.
 */
async function readMadeFrom(source: ByteSource, { tensors, tensorsEndBytes }: ModelShape): Promise<MadeFrom | null> {
  const endBytes = tensorsEndBytes - tensors.length;
  const startBytes = Math.max(0, endBytes - APPENDED_BYTES);
  const last = Buffer.from(await source.read(startBytes, endBytes - startBytes));
  if (!last.includes("facet.source.sha256")) return null;
  const read = await readGgufHeader(source);
  if (!read.ok) return null;
  const header = read.value;
  const parsed = MadeFrom.safeParse({
    sourceFileName: metadataText(header, "facet.source.file"),
    sourceSha256: metadataText(header, "facet.source.sha256"),
    type: metadataText(header, "facet.quantize.type"),
    calibrated: metadataText(header, "facet.quantize.calibrated") === "yes",
    appVersion: metadataText(header, "facet.app_version"),
  });
  return parsed.success ? parsed.data : null;
}

/** Failures: those of readModelShape and readGgufHeader. */
export async function describeModel(path: string): Promise<Outcome<ModelFacts>> {
  const source = await FileByteSource.open(path);
  if (!source.ok) return source;
  try {
    const shape = await readModelShape(source.value);
    if (!shape.ok) return shape;
    const header = await headerOf(shape.value, source.value.sizeBytes);
    if (!header.ok) return header;
    const architecture = metadataText(header.value, "general.architecture") ?? null;
    const weights = header.value.tensors.reduce((sum, { dimensions }) => sum + dimensions.reduce((product, length) => product * length, 1), 0);
    const isSplit = (metadataNumber(header.value, "split.count") ?? 1) > 1;
    return succeed({
      architecture: architecture?.slice(0, 60) ?? null,
      trainContextSizeTokens: metadataNumber(header.value, `${architecture}.context_length`) ?? null,
      parameterCount: isSplit ? null : weights,
      weightType: weightTypeOf(header.value),
      madeFrom: await readMadeFrom(source.value, shape.value),
    });
  } finally {
    await source.value.close();
  }
}
