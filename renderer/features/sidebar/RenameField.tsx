// The field that takes a chat's place in the sidebar while its title is edited.
import { useEffect, useRef } from "react";
import { type ChatSummary, MAX_TITLE_CHARACTERS } from "../../../electron/contract/chat";
import { renameChat } from "../chat/openChats";
import styles from "./RenameField.module.css";
import { shownTitle } from "../../../electron/words/chatTitle";
import { t } from "../../../electron/words/language";

export function RenameField({ chat, onDone }: { readonly chat: ChatSummary; readonly onDone: () => void }) {
  const field = useRef<HTMLInputElement>(null);
  const finished = useRef(false);
  useEffect(() => field.current?.select(), []);

  const finish = (keep: boolean) => {
    if (finished.current) return;
    finished.current = true;
    const title = field.current?.value.trim() ?? "";
    if (keep && title !== "" && title !== shownTitle(chat.title)) void renameChat(chat.id, title);
    onDone();
  };

  return (
    <input
      ref={field}
      className={styles.field}
      aria-label={t("Title of the chat")}
      defaultValue={shownTitle(chat.title)}
      maxLength={MAX_TITLE_CHARACTERS}
      spellCheck={false}
      onBlur={() => finish(true)}
      onKeyDown={(event) => {
        if (event.key === "Enter") finish(true);
        else if (event.key === "Escape") finish(false);
        else return;
        event.preventDefault();
      }}
    />
  );
}
