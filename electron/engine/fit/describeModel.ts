// What a model file says of itself, for the list of installed models; the vocabulary is not read. Fit process.
import type { ModelFacts } from "../../contract/fitProtocol";
import { succeed, type Outcome } from "../../contract/failure";
import { MadeFrom } from "../../contract/madeFrom";
import type { ByteSource } from "../gguf/ByteSource";
import { fileKindOf } from "../gguf/fileKind";
import { metadataNumber, metadataText, type GgufHeader } from "../gguf/readGgufHeader";
import { recipeInMetadata } from "../gguf/recipeMetadata";
import { readModelShape } from "./readModelShape";
import { headerOf } from "./writeStub";

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

/** What quantizeJob wrote; anything else under these keys is taken for nothing. */
function madeFromOf(header: GgufHeader): MadeFrom | null {
  const parsed = MadeFrom.safeParse({
    sourceFileName: metadataText(header, "facet.source.file"),
    sourceSha256: metadataText(header, "facet.source.sha256"),
    ...recipeInMetadata(header),
    appVersion: metadataText(header, "facet.app_version"),
  });
  return parsed.success ? parsed.data : null;
}

/** Of a split model its first part. Failures: those of readModelShape and readGgufHeader. */
export async function describeModel(source: ByteSource): Promise<Outcome<ModelFacts>> {
  const shape = await readModelShape(source);
  if (!shape.ok) return shape;
  const read = await headerOf(shape.value, source.sizeBytes);
  if (!read.ok) return read;
  const header = read.value;
  const architecture = metadataText(header, "general.architecture") ?? null;
  const weights = header.tensors.reduce(
    (sum, { dimensions }) => sum + dimensions.reduce((product, length) => product * length, 1),
    0,
  );
  const isSplit = (metadataNumber(header, "split.count") ?? 1) > 1;
  const kind = fileKindOf({ header, tensors: isSplit ? null : header.tensors, hasTokenizer: shape.value.hasTokenizer });
  return succeed({
    kind,
    architecture: architecture?.slice(0, 60) ?? null,
    trainContextSizeTokens: metadataNumber(header, `${architecture}.context_length`) ?? null,
    parameterCount: isSplit ? null : weights,
    // Of projectors and the like nothing smaller is made, and nothing is measured.
    weightType: kind === "model" ? weightTypeOf(header) : null,
    madeFrom: madeFromOf(header),
  });
}
