// One chat in the sidebar: opens on click, renames in place, carries its menu.
import { Ellipsis, Trash2 } from "lucide-react";
import { type KeyboardEvent, useRef, useState } from "react";
import type { ChatSummary } from "../../../electron/contract/chat";
import { ActionMenuItem } from "../../app/ActionMenuItem";
import { closeSidebarOverlay, startRenaming, stopRenaming, useLayout } from "../../app/layout";
import { Menu, MenuItem } from "../../ui/Menu";
import { openChat } from "../chat/openChats";
import { stackHue } from "../deltas/stackWords";
import styles from "./ChatRow.module.css";
import { RenameField } from "./RenameField";
import { shownTitle } from "../../../electron/words/chatTitle";
import { t } from "../../../electron/words/language";

interface ChatRowProps {
  readonly chat: ChatSummary;
  readonly open: boolean;
  readonly reachedByTab: boolean;
  readonly onArrow: (event: KeyboardEvent) => void;
  readonly onDelete: () => void;
}

export function ChatRow({ chat, open, reachedByTab, onArrow, onDelete }: ChatRowProps) {
  const renaming = useLayout((state) => state.renamingChatId === chat.id);
  const [menuOpen, setMenuOpen] = useState(false);
  /** What was chosen in the menu; done when the menu is gone, because it moves the focus too. */
  const afterMenu = useRef<(() => void) | null>(null);
  const button = useRef<HTMLButtonElement>(null);

  if (renaming) {
    return (
      <RenameField
        chat={chat}
        onDone={() => {
          stopRenaming();
          // The row comes back in the next frame; the focus with it.
          requestAnimationFrame(() => button.current?.focus());
        }}
      />
    );
  }

  const handleKey = (event: KeyboardEvent) => {
    if (event.key === "F2") startRenaming(chat.id);
    else if (event.key === "Delete") onDelete();
    else {
      onArrow(event);
      return;
    }
    event.preventDefault();
  };

  return (
    <div
      className={styles.row}
      data-open={open || undefined}
      data-menu={menuOpen || undefined}
      onContextMenu={(event) => {
        event.preventDefault();
        setMenuOpen(true);
      }}
    >
      <button
        ref={button}
        type="button"
        className={styles.open}
        data-reached={reachedByTab || undefined}
        aria-current={open ? "page" : undefined}
        tabIndex={reachedByTab ? 0 : -1}
        title={shownTitle(chat.title)}
        onKeyDown={handleKey}
        onClick={() => {
          closeSidebarOverlay();
          void openChat(chat.id);
        }}
        onDoubleClick={() => startRenaming(chat.id)}
      >
        <i className={styles.dot} data-hue={stackHue(chat.stack) ?? "base"} />
        <span className={styles.title}>{shownTitle(chat.title)}</span>
      </button>
      <Menu
        open={menuOpen}
        onOpenChange={setMenuOpen}
        onCloseAutoFocus={(event) => {
          if (afterMenu.current === null) return;
          event.preventDefault();
          afterMenu.current();
          afterMenu.current = null;
        }}
        trigger={
          <button
            type="button"
            className={styles.menu}
            aria-label={t("Menu of {name}", { name: shownTitle(chat.title) })}
            tabIndex={reachedByTab ? 0 : -1}
          >
            <Ellipsis size={15} />
          </button>
        }
      >
        <ActionMenuItem
          action="rename-chat"
          onSelect={() => {
            afterMenu.current = () => startRenaming(chat.id);
          }}
        >
          {t("Rename")}
        </ActionMenuItem>
        <MenuItem
          icon={<Trash2 size={15} />}
          danger
          onSelect={() => {
            afterMenu.current = onDelete;
          }}
        >
          {t("Delete")}
        </MenuItem>
      </Menu>
    </div>
  );
}
