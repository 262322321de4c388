// All chats, newest first, under the day of their last use. Only what is in view is drawn once there are many.
import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from "react";
import type { ChatId } from "../../../electron/contract/ids";
import { useApp } from "../../app/appStore";
import { useLayout } from "../../app/layout";
import { useChat } from "../chat/chatStore";
import { deleteChat } from "../chat/openChats";
import styles from "./ChatList.module.css";
import { ChatRow } from "./ChatRow";
import { groupChats } from "./groupChats";
import { useToday } from "./useToday";
import { t } from "../../../electron/words/language";

const ROW_HEIGHT = 34;
const HEADING_HEIGHT = 34;
/** Up to here all rows are drawn: cheaper than being clever, and a browser's find sees them. */
const DRAW_ALL_UP_TO = 100;
const OVERSCAN = 12;

export function ChatList() {
  const chats = useApp((state) => state.chats);
  const order = useApp((state) => state.chatOrder);
  const openId = useChat((state) => state.chat?.id);
  const chatShown = useLayout((state) => state.page === "chat");
  const todayMs = useToday();
  const rows = useMemo(() => {
    const list = order.flatMap((id) => chats[id] ?? []);
    return groupChats(list, todayMs);
  }, [chats, order, todayMs]);

  const scroller = useRef<HTMLElement>(null);
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => (rows[index]?.kind === "heading" ? HEADING_HEIGHT : ROW_HEIGHT),
    getItemKey: (index) => {
      const row = rows[index];
      return row === undefined ? index : row.kind === "heading" ? row.words : row.chat.id;
    },
    overscan: rows.length <= DRAW_ALL_UP_TO ? rows.length : OVERSCAN,
  });

  // The row that Tab reaches: the one the arrows went to, else the open chat, else the first.
  const [arrowId, setArrowId] = useState<ChatId | null>(null);
  const reached = arrowId !== null && chats[arrowId] !== undefined ? arrowId : (openId ?? order[0]);
  const shouldFocus = useRef(false);
  // After each drawing, because the row that the arrows went to may be drawn only then.
  useEffect(() => {
    const row = shouldFocus.current ? scroller.current?.querySelector<HTMLElement>("[data-reached]") : null;
    if (row === null || row === undefined) return;
    shouldFocus.current = false;
    row.focus();
  });

  useEffect(() => {
    const index = rows.findIndex((row) => row.kind === "chat" && row.chat.id === openId);
    if (index !== -1) virtualizer.scrollToIndex(index, { align: "auto" });
    // Only when another chat is opened: scrolling by hand is left alone.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [openId]);

  const moveFocus = (event: KeyboardEvent) => {
    const target = nextRow(event.key, reached === undefined ? -1 : order.indexOf(reached), order.length);
    const id = target === null ? undefined : order[target];
    if (id === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    shouldFocus.current = true;
    setArrowId(id);
    virtualizer.scrollToIndex(
      rows.findIndex((row) => row.kind === "chat" && row.chat.id === id),
      { align: "auto" },
    );
  };

  /** The neighbour takes the focus, so that the keyboard stays in the list. */
  const deleteRow = (id: ChatId) => {
    const index = order.indexOf(id);
    const neighbour = order[index + 1] ?? order[index - 1] ?? null;
    shouldFocus.current = neighbour !== null;
    setArrowId(neighbour);
    void deleteChat(id);
  };

  return (
    <nav ref={scroller} className={styles.list} aria-label={t("Chats")}>
      <ul style={{ height: virtualizer.getTotalSize() }}>
        {virtualizer.getVirtualItems().map((item) => {
          const row = rows[item.index];
          if (row === undefined) return null;
          const place = { transform: `translateY(${item.start}px)` };
          if (row.kind === "heading") {
            return (
              <li key={item.key} className={styles.heading} style={place}>
                <h2>{row.words}</h2>
              </li>
            );
          }
          return (
            <li key={item.key} className={styles.row} style={place}>
              <ChatRow
                chat={row.chat}
                open={chatShown && row.chat.id === openId}
                reachedByTab={row.chat.id === reached}
                onArrow={moveFocus}
                onDelete={() => deleteRow(row.chat.id)}
              />
            </li>
          );
        })}
      </ul>
      {rows.length === 0 && <p className={styles.empty}>{t("Chats you start appear here.")}</p>}
    </nav>
  );
}

function nextRow(key: string, index: number, count: number): number | null {
  if (key === "ArrowDown") return Math.min(count - 1, index + 1);
  if (key === "ArrowUp") return Math.max(0, index - 1);
  if (key === "Home") return 0;
  if (key === "End") return count - 1;
  return null;
}
