// Tells the rows of chats and messages from all others by their columns, and makes each one that the tables take. Pure.
import { MAX_TITLE_CHARACTERS, MessageState } from "../../../contract/chat";
import { UNTITLED } from "../../../contract/untitled";
import type { StoredRow } from "./RowReader";
import type { StoredValue } from "./record";

/** As in the table, except that what an id leads to may be lost. */
export interface FoundChat {
  row: number;
  id: string;
  title: string;
  is_renamed: number;
  created_at_ms: number;
  last_used_at_ms: number;
  leaf_id: string | null;
  settings: string;
  deleted_at_ms: number | null;
  stack: string;
}

export interface FoundMessage {
  row: number;
  id: string;
  chat_id: string;
  parent_id: string | null;
  role: "user" | "assistant";
  text: string;
  created_at_ms: number;
  state: MessageState;
  failure: string | null;
  facts: string | null;
  stack: string;
  comparison_id: string | null;
  parts: string | null;
}

/** Of the first version; later ones add columns at the end, and rows of before have fewer. */
const CHAT_COLUMNS = 9;
const MESSAGE_COLUMNS = 11;

/** null: a row of another table, or nothing. The order of the columns is that of the migrations. */
export function chatOf({ rowId, values }: StoredRow): FoundChat | null {
  const [, id, title, isRenamed, createdAtMs, lastUsedAtMs, leafId, settings, deletedAtMs, stack] = values;
  if (values.length < CHAT_COLUMNS || typeof id !== "string" || typeof isRenamed !== "number") return null;
  if (typeof createdAtMs !== "number" || typeof lastUsedAtMs !== "number") return null;
  return {
    row: rowId,
    id,
    title: textOr(title, UNTITLED).slice(0, MAX_TITLE_CHARACTERS),
    is_renamed: isRenamed === 0 ? 0 : 1,
    created_at_ms: whole(createdAtMs) ?? 0,
    last_used_at_ms: whole(lastUsedAtMs) ?? 0,
    leaf_id: textOr(leafId, null),
    settings: textOr(settings, "{}"),
    deleted_at_ms: whole(deletedAtMs),
    stack: textOr(stack, "[]"),
  };
}

/** A text that was cut by the damage is an answer that was interrupted. */
export function messageOf({ rowId, values }: StoredRow): FoundMessage | null {
  const [, id, chatId, parentId, role, text, createdAtMs, state, , failure, facts, stack, comparisonId, parts] = values;
  if (values.length < MESSAGE_COLUMNS || typeof id !== "string" || typeof chatId !== "string") return null;
  if (typeof role !== "string" || typeof text !== "string") return null;
  const knownRole = roleOf(role);
  if (knownRole === null) return null;
  const knownState = MessageState.safeParse(state).data ?? "interrupted";
  return {
    row: rowId,
    id,
    chat_id: chatId,
    parent_id: textOr(parentId, null),
    role: knownRole,
    text: text.replace(/\0+$/u, ""),
    created_at_ms: whole(createdAtMs) ?? 0,
    state: knownRole === "user" ? "complete" : knownState === "writing" ? "interrupted" : knownState,
    failure: textOr(failure, null),
    facts: textOr(facts, null),
    stack: textOr(stack, "[]"),
    comparison_id: textOr(comparisonId, null),
    parts: textOr(parts, null),
  };
}

/** Also with a wrong letter in it. */
function roleOf(stored: string): FoundMessage["role"] | null {
  for (const role of ["user", "assistant"] as const) {
    if (stored.length === role.length && Array.from(role).filter((letter, at) => letter !== stored[at]).length <= 1)
      return role;
  }
  return null;
}

function whole(value: StoredValue | undefined): number | null {
  return Number.isSafeInteger(value) ? Number(value) : null;
}

function textOr<Other>(value: StoredValue | undefined, other: Other): string | Other {
  return typeof value === "string" ? value : other;
}
