// The fine-tunes as a chat's header offers them: which are chips, which wait in the menu, and what is wrong with which.
import type { ChatSummary, Message } from "../../../../electron/contract/chat";
import type { Delta, DeltaForModel, NamedStack, StackEntry } from "../../../../electron/contract/deltas";
import { failure, type Failure } from "../../../../electron/contract/failure";
import type { DeltaId } from "../../../../electron/contract/ids";
import { entryOf } from "./stackChanges";

/** Beside Base. More would be read, not seen; the others wait in the menu and in the palette. */
export const MAX_CHIPS = 6;

export interface FineTuneChoice {
  /** With the strength that it has in the stack, else had when it was used last. */
  readonly entry: StackEntry;
  /** null: it was deleted, and only the stack remembers it. */
  readonly delta: Delta | null;
  readonly isChosen: boolean;
  /** Why it would not be used as things are; null = nothing known against it. */
  readonly problem: Failure | null;
  /** Choosing it may help: nothing is against it, or the last try ended the engine. */
  readonly canBeChosen: boolean;
  readonly isChip: boolean;
}

/** When a fine-tune was used last, and how strongly. */
export interface LastUse {
  readonly atMs: number;
  readonly scale: number;
}

interface Sources {
  readonly stack: NamedStack;
  /** As main gives it: the last in the header first. */
  readonly library: readonly Delta[];
  /** How they go with the model; null while that is not known. */
  readonly forModel: readonly DeltaForModel[] | null;
  readonly lastUses: ReadonlyMap<DeltaId, LastUse>;
}

/** In the library's order, oldest first or as the user ordered them, so that a click moves nothing; then what the stack remembers of deleted ones. */
export function fineTuneChoices({ stack, library, forModel, lastUses }: Sources): FineTuneChoice[] {
  const choices = library.toReversed().map((delta): Omit<FineTuneChoice, "isChip"> => {
    const chosen = stack.find(({ deltaId }) => deltaId === delta.id);
    const problem = problemOf(delta.id, delta.name, library, forModel);
    return {
      entry: chosen ?? entryOf(delta, lastUses.get(delta.id)?.scale ?? 1),
      delta,
      isChosen: chosen !== undefined,
      problem,
      canBeChosen: problem === null || problem.code === "delta-crashed-last-time",
    };
  });
  const deleted = stack
    .filter(({ deltaId }) => !library.some(({ id }) => id === deltaId))
    .map((entry) => {
      const problem = problemOf(entry.deltaId, entry.name, library, forModel);
      return { entry, delta: null, isChosen: true, problem, canBeChosen: false };
    });
  const chips = chipIds([...choices, ...deleted], lastUses);
  return [...choices, ...deleted].map((choice) => ({ ...choice, isChip: chips.has(choice.entry.deltaId) }));
}

/** All of the stack, then what was used or added last. */
function chipIds(
  choices: readonly Omit<FineTuneChoice, "isChip">[],
  lastUses: ReadonlyMap<DeltaId, LastUse>,
): ReadonlySet<DeltaId> {
  const lastAtMs = ({ entry, delta }: Omit<FineTuneChoice, "isChip">) =>
    Math.max(lastUses.get(entry.deltaId)?.atMs ?? 0, delta?.createdAtMs ?? 0);
  const chosen = choices.filter(({ isChosen }) => isChosen);
  const others = choices
    .filter(({ isChosen, canBeChosen }) => !isChosen && canBeChosen)
    .toSorted((one, other) => lastAtMs(other) - lastAtMs(one));
  return new Set([...chosen, ...others].slice(0, Math.max(MAX_CHIPS, chosen.length)).map(({ entry }) => entry.deltaId));
}

/** Why a fine-tune would not be used with the model. While main has not told yet, nothing is known against it. */
export function problemOf(
  deltaId: DeltaId,
  name: string,
  library: readonly Delta[],
  forModel: readonly DeltaForModel[] | null,
): Failure | null {
  const delta = library.find(({ id }) => id === deltaId);
  const match = forModel?.find((other) => other.delta.id === deltaId);
  if (delta === undefined)
    return forModel === null || match !== undefined ? null : failure("delta-missing", { delta: name });
  if (delta.failure !== null) return delta.failure;
  return match?.match === "refused" ? match.failure : null;
}

/** The part of a stack that would be used. */
export function usableStack(
  stack: NamedStack,
  library: readonly Delta[],
  forModel: readonly DeltaForModel[] | null,
): NamedStack {
  return stack.filter(({ deltaId, name }) => problemOf(deltaId, name, library, forModel) === null);
}

/** From what chats and answers remember, and the strengths that the user set in this session. */
export function lastUses(
  chats: Iterable<Pick<ChatSummary, "stack" | "lastUsedAtMs">>,
  messages: Iterable<Pick<Message, "stack" | "createdAtMs">>,
  scales: Readonly<Record<DeltaId, number>>,
): Map<DeltaId, LastUse> {
  const uses = new Map<DeltaId, LastUse>();
  const note = (stack: NamedStack, atMs: number) => {
    for (const { deltaId, scale } of stack)
      if (atMs >= (uses.get(deltaId)?.atMs ?? 0)) uses.set(deltaId, { atMs, scale });
  };
  for (const { stack, lastUsedAtMs } of chats) note(stack, lastUsedAtMs);
  for (const { stack, createdAtMs } of messages) note(stack, createdAtMs);
  for (const [id, scale] of Object.entries(scales)) {
    const deltaId = id as DeltaId;
    uses.set(deltaId, { atMs: uses.get(deltaId)?.atMs ?? 0, scale });
  }
  return uses;
}
