// Which installed models a delta can be made of, and which can be the base of which. Renderer.
import { QUANTIZABLE_WEIGHT_TYPES } from "../../../electron/contract/jobs";
import type { ModelDetails } from "../../../electron/contract/model";
import { formatBytes } from "../../../electron/words/quantities";

export function canBePaired({ model, weightType }: ModelDetails): boolean {
  return model.failure === null && weightType !== null && QUANTIZABLE_WEIGHT_TYPES.has(weightType);
}

/** Of the same kind and size, as far as that is known (of split models the size is not). */
export function basesFor(fineTune: ModelDetails, models: readonly ModelDetails[]): ModelDetails[] {
  return models.filter(
    ({ model, architecture, parameterCount }) =>
      model.id !== fineTune.model.id &&
      architecture === fineTune.architecture &&
      (parameterCount === null || fineTune.parameterCount === null || parameterCount === fineTune.parameterCount),
  );
}

/** Those that can be its base first. */
export function sortedBases(fineTune: ModelDetails, models: readonly ModelDetails[]): ModelDetails[] {
  const likely = basesFor(fineTune, models);
  return [
    ...likely,
    ...models.filter((details) => details.model.id !== fineTune.model.id && !likely.includes(details)),
  ];
}

/** "Gemma 3 270M · F16 · 540 MB". */
export function pairOptionWords({ model, weightType }: ModelDetails): string {
  return [model.name, weightType, formatBytes(model.sizeBytes)].filter((part) => part !== null).join(" · ");
}
