// The open chat as a list: only the rows in view exist, the end is followed while the user is there, and never else.
import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowDown } from "lucide-react";
import { useCallback, useEffect, useLayoutEffect, useRef, useState, type KeyboardEvent, type ReactNode } from "react";
import { useStore } from "zustand";
import type { Message } from "../../../../electron/contract/chat";
import { chatStore, useChat } from "../chatStore";
import { FOLDED_CHARACTERS } from "../longText/foldText";
import { writingMessage } from "./answerActions";
import styles from "./Conversation.module.css";
import { FinishedAnswer } from "./FinishedAnswer";
import { MessageRow } from "./MessageRow";
import { outsideView } from "./outsideView";
import { releaseScrollPosition, scrollRequest } from "./scrollRequest";
import { keepShownList, placeOfShownList } from "./shownList";
import { t } from "../../../../electron/words/language";

/** Rows kept beyond each edge of the view: enough for a fast wheel. */
const OVERSCAN_ROWS = 3;
const PADDING_START_PX = 28;
/** Each row brings its own distance to the next. */
const PADDING_END_PX = 4;
/** Nearer than this to the end counts as being there. */
const AT_END_PX = 8;
const NEVER_AT_END_PX = -1;
/** The way back is offered when a few lines are out of sight. */
const OFFER_JUMP_PX = 120;
/** A page keeps a line or two of the one before. */
const PAGE_FRACTION = 0.9;
const FOCUS_SHOWN_MS = 2000;

export function Conversation(): ReactNode {
  const chatId = useChat((state) => state.chat?.id);
  const isEmpty = useChat((state) => state.order.length === 0);
  return (
    <>
      {isEmpty ? (
        <div className={styles.empty}>
          <p>{t("What you write here stays on this computer.")}</p>
        </div>
      ) : (
        <MessageList key={chatId} />
      )}
      <FinishedAnswer />
    </>
  );
}

