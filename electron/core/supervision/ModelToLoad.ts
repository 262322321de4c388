// A model as the engine is asked to load it.
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
