// The column on the left: new chat, search, the chats by day, this machine's memory, settings.
import { Box, Layers, PanelLeft, Search, Settings2, SquarePen } from "lucide-react";
import { type ReactNode, useEffect, useRef } from "react";
import { closeSidebarOverlay, toggleDialog, toggleSidebar, useLayout, useNarrow } from "../../app/layout";
import { keysOf, openFineTunes, openModels, startNewChat } from "../../app/shortcuts";
import { Gem } from "../../ui/Gem";
import { IconButton } from "../../ui/IconButton";
import { ChatList } from "./ChatList";
import { MemoryBar } from "./MemoryBar";
import styles from "./Sidebar.module.css";

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
      aria-label="Sidebar"
      onKeyDown={(event) => {
        if (event.key !== "Escape" || !narrow || event.defaultPrevented) return;
        event.preventDefault();
        closeSidebarOverlay();
      }}
    >
      <div className={styles.brand}>
        <Gem size={22} />
        Facet
        <IconButton
          name="Hide sidebar"
          keys={keysOf("toggle-sidebar")}
          icon={<PanelLeft size={16} />}
          className={styles.hide}
          onClick={toggleSidebar}
        />
      </div>
      <SidebarButton
        icon={<SquarePen size={16} />}
        words="New chat"
        keys={keysOf("new-chat")}
        onClick={startNewChat}
        firstFocus
      />
      <SidebarButton
        icon={<Search size={16} />}
        words="Search"
        keys={keysOf("search")}
        onClick={() => toggleDialog("search")}
      />
      <ChatList />
      <MemoryBar />
      <SidebarButton
        icon={<Box size={16} />}
        words="Models"
        keys={keysOf("open-models")}
        current={page === "models"}
        onClick={openModels}
      />
      <SidebarButton
        icon={<Layers size={16} />}
        words="Fine-tunes"
        keys={keysOf("open-fine-tunes")}
        current={page === "fine-tunes"}
        onClick={openFineTunes}
      />
      <SidebarButton
        icon={<Settings2 size={16} />}
        words="Settings"
        keys={keysOf("open-settings")}
        onClick={() => toggleDialog("settings")}
      />
    </aside>
  );
}

interface SidebarButtonProps {
  readonly icon: ReactNode;
  readonly words: string;
  readonly keys?: string | undefined;
  /** Takes the focus when the sidebar opens over the conversation. */
  readonly firstFocus?: boolean;
  /** The page that this button opens is the one on screen. */
  readonly current?: boolean;
  readonly onClick: () => void;
}

function SidebarButton({ icon, words, keys, firstFocus = false, current = false, onClick }: SidebarButtonProps) {
  return (
    <button
      type="button"
      className={styles.button}
      data-first-focus={firstFocus || undefined}
      aria-current={current ? "page" : undefined}
      onClick={onClick}
    >
      {icon}
      {words}
      {keys !== undefined && (
        <kbd className={styles.keys} aria-hidden>
          {keys}
        </kbd>
      )}
    </button>
  );
}
