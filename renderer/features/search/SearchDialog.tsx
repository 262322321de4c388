// Finds words in all chats as they are typed; without words, offers the latest chats.
import { skipToken } from "@tanstack/react-query";
import { Search } from "lucide-react";
import { type KeyboardEvent, type MouseEvent, useEffect, useMemo, useState } from "react";
import type { SearchHit } from "../../../electron/contract/chat";
import { useAnswer } from "../../app/answers";
import { useApp } from "../../app/appStore";
import { closeDialog, closeSidebarOverlay } from "../../app/layout";
import { showFailure } from "../../app/notices";
import { formatWhen } from "../../../electron/words/quantities";
import { useSettled } from "../../app/useSettled";
import { QueryDialog } from "../../ui/QueryDialog";
import { focusComposer } from "../chat/composer/focusComposer";
import { openChat } from "../chat/openChats";
import { markedParts } from "./markedParts";
import styles from "./SearchDialog.module.css";
import { shownTitle } from "../../../electron/words/chatTitle";
import { t } from "../../../electron/words/language";

/** Shorter than between two key strokes of a quick typist, so that no search is asked for in vain. */
const TYPING_PAUSE_MS = 110;
const LATEST_CHATS = 8;

export function SearchDialog() {
  const [query, setQuery] = useState("");
  const [openedAtMs] = useState(() => Date.now());
  const words = query.trim();
  const found = useSearch(words);
  const latest = useLatestChats();
  const searching = words !== "";
  const upToDate = !searching || found.isFor === words;
  const hits = searching ? found.hits : latest;

  const openHit = (hit: SearchHit, event: KeyboardEvent | MouseEvent) => {
    // While a search is under way, what stands there was found for other words: Enter means those that are typed.
    if (event.type === "keydown" && !upToDate) return;
    closeDialog();
    closeSidebarOverlay();
    void openChat(hit.chatId, hit.messageId).then(focusComposer);
  };

  return (
    <QueryDialog
      label={t("Search")}
      fieldLabel={t("Search all chats")}
      placeholder={t("Search all chats")}
      maxLength={500}
      icon={<Search size={16} aria-hidden />}
      query={query}
      onQuery={setQuery}
      items={hits}
      itemKey={(hit) => `${hit.chatId} ${hit.messageId ?? ""}`}
      renderItem={(hit) => <Hit hit={hit} nowMs={openedAtMs} />}
      listLabel={searching ? t("Results") : t("Recent chats")}
      onChoose={openHit}
      onClose={closeDialog}
      heading={!searching && hits.length > 0 && <p className={styles.heading}>{t("Recent chats")}</p>}
      nothing={hits.length > 0 ? "" : searching ? (upToDate ? t("No results") : "") : t("No chats yet")}
    />
  );
}

function Hit({ hit, nowMs }: { readonly hit: SearchHit; readonly nowMs: number }) {
  return (
    <div className={styles.hit}>
      <span className={styles.line}>
        <span className={styles.title}>
          {/* A hit in the title itself brings the title as its snippet. */}
          <Marked snippet={hit.messageId === null && hit.snippet !== "" ? hit.snippet : shownTitle(hit.title)} />
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

/** `isFor`: the words that these hits were found for, once they are. */
function useSearch(words: string): { readonly isFor: string | null; readonly hits: readonly SearchHit[] } {
  const query = useSettled(words, TYPING_PAUSE_MS);
  const { answer, isAsking } = useAnswer("chats.search", query === "" ? skipToken : { query }, { previousStays: true });
  const failure = answer.kind === "failed" ? answer.failure : null;
  useEffect(() => {
    // A newer search has taken its place.
    if (failure !== null && failure.code !== "request-cancelled") showFailure(failure);
  }, [failure]);
  return { isFor: isAsking ? null : query, hits: answer.kind === "loaded" ? answer.value : [] };
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
