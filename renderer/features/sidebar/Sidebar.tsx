// The column on the left: new chat, search, the chats by day, this machine's memory, settings.
import { useEffect, useRef } from "react";
import { actionLabel } from "../../../electron/words/actionWords";
import { ActionButton } from "../../app/ActionButton";
import { type ButtonActionName, keysOf, pageActions } from "../../app/actions";
import { closeSidebarOverlay, useLayout, useNarrow } from "../../app/layout";
import { Gem } from "../../ui/Gem";
import { ChatList } from "./ChatList";
import { MemoryBar } from "./MemoryBar";
import styles from "./Sidebar.module.css";
import { t } from "../../../electron/words/language";

export function Sidebar() {
  const narrow = useNarrow();
  const page = useLayout((state) => state.page);
  const ref = useRef<HTMLElement>(null);
  // Lying over the conversation it takes the focus, as a dialog would.
  useEffect(() => {
    if (!narrow) return;
    const before = document.activeElement;
    ref.current?.querySelector<HTMLElement>("[data-first-focus]")?.focus();
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, [narrow]);

  return (
    // Escape closes the sidebar where it is over the conversation.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <aside
      ref={ref}
      className={styles.sidebar}
      aria-label={t("Sidebar")}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || !narrow || event.defaultPrevented) return;
        event.preventDefault();
        closeSidebarOverlay();
      }}
    >
      <div className={styles.brand}>
        <Gem size={22} />
        Facet
        <ActionButton action="toggle-sidebar" name={t("Hide sidebar")} className={styles.hide} />
      </div>
      <SidebarButton action="new-chat" firstFocus />
      <SidebarButton action="search" />
      <ChatList />
      <MemoryBar />
      <SidebarButton action="open-models" current={page === "models"} />
      <SidebarButton action="open-fine-tunes" current={page === "fine-tunes"} />
      <SidebarButton action="open-settings" />
    </aside>
  );
}

interface SidebarButtonProps {
  readonly action: ButtonActionName;
  /** Takes the focus when the sidebar opens over the conversation. */
  readonly firstFocus?: boolean;
  /** The page that this button opens is the one on screen. */
  readonly current?: boolean;
}

function SidebarButton({ action, firstFocus = false, current = false }: SidebarButtonProps) {
  const { icon: Icon, run } = pageActions[action];
  return (
    <button
      type="button"
      className={styles.button}
      data-first-focus={firstFocus || undefined}
      aria-current={current ? "page" : undefined}
      onClick={run}
    >
      <Icon size={16} />
      {actionLabel(action)}
      <kbd className={styles.keys} aria-hidden>
        {keysOf(action)}
      </kbd>
    </button>
  );
}
