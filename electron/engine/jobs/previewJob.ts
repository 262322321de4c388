// What each quantization type would make of a model: file size, bits per weight, and the types really written. Job process.
import type { JobResult, PreviewRequest, SourceFacts, TypePreview } from "../../contract/jobs";
import { usualSteps, type QuantizationType, type StepKinds } from "../../contract/quantizeRecipe";
import type { NativeAddon, NativeTensorPlan } from "./nativeAddon";
import { planOptions } from "./quantizeSteps";
import { openSource, type SourceFile } from "./sourceFile";

/** GGUF pads each tensor to this. */
const ALIGNMENT_BYTES = 32;
/** For the keys that quantizing adds. */
const ADDED_METADATA_BYTES = 4096;

export async function previewJob(addon: NativeAddon, request: PreviewRequest): Promise<JobResult> {
  const source = await openSource(addon, request.source);
  const previews: TypePreview[] = [];
  for (const type of request.types) {
    const steps = request.steps ?? usualSteps(type);
    const tensors = await addon.planQuantize({ source: request.source, ...planOptions(type, steps) });
    previews.push(summarize(source, type, steps, tensors));
  }
  return { kind: "preview", source: sourceFacts(source), previews };
}

/** Size of the file to come: an upper bound that is a few kilobytes too high at most. */
export function plannedBytes(source: SourceFile, tensors: readonly NativeTensorPlan[]): number {
  const padded = (bytes: number) => Math.ceil(bytes / ALIGNMENT_BYTES) * ALIGNMENT_BYTES;
  const weights = tensors.reduce((sum, tensor) => sum + padded(tensor.targetBytes), 0);
  return weights + source.facts.metadataBytes + ADDED_METADATA_BYTES;
}

function summarize(
  source: SourceFile,
  type: QuantizationType,
  steps: StepKinds,
  tensors: NativeTensorPlan[],
): TypePreview {
  const bytesByTensorType: Record<string, number> = {};
  let weightBytes = 0;
  for (const { targetType, targetBytes } of tensors) {
    bytesByTensorType[targetType] = (bytesByTensorType[targetType] ?? 0) + targetBytes;
    weightBytes += targetBytes;
  }
  return {
    type,
    steps,
    fileBytes: plannedBytes(source, tensors),
    bitsPerWeight: (weightBytes * 8) / source.facts.parameters,
    bytesByTensorType,
    tensors: tensors.map((tensor) => ({ ...tensor, widthDoesNotDivide: fallsBack(type, tensor) })),
  };
}

/** llama.cpp writes a larger type then; vectors and what stays in F32 were never to be quantized. */
function fallsBack(type: QuantizationType, { shape, targetType }: NativeTensorPlan): boolean {
  const [width = 0, rows = 0] = shape;
  return rows > 1 && targetType !== "f32" && width % blockWeights(type) !== 0;
}

/** Weights that share one scale and cannot be divided further: 256 for K- and I-quants, else 32. */
function blockWeights(type: QuantizationType): number {
  return /_K|^IQ/u.test(type) && type !== "IQ4_NL" ? 256 : 32;
}

function sourceFacts({ facts, bytes }: SourceFile): SourceFacts {
  const { architecture, name, weightType, parameters } = facts;
  return { architecture, name, weightType, parameters, fileBytes: bytes };
}
