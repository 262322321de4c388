// Whom the next question goes to side by side: what was chosen as far as it can be used, else a proposal; and changes to it.
import {
  type Delta,
  type DeltasForModel,
  isSameStack,
  MAX_COMPARED,
  MIN_COMPARED,
  type NamedStack,
  type StackEntry,
} from "../../../../electron/contract/deltas";
import { isUsable } from "../../deltas/deltas";
import type { Loadable } from "../../models/loadable";
import { entryOf } from "../fineTunes/stackChanges";
import { t } from "../../../../electron/words/language";

/** One stack per column; an empty one is the base. */
export type Columns = readonly NamedStack[];

export type ColumnPlan =
  | { readonly kind: "ready"; readonly columns: Columns; readonly fineTunes: readonly Delta[] }
  /** Main is asked which fine-tunes fit the model. */
  | { readonly kind: "checking" }
  | { readonly kind: "unavailable"; readonly why: string };

interface Sources {
  /** null: the user has not chosen. */
  readonly chosen: Columns | null;
  readonly chatStack: NamedStack;
  readonly library: readonly Delta[];
  readonly hasModel: boolean;
  readonly forModel: Loadable<DeltasForModel>;
}

export function planColumns({ chosen, chatStack, library, hasModel, forModel }: Sources): ColumnPlan {
  if (!hasModel) return { kind: "unavailable", why: t("Side by side needs a model. There is none yet.") };
  if (library.length === 0)
    return { kind: "unavailable", why: t("Side by side compares fine-tunes. There are none on this computer yet.") };
  if (forModel.kind === "loading") return { kind: "checking" };
  if (forModel.kind === "failed")
    return {
      kind: "unavailable",
      why: t("Side by side needs a fine-tune. Facet couldn’t find out which of yours fit this model."),
    };
  const fineTunes = forModel.value.deltas
    .filter(isUsable)
    .map(({ delta }) => delta)
    .toSorted((one, other) => other.createdAtMs - one.createdAtMs);
  const newest = fineTunes[0];
  if (newest === undefined)
    return { kind: "unavailable", why: t("Side by side needs a fine-tune. None of yours fits this model.") };
  const own = asItIsNow(chatStack, fineTunes);
  const proposed = [[], own === null || own.length === 0 ? [entryOf(newest, 1)] : own];
  const kept = distinct((chosen ?? []).map((stack) => asItIsNow(stack, fineTunes)).filter((stack) => stack !== null));
  const columns = kept.length >= MIN_COMPARED ? kept : distinct([...kept, ...proposed]).slice(0, MIN_COMPARED);
  return { kind: "ready", columns, fineTunes };
}

/** With today's names; null where one of it cannot be used. */
function asItIsNow(stack: NamedStack, fineTunes: readonly Delta[]): NamedStack | null {
  const entries = stack.map(({ deltaId, scale }) => {
    const delta = fineTunes.find(({ id }) => id === deltaId);
    return delta === undefined ? null : entryOf(delta, scale);
  });
  return entries.includes(null) ? null : entries.filter((entry) => entry !== null);
}

function distinct(columns: Columns): Columns {
  return columns.filter((stack, index) => columns.findIndex((other) => isSameStack(stack, other)) === index);
}

/** Unchanged where another column has this stack already. */
export function withColumn(columns: Columns, index: number, stack: NamedStack): Columns {
  const changed = columns.with(index, stack);
  return distinct(changed).length === changed.length ? changed : columns;
}

export function withoutColumn(columns: Columns, index: number): Columns {
  return columns.length <= MIN_COMPARED ? columns : columns.toSpliced(index, 1);
}

/** A fine-tune that is in no column yet, else the base, else one of the fine-tunes at another strength. */
export function withOneMore(columns: Columns, fineTunes: readonly Delta[]): Columns {
  if (columns.length >= MAX_COMPARED) return columns;
  const unused = fineTunes.find(({ id }) => !columns.some((stack) => stack.some(({ deltaId }) => deltaId === id)));
  if (unused !== undefined) return [...columns, [entryOf(unused, 1)]];
  const first = fineTunes[0];
  if (!hasBase(columns)) return [...columns, []];
  return first === undefined ? columns : [...columns, [atFreeScale(first, columns)]];
}

export function hasBase(columns: Columns): boolean {
  return columns.some((stack) => stack.length === 0);
}

/** As it was made, where no other column has it so. */
export function atFreeScale(delta: Delta, others: Columns): StackEntry {
  // As many as there can be columns: one is always free.
  const entries = [1, 0.5, 1.5].map((scale) => entryOf(delta, scale));
  return entries.find((entry) => !others.some((stack) => isSameStack(stack, [entry]))) ?? entryOf(delta, 1);
}

/** What the message field says while it is empty. */
export function askWords({ length }: Columns): string {
  return length === 2 ? t("Ask both") : t("Ask all three");
}
