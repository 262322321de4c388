// The order of the chips: they are dragged, or moved by keys; main keeps it. Renderer.
import { type DragEvent, type KeyboardEvent, type RefObject, useLayoutEffect, useRef, useState } from "react";
import type { DeltaId } from "../../../../electron/contract/ids";
import { isRightToLeft, rowStep } from "../../../ui/arrowKeys";
import { placeDelta } from "../../deltas/deltaActions";
import { type ChipEdges, type ChipPlace, placeAt, placeBeside } from "./chipOrder";

/** Its value is the fine-tune's id. Chips without it (Base, deleted ones) stay where they are. */
const MOVABLE = "[data-movable]";
/** So that a chip dropped elsewhere, in the composer for example, leaves no text. */
const DRAG_TYPE = "application/x-facet-fine-tune";

export interface ChipOrder {
  /** Where the chip that is being dragged would be dropped now. */
  readonly place: ChipPlace | null;
  /** For the element around the chips. */
  readonly dragHandlers: {
    onDragStart(event: DragEvent): void;
    onDragOver(event: DragEvent): void;
    onDragLeave(event: DragEvent): void;
    onDrop(event: DragEvent): void;
    onDragEnd(): void;
  };
  /** Whether the key was for it. */
  moveByKey(event: KeyboardEvent): boolean;
}

/** `ids`: of the chips that can be moved, as they are shown. */
export function useChipOrder(group: RefObject<HTMLElement | null>, ids: readonly DeltaId[]): ChipOrder {
  const [draggedId, setDraggedId] = useState<DeltaId | null>(null);
  const [place, setPlace] = useState<ChipPlace | null>(null);
  const movedByKey = useRef<DeltaId | null>(null);
  const order = ids.join(" ");

  // An element that is moved in the page loses the focus.
  useLayoutEffect(() => {
    if (movedByKey.current !== null) focusChip(group.current, movedByKey.current);
  }, [order, group]);

  const endDrag = () => {
    setDraggedId(null);
    setPlace(null);
  };

  return {
    place,
    dragHandlers: {
      onDragStart(event) {
        const id = movableId(event.target);
        if (id === null) return;
        event.dataTransfer.setData(DRAG_TYPE, id);
        event.dataTransfer.effectAllowed = "move";
        setDraggedId(id);
      },
      onDragOver(event) {
        if (draggedId === null) return;
        event.preventDefault();
        event.dataTransfer.dropEffect = "move";
        const next = placeAt(edgesOf(event.currentTarget), draggedId, alongRow(event.clientX));
        setPlace((before) =>
          before?.beforeId === next?.beforeId && (before === null) === (next === null) ? before : next,
        );
      },
      onDragLeave(event) {
        if (!(event.relatedTarget instanceof Node && event.currentTarget.contains(event.relatedTarget))) setPlace(null);
      },
      onDrop(event) {
        if (draggedId === null) return;
        event.preventDefault();
        if (place !== null) void placeDelta(draggedId, place.beforeId);
        endDrag();
      },
      onDragEnd: endDrag,
    },
    moveByKey(event) {
      const step = stepOf(event);
      const id = movableId(event.target);
      if (step === null || id === null) return false;
      const next = placeBeside(ids, id, step);
      if (next !== null) void moveKeepingFocus(id, next);
      return true;
    },
  };

  async function moveKeepingFocus(id: DeltaId, { beforeId }: ChipPlace): Promise<void> {
    movedByKey.current = id;
    await placeDelta(id, beforeId);
    movedByKey.current = null;
  }
}

/** Ctrl or Command with Shift: the arrows alone go from chip to chip. */
function stepOf({ key, ctrlKey, metaKey, shiftKey, altKey }: KeyboardEvent): -1 | 1 | null {
  if (!shiftKey || altKey || ctrlKey === metaKey) return null;
  return rowStep(key);
}

function movableId(target: EventTarget): DeltaId | null {
  const chip = target instanceof Element ? target.closest<HTMLElement>(MOVABLE) : null;
  return (chip?.dataset["movable"] as DeltaId | undefined) ?? null;
}

function edgesOf(chips: Element): ChipEdges[] {
  return [...chips.querySelectorAll<HTMLElement>(MOVABLE)].map((chip) => {
    const { left, right } = chip.getBoundingClientRect();
    const [start = left, end = right] = [alongRow(left), alongRow(right)].sort((one, other) => one - other);
    return { id: chip.dataset["movable"] as DeltaId, start, end };
  });
}

/** Grows in the direction in which the row runs. */
function alongRow(x: number): number {
  return isRightToLeft() ? -x : x;
}

function focusChip(group: HTMLElement | null, id: DeltaId): void {
  group?.querySelector<HTMLElement>(`[data-movable="${CSS.escape(id)}"] button`)?.focus();
}
