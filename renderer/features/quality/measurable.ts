// Which installed models can be measured against which. Renderer.
import { QUANTIZABLE_WEIGHT_TYPES } from "../../../electron/contract/jobs";
import type { ModelDetails } from "../../../electron/contract/model";
import type { QualityResults } from "../../../electron/contract/quantize";

/** What this model can be measured against, the largest first; a file of 16 or 8 bits can itself be the measure for its siblings. */
export function sourcesFor(
  details: ModelDetails,
  models: readonly ModelDetails[],
  results: QualityResults,
): ModelDetails[] {
  const { id } = details.model;
  const itself = details.weightType !== null && QUANTIZABLE_WEIGHT_TYPES.has(details.weightType);
  return models
    .filter((other) => {
      const siblings = siblingsOf(other, models);
      if (other.model.id === id) return itself && siblings.length > 0;
      return results.possibleSources.includes(other.model.id) && siblings.some(({ model }) => model.id === id);
    })
    .sort((one, other) => other.model.sizeBytes - one.model.sizeBytes);
}

/** Smaller files of the same model, as far as architecture and size tell it; whether they read text the same way shows the job. */
export function siblingsOf(source: ModelDetails, models: readonly ModelDetails[]): ModelDetails[] {
  return models.filter(
    (other) =>
      other.model.id !== source.model.id &&
      other.model.failure === null &&
      other.architecture !== null &&
      other.architecture === source.architecture &&
      other.parameterCount === source.parameterCount &&
      other.model.sizeBytes < source.model.sizeBytes,
  );
}
