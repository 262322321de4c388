// The line above the conversation: which model answers, as what, and the way to the chat's settings.
import { ActionButton } from "../../app/ActionButton";
import { useApp } from "../../app/appStore";
import { useLayout } from "../../app/layout";
import { ShowSidebarButton } from "../../app/ShowSidebarButton";
import { ModelMenu } from "../model/ModelMenu";
import styles from "./ChatHeader.module.css";
import { SideBySideButton } from "./comparison/SideBySideButton";
import { FineTuneChips } from "./fineTunes/FineTuneChips";
import { t } from "../../../electron/words/language";

export function ChatHeader() {
  const sidePanelOpen = useLayout((state) => state.sidePanelOpen);
  const hasModel = useApp((state) => state.models.length > 0);
  return (
    <header className={styles.header}>
      <ShowSidebarButton />
      <ModelMenu />
      {hasModel && <FineTuneChips />}
      <span className={styles.space} />
      <SideBySideButton />
      <ActionButton action="toggle-settings-panel" name={t("Chat settings")} aria-pressed={sidePanelOpen} />
    </header>
  );
}
