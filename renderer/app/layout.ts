// What of the window is open: page, sidebar, side panel, dialogs. Renderer; nothing of it is kept but the wide sidebar.
import { useSyncExternalStore } from "react";
import { createStore, useStore } from "zustand";
import type { ChatId } from "../../electron/contract/ids";
import { saveAppSettings } from "./appSettings";
import { appStore, useApp } from "./appStore";

export type PageName = "chat" | "models" | "fine-tunes";
export type DialogName = "search" | "fine-tunes" | "settings" | "shortcuts" | "whats-new";

export interface LayoutState {
  readonly page: PageName;
  readonly dialog: DialogName | null;
  /** Of the settings, the part that they were opened for. */
  readonly settingsPart: "network" | null;
  readonly sidePanelOpen: boolean;
  /** In a narrow window the sidebar lies over the conversation and is closed unless asked for. */
  readonly sidebarOverlayOpen: boolean;
  /** The chat whose title is being edited in the sidebar. */
  readonly renamingChatId: ChatId | null;
}

export const layoutStore = createStore<LayoutState>()(() => ({
  page: "chat",
  dialog: null,
  settingsPart: null,
  sidePanelOpen: false,
  sidebarOverlayOpen: false,
  renamingChatId: null,
}));

export function useLayout<Value>(select: (state: LayoutState) => Value): Value {
  return useStore(layoutStore, select);
}

/** Below this width the sidebar would leave less than 480 px to the conversation. The same number is in App.module.css. */
const NARROW = "(max-width: 727px)";

export function useNarrow(): boolean {
  return useSyncExternalStore(onNarrowChange, isNarrow);
}

function isNarrow(): boolean {
  return matchMedia(NARROW).matches;
}

function onNarrowChange(listener: () => void): () => void {
  const query = matchMedia(NARROW);
  query.addEventListener("change", listener);
  return () => query.removeEventListener("change", listener);
}

export function useSidebarShown(): boolean {
  const narrow = useNarrow();
  const open = useApp((state) => state.settings.sidebarOpen);
  const overlayOpen = useLayout((state) => state.sidebarOverlayOpen);
  return narrow ? overlayOpen : open;
}

export function toggleSidebar(): void {
  if (isNarrow()) {
    layoutStore.setState((state) => ({ sidebarOverlayOpen: !state.sidebarOverlayOpen }));
  } else {
    void saveAppSettings({ sidebarOpen: !appStore().getState().settings.sidebarOpen });
  }
}

export function closeSidebarOverlay(): void {
  layoutStore.setState({ sidebarOverlayOpen: false });
}

/** The side panel belongs to the conversation: from another page, it is opened there. */
export function toggleSidePanel(): void {
  layoutStore.setState(({ page, sidePanelOpen }) => ({
    page: "chat",
    sidePanelOpen: page !== "chat" || !sidePanelOpen,
  }));
}

export function showPage(page: PageName): void {
  layoutStore.setState({ page });
}

/** Opens a dialog; the same one again closes it. */
export function toggleDialog(dialog: DialogName): void {
  layoutStore.setState((state) => ({
    dialog: state.dialog === dialog ? null : dialog,
    settingsPart: null,
  }));
}

/** Where what may leave this computer is switched on and off. */
export function showNetworkSettings(): void {
  layoutStore.setState({ dialog: "settings", settingsPart: "network" });
}

export function closeDialog(): void {
  layoutStore.setState({ dialog: null, settingsPart: null });
}

/** Starts to edit a title in the sidebar, which is opened for that. */
export function startRenaming(chatId: ChatId): void {
  layoutStore.setState({ renamingChatId: chatId });
  if (isNarrow()) layoutStore.setState({ sidebarOverlayOpen: true });
  else if (!appStore().getState().settings.sidebarOpen) void saveAppSettings({ sidebarOpen: true });
}

export function stopRenaming(): void {
  layoutStore.setState({ renamingChatId: null });
}
