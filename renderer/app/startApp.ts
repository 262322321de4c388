// Start of the window, as a list: listen, ask main for everything once, put it into the stores, then follow the events.
import type { EventName, EventValue } from "../../electron/contract/events";
import type { Language } from "../../electron/contract/language";
import type { Snapshot } from "../../electron/contract/methods";
import { setLanguage, textDirection } from "../../electron/words/language";
import { applyMessage } from "../features/chat/chatStore";
import { forgetChat, applyChat, replaceChats, saveOpenChat } from "../features/chat/openChats";
import { startTokenStream } from "../features/chat/stream/tokenStream";
import { applyDeltas, applyEngineDeltas, startDeltas } from "../features/deltas/deltas";
import { applyJobs, startJobs } from "../features/jobs/jobs";
import { showLoadWarning } from "../features/loading/loading";
import { applyDownloads, startDownloads } from "../features/models/downloads";
import { applyFileTasks, applySameFiles, startFileTasks } from "../features/models/fileTasks";
import { followNetwork } from "../features/models/hubReach";
import { appStore, createAppStore, setAppStore } from "./appStore";
import { call } from "./bridge";
import { keepComposingKeys } from "./composition";
import { listenToKeys, runMenuAction } from "./keyboard";
import { showNoticeFromMain } from "./notices";
import { followOldAnswers } from "./oldAnswers";
import { followTheme } from "./theme";

export async function startApp(): Promise<void> {
  const begin = followEvents();
  const [snapshot] = await Promise.all([call("app.snapshot", undefined), loadFonts()]);
  if (!snapshot.ok) throw new Error(`${snapshot.failure.code}: ${snapshot.failure.cause ?? "no snapshot"}`);
  fillStores(snapshot.value);
  begin();
  followTheme();
  keepComposingKeys(window);
  listenToKeys();
  saveOnLeaving();
  followNetwork();
  startTokenStream();
  void startDownloads();
  void startJobs();
  void startDeltas();
  void startFileTasks();
}

function fillStores(snapshot: Snapshot): void {
  speak(snapshot.language);
  setAppStore(createAppStore(snapshot));
  for (const notice of snapshot.notices) showNoticeFromMain(notice.id, notice.failure);
}

/** Events that come before the snapshot wait for it; each carries a whole state, so playing them again does no harm. */
function followEvents(): () => void {
  let waiting: (() => void)[] | null = [];
  function on<Name extends EventName>(name: Name, apply: (value: EventValue<Name>) => void): void {
    window.facet.on(name, (value) => {
      if (waiting === null) apply(value);
      else waiting.push(() => apply(value));
    });
  }

  on("language-changed", (language) => {
    speak(language);
    appStore().setState({ language });
  });
  on("engine-changed", (engine) => appStore().setState({ engine }));
  on("models-changed", (models) => appStore().setState({ models }));
  on("starter-changed", (starter) => appStore().setState({ starter }));
  on("load-warned", showLoadWarning);
  on("downloads-changed", applyDownloads);
  on("jobs-changed", applyJobs);
  on("deltas-changed", applyDeltas);
  on("engine-deltas-changed", applyEngineDeltas);
  on("file-tasks-changed", applyFileTasks);
  on("same-files-changed", applySameFiles);
  on("chat-changed", applyChat);
  on("chats-replaced", replaceChats);
  on("chat-removed", ({ chatId }) => forgetChat(chatId));
  on("message-changed", applyMessage);
  on("notice-added", ({ id, failure }) => showNoticeFromMain(id, failure));
  on("menu-command", runMenuAction);
  followOldAnswers(on);

  return () => {
    const early = waiting ?? [];
    waiting = null;
    for (const apply of early) apply();
  };
}

/** What a side panel still holds back is saved when the window is left or closed. */
function saveOnLeaving(): void {
  window.addEventListener("blur", () => void saveOpenChat());
  window.addEventListener("pagehide", () => void saveOpenChat());
}

/** The first frame is drawn in the right letters; they are on disk beside the page. */
async function loadFonts(): Promise<void> {
  await Promise.allSettled([
    document.fonts.load("400 14px 'Inter Variable'"),
    document.fonts.load("600 14px 'Inter Variable'"),
  ]);
}

/** What is on screen is drawn again by App, for which the language is a key. */
function speak(language: Language): void {
  setLanguage(language);
  document.documentElement.lang = language.code;
  document.documentElement.dir = textDirection(language.code);
}
