// What each action of the table in the contract does in this window, with its icon: for keys, the menu, buttons and menu items.
import {
  Box,
  Columns3,
  Layers,
  type LucideIcon,
  PanelLeft,
  PencilLine,
  Search,
  Settings2,
  SlidersHorizontal,
  SquarePen,
} from "lucide-react";
import { type ActionName, actions } from "../../electron/contract/actions";
import type { ChatId } from "../../electron/contract/ids";
import { focusComposer } from "../features/chat/composer/focusComposer";
import { chatStore } from "../features/chat/chatStore";
import { toggleSideBySide } from "../features/chat/comparison/comparisonActions";
import { regenerateLastAnswer, stopAnswer } from "../features/chat/conversation/answerActions";
import { beginChat, deleteChat, openNeighbour } from "../features/chat/openChats";
import { answerNow } from "../features/chat/parts/answerNow";
import { appStore } from "./appStore";
import { formatChord } from "./keyChord";
import {
  closeSidebarOverlay,
  type PageName,
  showPage,
  startRenaming,
  toggleDialog,
  toggleSidebar,
  toggleSidePanel,
} from "./layout";

export interface PageAction {
  readonly run: () => void;
  readonly icon?: LucideIcon;
  /** Also possible while a dialog is open. */
  readonly inDialogs?: boolean;
}

/** The composer handles their keys, because they are about the text that is being typed. */
type ComposerActionName = "send" | "newline";

export type PageActionName = Exclude<ActionName, ComposerActionName>;

export const pageActions = {
  stop: { run: stopAnswer },
  regenerate: { run: regenerateLastAnswer },
  "answer-now": { run: answerNow },
  "switch-fine-tune": { run: switchFineTune, icon: Search, inDialogs: true },
  "toggle-side-by-side": { run: toggleSideBySide, icon: Columns3 },
  "focus-composer": { run: goToComposer },
  "new-chat": { run: startNewChat, icon: SquarePen },
  search: { run: () => toggleDialog("search"), icon: Search, inDialogs: true },
  "next-chat": { run: () => openNeighbour(1) },
  "previous-chat": { run: () => openNeighbour(-1) },
  "rename-chat": { run: () => withOpenChat(startRenaming), icon: PencilLine },
  "delete-chat": { run: () => withOpenChat((chatId) => void deleteChat(chatId)) },
  "toggle-sidebar": { run: toggleSidebar, icon: PanelLeft },
  "open-models": { run: () => goToPage("models"), icon: Box },
  "open-fine-tunes": { run: () => goToPage("fine-tunes"), icon: Layers },
  "toggle-settings-panel": { run: toggleSidePanel, icon: SlidersHorizontal },
  "open-settings": { run: () => toggleDialog("settings"), icon: Settings2, inDialogs: true },
  "show-shortcuts": { run: () => toggleDialog("shortcuts"), inDialogs: true },
} as const satisfies Readonly<Record<PageActionName, PageAction>>;

/** Those with an icon, which buttons are made of. */
export type ButtonActionName = {
  [Name in PageActionName]: (typeof pageActions)[Name] extends { icon: LucideIcon } ? Name : never;
}[PageActionName];

export function isPageAction(name: ActionName): name is PageActionName {
  return name in pageActions;
}

/** The keys of an action as shown beside its name: "Ctrl N". */
export function keysOf(name: ActionName): string {
  return formatChord(actions[name].keys[0], appStore().getState().platform);
}

function startNewChat(): void {
  beginChat();
  closeSidebarOverlay();
  focusComposer();
}

function goToPage(page: PageName): void {
  showPage(page);
  closeSidebarOverlay();
}

/** Who answers next is a matter of the conversation, which comes back first. */
function switchFineTune(): void {
  showPage("chat");
  toggleDialog("fine-tunes");
}

/** From another page, the conversation comes back first; it gives its message field the focus by itself. */
function goToComposer(): void {
  showPage("chat");
  focusComposer();
}

function withOpenChat(run: (chatId: ChatId) => void): void {
  const chatId = chatStore.getState().chat?.id;
  if (chatId !== undefined) run(chatId);
}
