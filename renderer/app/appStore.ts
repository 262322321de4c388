// What main told the window about the app as a whole: chats in the sidebar, models, engine, settings.
import { createStore, useStore } from "zustand";
import type { ChatSummary } from "../../electron/contract/chat";
import type { EngineState } from "../../electron/contract/engineState";
import type { Failure } from "../../electron/contract/failure";
import type { ChatId } from "../../electron/contract/ids";
import type { Language } from "../../electron/contract/language";
import type { InstalledModel, StarterState } from "../../electron/contract/model";
import type { Snapshot } from "../../electron/contract/methods";
import type { AppSettings } from "../../electron/contract/settings";

export interface AppState {
  readonly appVersion: string;
  readonly electronVersion: string;
  readonly newerElectronVersion: string | null;
  readonly platform: string;
  readonly totalMemoryBytes: number;
  readonly dataFolder: string;
  readonly settings: AppSettings;
  readonly language: Language;
  /** That can be chosen. */
  readonly languages: readonly string[];
  readonly engine: EngineState;
  readonly models: readonly InstalledModel[];
  readonly starter: StarterState;
  readonly chats: Readonly<Record<ChatId, ChatSummary>>;
  /** Newest first. */
  readonly chatOrder: readonly ChatId[];
  readonly blocked: Failure | null;
}

export function createAppStore(snapshot: Snapshot) {
  return createStore<AppState>()(() => ({
    appVersion: snapshot.appVersion,
    electronVersion: snapshot.electronVersion,
    newerElectronVersion: snapshot.newerElectronVersion,
    platform: snapshot.platform,
    totalMemoryBytes: snapshot.totalMemoryBytes,
    dataFolder: snapshot.dataFolder,
    settings: snapshot.settings,
    language: snapshot.language,
    languages: snapshot.languages,
    engine: snapshot.engine,
    models: snapshot.models,
    starter: snapshot.starter,
    blocked: snapshot.blocked,
    ...indexChats(snapshot.chats),
  }));
}

export type AppStore = ReturnType<typeof createAppStore>;

export function indexChats(list: readonly ChatSummary[]): Pick<AppState, "chats" | "chatOrder"> {
  const chats: Record<ChatId, ChatSummary> = {};
  for (const chat of list) chats[chat.id] = chat;
  return { chats, chatOrder: orderByLastUse(list) };
}

function orderByLastUse(list: readonly ChatSummary[]): ChatId[] {
  return [...list].sort((a, b) => b.lastUsedAtMs - a.lastUsedAtMs).map((chat) => chat.id);
}

export function withChat(state: AppState, chat: ChatSummary): Pick<AppState, "chats" | "chatOrder"> {
  const chats = { ...state.chats, [chat.id]: chat };
  return { chats, chatOrder: orderByLastUse(Object.values(chats)) };
}

export function withoutChat(state: AppState, chatId: ChatId): Pick<AppState, "chats" | "chatOrder"> {
  const { [chatId]: _removed, ...chats } = state.chats;
  return { chats, chatOrder: state.chatOrder.filter((id) => id !== chatId) };
}

let theStore: AppStore | null = null;

/** Made once, from the first snapshot; see startApp.ts. */
export function setAppStore(store: AppStore): void {
  theStore = store;
}

export function appStore(): AppStore {
  if (theStore === null) throw new Error("The app store is read before the first snapshot came");
  return theStore;
}

export function useApp<Value>(select: (state: AppState) => Value): Value {
  return useStore(appStore(), select);
}
