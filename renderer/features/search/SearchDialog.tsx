// Finds words in all chats as they are typed; without words, offers the latest chats. Driven by the keyboard.
// A combobox of ARIA's pattern: no element of HTML is a list that is driven from a text field.
/* oxlint-disable jsx-a11y/prefer-tag-over-role */
import { Search } from "lucide-react";
import { type KeyboardEvent, useEffect, useId, useMemo, useRef, useState } from "react";
import type { SearchHit } from "../../../electron/contract/chat";
import { useApp } from "../../app/appStore";
import { callOrNotify } from "../../app/bridge";
import { closeDialog, closeSidebarOverlay } from "../../app/layout";
import { formatWhen } from "../../app/quantities";
import { Dialog } from "../../ui/Dialog";
import { focusComposer } from "../chat/composer/focusComposer";
import { openChat } from "../chat/openChats";
import { markedParts } from "./markedParts";
import styles from "./SearchDialog.module.css";

/** Shorter than between two key strokes of a quick typist, so that no search is asked for in vain. */
const TYPING_PAUSE_MS = 110;
const LATEST_CHATS = 8;

export function SearchDialog() {
  const [query, setQuery] = useState("");
  const [selected, setSelected] = useState(0);
  const listId = useId();
  const [openedAtMs] = useState(() => Date.now());
  const words = query.trim();
  const found = useSearch(words);
  const latest = useLatestChats();
  const searching = words !== "";
  const upToDate = !searching || found?.query === words;
  const hits = searching ? (found?.hits ?? []) : latest;

  const openHit = (hit: SearchHit | undefined) => {
    if (hit === undefined) return;
    closeDialog();
    closeSidebarOverlay();
    void openChat(hit.chatId, hit.messageId).then(focusComposer);
  };

  const handleKey = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "ArrowDown") setSelected(Math.min(hits.length - 1, selected + 1));
    else if (event.key === "ArrowUp") setSelected(Math.max(0, selected - 1));
    else if (event.key === "Enter") openHit(upToDate ? hits[selected] : undefined);
    else return;
    event.preventDefault();
  };

  return (
    <Dialog label="Search" place="top" onClose={closeDialog}>
      <div className={styles.query}>
        <Search size={16} />
        <input
          role="combobox"
          data-first-focus
          aria-label="Search in all chats"
          aria-expanded={hits.length > 0}
          aria-controls={listId}
          aria-autocomplete="list"
          aria-activedescendant={hits[selected] === undefined ? undefined : `${listId}-${selected}`}
          placeholder="Search in all chats"
          spellCheck={false}
          maxLength={500}
          value={query}
          onChange={(event) => {
            setQuery(event.target.value);
            setSelected(0);
          }}
          onKeyDown={handleKey}
        />
      </div>
      <div className={styles.results}>
        {!searching && hits.length > 0 && <p className={styles.heading}>Latest chats</p>}
        <div id={listId} role="listbox" aria-label={searching ? "Found" : "Latest chats"}>
          {hits.map((hit, index) => (
            <Hit
              key={`${hit.chatId} ${hit.messageId ?? ""}`}
              id={`${listId}-${index}`}
              hit={hit}
              nowMs={openedAtMs}
              selected={index === selected}
              onPoint={() => setSelected(index)}
              onOpen={() => openHit(hit)}
            />
          ))}
        </div>
        <output className={styles.nothing}>
          {searching && upToDate && hits.length === 0 && "Nothing was found."}
          {!searching && hits.length === 0 && "There are no chats yet."}
        </output>
      </div>
    </Dialog>
  );
}

interface HitProps {
  readonly id: string;
  readonly hit: SearchHit;
  readonly nowMs: number;
  readonly selected: boolean;
  readonly onPoint: () => void;
  readonly onOpen: () => void;
}

function Hit({ id, hit, nowMs, selected, onPoint, onOpen }: HitProps) {
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (selected) ref.current?.scrollIntoView({ block: "nearest" });
  }, [selected]);

  return (
    // The keyboard stays in the field and moves the selection (aria-activedescendant).
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus
    <div
      ref={ref}
      id={id}
      role="option"
      aria-selected={selected}
      className={styles.hit}
      onPointerMove={onPoint}
      onClick={onOpen}
    >
      <span className={styles.line}>
        <span className={styles.title}>
          {/* A hit in the title itself brings the title as its snippet. */}
          <Marked snippet={hit.messageId === null && hit.snippet !== "" ? hit.snippet : hit.title} />
        </span>
        <time className={styles.when}>{formatWhen(hit.atMs, nowMs)}</time>
      </span>
      {hit.messageId !== null && (
        <span className={styles.snippet}>
          <Marked snippet={hit.snippet} />
        </span>
      )}
    </div>
  );
}

function Marked({ snippet }: { readonly snippet: string }) {
  return markedParts(snippet).map((part, index) =>
    // The parts of one snippet never change places.
    part.found ? <mark key={index}>{part.text}</mark> : <span key={index}>{part.text}</span>,
  );
}

function useSearch(query: string): { readonly query: string; readonly hits: readonly SearchHit[] } | null {
  const [found, setFound] = useState<{ query: string; hits: readonly SearchHit[] } | null>(null);
  useEffect(() => {
    if (query === "") return;
    let stale = false;
    const timer = setTimeout(async () => {
      const hits = await callOrNotify("chats.search", { query });
      if (!stale) setFound({ query, hits: hits ?? [] });
    }, TYPING_PAUSE_MS);
    return () => {
      stale = true;
      clearTimeout(timer);
    };
  }, [query]);
  return found;
}

function useLatestChats(): readonly SearchHit[] {
  const chats = useApp((state) => state.chats);
  const order = useApp((state) => state.chatOrder);
  return useMemo(
    () =>
      order.slice(0, LATEST_CHATS).flatMap((chatId) => {
        const chat = chats[chatId];
        if (chat === undefined) return [];
        return { chatId, messageId: null, title: chat.title, snippet: "", atMs: chat.lastUsedAtMs };
      }),
    [chats, order],
  );
}
