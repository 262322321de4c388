// The main part of the window: header, the open chat or the first screen, composer, side panel.
import { useEffect } from "react";
import { useApp } from "../../app/appStore";
import { useLayout } from "../../app/layout";
import { EngineBanner } from "../model/EngineBanner";
import { FirstScreen } from "../start/FirstScreen";
import { ChatHeader } from "./ChatHeader";
import styles from "./ChatPage.module.css";
import { useChat } from "./chatStore";
import { Composer } from "./composer/Composer";
import { focusComposer } from "./composer/focusComposer";
import { Conversation } from "./conversation/Conversation";
import { SidePanel } from "./sidePanel/SidePanel";
import { UNTITLED } from "../../../electron/contract/untitled";
import { shownTitle } from "../../../electron/words/chatTitle";

export function ChatPage() {
  const title = useChat((state) => shownTitle(state.chat?.title ?? UNTITLED));
  const chatIsOpen = useChat((state) => state.chat !== null);
  const noModel = useApp((state) => state.models.length === 0);
  const sidePanelOpen = useLayout((state) => state.sidePanelOpen);

  useEffect(() => {
    document.title = chatIsOpen ? `${title} · Facet` : "Facet"; // not translated
  }, [chatIsOpen, title]);

  // At the start, and once there is a model: the user can type at once.
  const composerShown = chatIsOpen || !noModel;
  useEffect(() => {
    if (composerShown) focusComposer();
  }, [composerShown]);

  return (
    <>
      <main className={styles.main}>
        <h1 className="visually-hidden">{title}</h1>
        <ChatHeader />
        {composerShown ? (
          <>
            <Conversation />
            <EngineBanner />
            <Composer />
          </>
        ) : (
          <FirstScreen />
        )}
      </main>
      {sidePanelOpen && <SidePanel />}
    </>
  );
}
