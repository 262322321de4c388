// A model as the engine is asked to load it.
import type { Failure } from "../../contract/failure";
import { withMissingDetails } from "../../contract/failureDetails";
import type { ModelId } from "../../contract/ids";
import { LoadChoice, type LoadReasons } from "../../contract/loadSettings";

export interface ModelToLoad {
  id: ModelId;
  name: string;
  fileName: string;
  path: string;
  /** ModelFile.content */
  content: string;
  sizeBytes: number;
  choice: LoadChoice;
  reasons: LoadReasons;
  conversationsWithDeltas: number;
  /** As predicted, for the words when it fails after all; null = not known. */
  memory: { neededBytes: number; availableBytes: number } | null;
}

/** The same model with the same settings. */
export function isSameLoad(one: ModelToLoad, other: ModelToLoad): boolean {
  return one.id === other.id && LoadChoice.keyof().options.every((name) => one.choice[name] === other.choice[name]);
}

/** It was planned so although there is a GPU. */
export function leavesGpuAlone({ choice, reasons }: ModelToLoad): boolean {
  return choice.gpuLayers === 0 && reasons.gpuLayers !== "no-gpu";
}

/** Users know their models by file name, which the engine does not care for; and by how much memory was lacking, if it was. */
export function withFacts(told: Failure, { fileName, memory }: ModelToLoad): Failure {
  const lacked =
    told.code === "model-load-failed" && memory !== null && memory.neededBytes > memory.availableBytes
      ? { neededBytes: String(memory.neededBytes), availableBytes: String(Math.max(0, memory.availableBytes)) }
      : {};
  return withMissingDetails(told, { file: fileName, ...lacked });
}
