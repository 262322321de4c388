// The line above the conversation: which model answers, as what, and the way to the chat's settings.
import { PanelLeft, SlidersHorizontal } from "lucide-react";
import { useApp } from "../../app/appStore";
import { toggleSidebar, toggleSidePanel, useLayout, useSidebarShown } from "../../app/layout";
import { keysOf } from "../../app/shortcuts";
import { IconButton } from "../../ui/IconButton";
import { ModelMenu } from "../model/ModelMenu";
import styles from "./ChatHeader.module.css";
import { SideBySideButton } from "./comparison/SideBySideButton";
import { FineTuneChips } from "./fineTunes/FineTuneChips";

export function ChatHeader() {
  const sidebarShown = useSidebarShown();
  const sidePanelOpen = useLayout((state) => state.sidePanelOpen);
  const hasModel = useApp((state) => state.models.length > 0);
  return (
    <header className={styles.header}>
      {!sidebarShown && (
        <IconButton
          name="Show sidebar"
          keys={keysOf("toggle-sidebar")}
          icon={<PanelLeft size={16} />}
          onClick={toggleSidebar}
        />
      )}
      <ModelMenu />
      {hasModel && <FineTuneChips />}
      <span className={styles.space} />
      <SideBySideButton />
      <IconButton
        name="Chat settings"
        keys={keysOf("toggle-settings-panel")}
        icon={<SlidersHorizontal size={16} />}
        aria-pressed={sidePanelOpen}
        onClick={toggleSidePanel}
      />
    </header>
  );
}
