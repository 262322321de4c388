// What can be done to a stack of fine-tunes: each gives a new one. Renderer.
import type { ScaleRange } from "../../../../electron/contract/deltaKinds";
import {
  type Delta,
  MAX_STACK_DELTAS,
  type NamedStack,
  type Stack,
  type StackEntry,
} from "../../../../electron/contract/deltas";
import type { DeltaId } from "../../../../electron/contract/ids";

/** Finer than this nobody hears a difference. */
export const SCALE_STEP = 0.05;

export function entryOf({ id, name, hue, facts }: Delta, scale: number): StackEntry {
  return { deltaId: id, name, hue, kind: facts.kind, scale };
}

export function isFull(stack: NamedStack): boolean {
  return stack.length >= MAX_STACK_DELTAS;
}

export function holds(stack: NamedStack, deltaId: DeltaId): boolean {
  return stack.some((entry) => entry.deltaId === deltaId);
}

/** In its place where it is in the stack already, else at the end; a full stack stays as it is. */
export function withEntry(stack: NamedStack, entry: StackEntry): NamedStack {
  if (holds(stack, entry.deltaId)) return stack.map((other) => (other.deltaId === entry.deltaId ? entry : other));
  return isFull(stack) ? stack : [...stack, entry];
}

export function withoutDelta(stack: NamedStack, deltaId: DeltaId): NamedStack {
  return stack.filter((entry) => entry.deltaId !== deltaId);
}

export function toggled(stack: NamedStack, entry: StackEntry): NamedStack {
  return holds(stack, entry.deltaId) ? withoutDelta(stack, entry.deltaId) : withEntry(stack, entry);
}

/** What main is told: names and hues it knows itself. */
export function choiceOf(stack: NamedStack): Stack {
  return stack.map(({ deltaId, scale }) => ({ deltaId, scale }));
}

/** A typed strength; null = no number, or none within the range. */
export function parseScale(text: string, { min, max }: ScaleRange): number | null {
  const value = Number(text.trim().replace(",", "."));
  return text.trim() === "" || !(value >= min && value <= max) ? null : Math.round(value * 100) / 100;
}
