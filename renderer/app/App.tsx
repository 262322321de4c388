// The frame of the window: sidebar, conversation with its header and side panel, status bar, and what floats above.
import { Direction, Tooltip } from "radix-ui";
import { textDirection } from "../../electron/words/language";
import { ChatPage } from "../features/chat/ChatPage";
import { FineTunePalette } from "../features/chat/fineTunes/FineTunePalette";
import { FineTunesPage } from "../features/deltas/FineTunesPage";
import { LoadSettingsDialog } from "../features/loading/LoadSettingsDialog";
import { LoadWarningDialog } from "../features/loading/LoadWarningDialog";
import { DropTarget } from "../features/models/DropTarget";
import { ImportDialog } from "../features/models/ImportDialog";
import { ModelsPage } from "../features/models/ModelsPage";
import { SearchDialog } from "../features/search/SearchDialog";
import { SettingsDialog } from "../features/settings/SettingsDialog";
import { ShortcutsDialog } from "../features/settings/ShortcutsDialog";
import { WhatsNewDialog } from "../features/settings/WhatsNewDialog";
import { Sidebar } from "../features/sidebar/Sidebar";
import { StatusBar } from "../features/status/StatusBar";
import styles from "./App.module.css";
import { useApp } from "./appStore";
import { BlockedPage } from "./BlockedPage";
import { closeSidebarOverlay, useLayout, useNarrow, useSidebarShown } from "./layout";
import { Notices } from "./Notices";
import { PanelBoundary } from "./PanelBoundary";

const TOOLTIP_DELAY_MS = 500;

export function App() {
  const blocked = useApp((state) => state.blocked);
  const language = useApp((state) => state.language.code);
  if (blocked !== null) return <BlockedPage failure={blocked} />;
  return (
    // Another language draws everything anew: words are said while a component renders.
    <Direction.Provider key={language} dir={textDirection(language)}>
      <Tooltip.Provider delayDuration={TOOLTIP_DELAY_MS}>
        <Frame />
        <OpenDialog />
        <LoadSettingsDialog />
        <LoadWarningDialog />
        <ImportDialog />
        <DropTarget />
        <Notices />
      </Tooltip.Provider>
    </Direction.Provider>
  );
}

function Frame() {
  const sidebarShown = useSidebarShown();
  const overlaid = useNarrow() && sidebarShown;
  return (
    <div className={styles.app} data-sidebar={sidebarShown ? "shown" : "hidden"}>
      {sidebarShown && (
        <PanelBoundary>
          <Sidebar />
        </PanelBoundary>
      )}
      {overlaid && <div className={styles.scrim} onClick={closeSidebarOverlay} aria-hidden />}
      <div className={styles.page} inert={overlaid}>
        <OpenPage />
      </div>
      <div className={styles.status} inert={overlaid}>
        <PanelBoundary>
          <StatusBar />
        </PanelBoundary>
      </div>
    </div>
  );
}

function OpenPage() {
  const page = useLayout((state) => state.page);
  switch (page) {
    case "chat":
      return (
        <PanelBoundary key="chat">
          <ChatPage />
        </PanelBoundary>
      );
    case "models":
      return (
        <PanelBoundary key="models">
          <ModelsPage />
        </PanelBoundary>
      );
    case "fine-tunes":
      return (
        <PanelBoundary key="fine-tunes">
          <FineTunesPage />
        </PanelBoundary>
      );
  }
}

function OpenDialog() {
  const dialog = useLayout((state) => state.dialog);
  switch (dialog) {
    case "search":
      return <SearchDialog />;
    case "fine-tunes":
      return <FineTunePalette />;
    case "settings":
      return <SettingsDialog />;
    case "shortcuts":
      return <ShortcutsDialog />;
    case "whats-new":
      return <WhatsNewDialog />;
    case null:
      return null;
  }
}
