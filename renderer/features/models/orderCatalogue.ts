// Puts the hand-picked models in the order in which this machine can use them: its best choice first. Renderer.
import type { CatalogueModel } from "../../../electron/contract/hub";

/** Of the free memory: a model of this size still leaves room for a long chat and other programs. */
const COMFORTABLE_SHARE = 0.6;
/** Weights that fit at all: the rest is KV cache, buffers and the engine. */
const LARGEST_SHARE = 0.9;

/** Comfortable ones first, the largest first; then those that just fit, then those that do not, each from the smallest. */
export function orderCatalogue(models: readonly CatalogueModel[], availableBytes: number): CatalogueModel[] {
  return [...models].sort((one, other) => {
    const group = groupOf(one, availableBytes) - groupOf(other, availableBytes);
    if (group !== 0) return group;
    const smallerFirst = one.parametersBillions - other.parametersBillions;
    return groupOf(one, availableBytes) === 0 ? -smallerFirst : smallerFirst;
  });
}

function groupOf(model: CatalogueModel, availableBytes: number): number {
  const bytes = smallestBytes(model);
  if (bytes <= availableBytes * COMFORTABLE_SHARE) return 0;
  return bytes <= availableBytes * LARGEST_SHARE ? 1 : 2;
}

export function smallestBytes(model: CatalogueModel): number {
  return Math.min(...model.variants.map(({ sizeBytes }) => sizeBytes));
}
