// Where a chip goes that is dragged, or moved by keys. Renderer.
import type { DeltaId } from "../../../../electron/contract/ids";

/** It comes before this one; null = last. */
export interface ChipPlace {
  readonly beforeId: DeltaId | null;
}

export interface ChipEdges {
  readonly id: DeltaId;
  /** Pixels along the row, as of a pointer. */
  readonly start: number;
  readonly end: number;
}

/** Where it would be dropped; null = it would stay where it is. */
export function placeAt(chips: readonly ChipEdges[], movedId: DeltaId, x: number): ChipPlace | null {
  const index = chips.findIndex(({ start, end }) => x < (start + end) / 2);
  return placeBefore(
    chips.map(({ id }) => id),
    movedId,
    index === -1 ? chips.length : index,
  );
}

/** One place towards the beginning (-1) or the end (1); null = it is the first or the last. */
export function placeBeside(ids: readonly DeltaId[], movedId: DeltaId, step: -1 | 1): ChipPlace | null {
  const index = ids.indexOf(movedId);
  const target = index + step;
  if (index === -1 || target < 0 || target >= ids.length) return null;
  return placeBefore(ids, movedId, step === 1 ? target + 1 : target);
}

function placeBefore(ids: readonly DeltaId[], movedId: DeltaId, index: number): ChipPlace | null {
  const from = ids.indexOf(movedId);
  if (index === from || index === from + 1) return null;
  return { beforeId: ids[index] ?? null };
}
