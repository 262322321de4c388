// Puts chats under Today, Yesterday, Previous 7 days, Older, by the calendar of this computer.
import type { ChatSummary } from "../../../electron/contract/chat";
import { t } from "../../../electron/words/language";

export type ChatListRow =
  | { readonly kind: "heading"; readonly words: string }
  | { readonly kind: "chat"; readonly chat: ChatSummary };

/** `chats`: newest first. `todayMs`: the local midnight that began this day. */
export function groupChats(chats: readonly ChatSummary[], todayMs: number): ChatListRow[] {
  const rows: ChatListRow[] = [];
  let heading: string | null = null;
  for (const chat of chats) {
    const words = headingFor(chat.lastUsedAtMs, todayMs);
    if (words !== heading) rows.push({ kind: "heading", words });
    heading = words;
    rows.push({ kind: "chat", chat });
  }
  return rows;
}

function headingFor(atMs: number, todayMs: number): string {
  if (atMs >= todayMs) return t("Today");
  if (atMs >= daysBefore(todayMs, 1)) return t("Yesterday");
  if (atMs >= daysBefore(todayMs, 7)) return t("Previous 7 days");
  return t("Older");
}

export function startOfDay(atMs: number): number {
  return new Date(atMs).setHours(0, 0, 0, 0);
}

/** By the calendar, not by 24 hours: days with a change of the clock are shorter or longer. */
export function daysBefore(dayMs: number, days: number): number {
  const day = new Date(dayMs);
  return day.setDate(day.getDate() - days);
}