function MessageList(): ReactNode {
  const scroller = useRef<HTMLElement>(null);
  const order = useChat((state) => state.order);
  const isWriting = useChat((state) => writingMessage(state) !== null);
  const firstSeenId = useChat((state) => outsideView(state)?.firstSeenMessageId ?? null);
  const turnsOutside = useChat((state) => outsideView(state)?.turns ?? 0);
  const isHeld = useStore(scrollRequest, (request) => request.isHeld);
  const chatId = useChat((state) => state.chat?.id);
  const [placeBefore] = useState(() => placeOfShownList(chatId, AT_END_PX));
  const [offersJump, setOffersJump] = useState(false);
  const [pointedOut, setPointedOut] = useState<string | null>(null);

  // Its functions change with each render; nothing here passes them on.
  // oxlint-disable-next-line react/incompatible-library
  const virtualizer = useVirtualizer<HTMLElement, HTMLDivElement>({
    count: order.length,
    getScrollElement: () => scroller.current,
    getItemKey: useCallback((index: number) => order[index] ?? index, [order]),
    estimateSize: (index) => {
      const id = order[index];
      return estimateHeight(id === undefined ? undefined : chatStore.getState().messages[id]);
    },
    overscan: OVERSCAN_ROWS,
    paddingStart: PADDING_START_PX,
    paddingEnd: PADDING_END_PX,
    anchorTo: "end",
    followOnAppend: true,
    scrollEndThreshold: isHeld ? NEVER_AT_END_PX : AT_END_PX,
    // Growing text moves rows without a render; by position, which snaps to pixels where a transform would blur.
    directDomUpdates: true,
    directDomUpdatesMode: "position",
    // Begins at the end: the rows at the top are never drawn for it.
    initialOffset: Number.MAX_SAFE_INTEGER,
    ...placeBefore,
    onChange: (list) => setOffersJump(list.getDistanceFromEnd() > OFFER_JUMP_PX),
  });

  useLayoutEffect(() => {
    releaseScrollPosition();
    if (placeBefore === null) virtualizer.scrollToEnd();
    return scrollRequest.subscribe(({ toEnd, isHeld: isHeldNow }, before) => {
      if (toEnd !== before.toEnd) virtualizer.scrollToEnd();
      if (!isHeldNow) return;
      // On its way to the end it would go on to where the end is then; and where all fits, nothing has told it yet where it is.
      virtualizer.cancelScroll();
      virtualizer.scrollOffset = scroller.current?.scrollTop ?? 0;
    });
  }, [virtualizer, placeBefore]);

  useLayoutEffect(() => keepShownList(chatId, virtualizer), [chatId, virtualizer]);

  const focusMessageId = useChat((state) => state.focusMessageId);
  useLayoutEffect(() => {
    if (focusMessageId === null) return;
    const index = order.indexOf(focusMessageId);
    if (index !== -1) {
      virtualizer.scrollToIndex(index, { align: "center" });
      setPointedOut(focusMessageId);
    }
    chatStore.setState({ focusMessageId: null });
  }, [focusMessageId, order, virtualizer]);
  useEffect(() => {
    if (pointedOut === null) return undefined;
    const timer = setTimeout(() => setPointedOut(null), FOCUS_SHOWN_MS);
    return () => clearTimeout(timer);
  }, [pointedOut]);

  /** The browser's own glide over rows that were never measured would stop on the way. */
  function pressKey(event: KeyboardEvent<HTMLElement>): void {
    if (event.target !== event.currentTarget || event.ctrlKey || event.altKey || event.metaKey) return;
    const page = event.currentTarget.clientHeight * PAGE_FRACTION;
    if (event.key === "Home") virtualizer.scrollToOffset(0);
    else if (event.key === "End") virtualizer.scrollToEnd();
    else if (event.key === "PageUp") virtualizer.scrollBy(-page);
    else if (event.key === "PageDown") virtualizer.scrollBy(page);
    else return;
    event.preventDefault();
  }

  return (
    <div className={styles.frame}>
      {/* Focusable, so that the keyboard can scroll it. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
      <section
        ref={scroller}
        className={styles.scroller}
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        aria-label={t("Conversation")}
        onKeyDown={pressKey}
        onScroll={releaseScrollPosition}
      >
        <div
          ref={virtualizer.containerRef}
          className={styles.rows}
          role="feed"
          aria-busy={isWriting}
          aria-label={t("Messages")}
        >
          {virtualizer.getVirtualItems().map(({ key, index }) => {
            const id = order[index];
            if (id === undefined) return null;
            return (
              <div key={key} ref={virtualizer.measureElement} data-index={index} className={styles.row}>
                <MessageRow
                  id={id}
                  position={index + 1}
                  count={order.length}
                  turnsOutside={firstSeenId === id ? turnsOutside : 0}
                  isPointedOut={pointedOut === id}
                />
              </div>
            );
          })}
        </div>
      </section>
      {offersJump ? (
        <button type="button" className={styles.jump} onClick={() => virtualizer.scrollToEnd()}>
          <ArrowDown size={14} strokeWidth={2} aria-hidden />
          {t("Jump to latest")}
        </button>
      ) : null}
    </div>
  );
}

const LINE_PX = 22;
const FOLD_PX = 34;

/** Near enough for a scroll bar; the true height is measured when the row comes into view. */
function estimateHeight(message: Message | undefined): number {
  if (message === undefined) return 60;
  const { parts, role, comparisonId } = message;
  // Whatever is no text is a line that is folded.
  const folded = FOLD_PX * parts.filter(({ kind }) => kind !== "text").length;
  const characters = parts.reduce((sum, part) => sum + (part.kind === "text" ? part.text.length : 0), 0);
  if (comparisonId !== null) return 140 + folded + LINE_PX * Math.ceil(characters / 36);
  return (
    folded +
    (role === "user"
      ? 62 + LINE_PX * Math.floor(Math.min(characters, FOLDED_CHARACTERS) / 80)
      : 76 + LINE_PX * Math.ceil(characters / 95))
  );
}
