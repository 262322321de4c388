// Everything the keyboard can do, in one table: the key handler, the menu's commands and the list in the app read it.
import type { EventValue } from "../../electron/contract/events";
import type { ChatId } from "../../electron/contract/ids";
import { focusComposer } from "../features/chat/composer/focusComposer";
import { chatStore } from "../features/chat/chatStore";
import { toggleSideBySide } from "../features/chat/comparison/comparisonActions";
import { regenerateLastAnswer, stopAnswer } from "../features/chat/conversation/answerActions";
import { beginChat, deleteChat, openNeighbour } from "../features/chat/openChats";
import { answerNow } from "../features/chat/parts/answerNow";
import { appStore } from "./appStore";
import { formatChord } from "./keyChord";
import { closeSidebarOverlay, showPage, startRenaming, toggleDialog, toggleSidebar, toggleSidePanel } from "./layout";

export type CommandId =
  | EventValue<"menu-command">
  | "send"
  | "newline"
  | "regenerate"
  | "answer-now"
  | "toggle-side-by-side"
  | "rename-chat"
  | "delete-chat";

export interface Shortcut {
  readonly id: CommandId;
  readonly group: "Chat" | "Chats" | "Window";
  readonly words: string;
  /** Any of these; the first is the one that is shown first. See keyChord.ts. */
  readonly chords: readonly string[];
  /** Absent: the composer handles it, because it is about the text that is being typed. */
  readonly run?: () => void;
  /** Also works while a dialog is open. */
  readonly inDialogs?: boolean;
}

export const shortcuts: readonly Shortcut[] = [
  { id: "send", group: "Chat", words: "Send", chords: ["Enter"] },
  { id: "newline", group: "Chat", words: "New line", chords: ["Shift+Enter"] },
  { id: "stop", group: "Chat", words: "Stop the answer", chords: ["Escape"], run: stopAnswer },
  {
    id: "regenerate",
    group: "Chat",
    words: "Regenerate the last answer",
    chords: ["Mod+Shift+Enter"],
    run: regenerateLastAnswer,
  },
  { id: "answer-now", group: "Chat", words: "End the thought and answer now", chords: ["Mod+Shift+A"], run: answerNow },
  {
    id: "switch-fine-tune",
    group: "Chat",
    words: "Switch fine-tune",
    chords: ["Mod+J"],
    run: switchFineTune,
    inDialogs: true,
  },
  {
    id: "toggle-side-by-side",
    group: "Chat",
    words: "Ask side by side, or one only",
    chords: ["Mod+Shift+S"],
    run: toggleSideBySide,
  },
  { id: "focus-composer", group: "Chat", words: "Go to the message field", chords: ["Mod+L"], run: goToComposer },

  { id: "new-chat", group: "Chats", words: "New chat", chords: ["Mod+N"], run: startNewChat },
  {
    id: "search",
    group: "Chats",
    words: "Search",
    chords: ["Mod+K"],
    run: () => toggleDialog("search"),
    inDialogs: true,
  },
  {
    id: "next-chat",
    group: "Chats",
    words: "Next chat",
    chords: ["Ctrl+Tab", "Alt+ArrowDown"],
    run: () => openNeighbour(1),
  },
  {
    id: "previous-chat",
    group: "Chats",
    words: "Previous chat",
    chords: ["Ctrl+Shift+Tab", "Alt+ArrowUp"],
    run: () => openNeighbour(-1),
  },
  {
    id: "rename-chat",
    group: "Chats",
    words: "Rename the chat",
    chords: ["F2"],
    run: () => withOpenChat(startRenaming),
  },
  {
    id: "delete-chat",
    group: "Chats",
    words: "Delete the chat",
    chords: ["Mod+Shift+Backspace"],
    run: () => withOpenChat((chatId) => void deleteChat(chatId)),
  },

  { id: "toggle-sidebar", group: "Window", words: "Show or hide the sidebar", chords: ["Mod+B"], run: toggleSidebar },
  { id: "open-models", group: "Window", words: "Models", chords: ["Mod+Shift+M"], run: openModels },
  { id: "open-fine-tunes", group: "Window", words: "Fine-tunes", chords: ["Mod+Shift+F"], run: openFineTunes },
  {
    id: "toggle-settings-panel",
    group: "Window",
    words: "Show or hide the chat's settings",
    chords: ["Mod+."],
    run: toggleSidePanel,
  },
  {
    id: "open-settings",
    group: "Window",
    words: "Settings",
    chords: ["Mod+,"],
    run: () => toggleDialog("settings"),
    inDialogs: true,
  },
  {
    id: "show-shortcuts",
    group: "Window",
    words: "Keyboard shortcuts",
    chords: ["Mod+/"],
    run: () => toggleDialog("shortcuts"),
    inDialogs: true,
  },
];

/** The keys of a command as shown beside its name: "Ctrl N". */
export function keysOf(id: CommandId): string | undefined {
  const chord = shortcuts.find((shortcut) => shortcut.id === id)?.chords[0];
  return chord === undefined ? undefined : formatChord(chord, appStore().getState().platform);
}

export function startNewChat(): void {
  beginChat();
  closeSidebarOverlay();
  focusComposer();
}

export function openModels(): void {
  showPage("models");
  closeSidebarOverlay();
}

export function openFineTunes(): void {
  showPage("fine-tunes");
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
