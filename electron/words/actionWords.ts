// What the actions are called: in the application menu, in the list of shortcuts and on buttons.
import type { ActionGroup, ActionName } from "../contract/actions";
import { t } from "./language";

const LABELS: Readonly<Record<ActionName, () => string>> = {
  send: () => t("Send"),
  newline: () => t("New line"),
  stop: () => t("Stop the answer"),
  regenerate: () => t("Regenerate the last answer"),
  "answer-now": () => t("Stop thinking and answer now"),
  "switch-fine-tune": () => t("Switch fine-tune"),
  "toggle-side-by-side": () => t("Turn side by side on or off"),
  "focus-composer": () => t("Go to the message field"),
  "new-chat": () => t("New chat"),
  search: () => t("Search"),
  "next-chat": () => t("Next chat"),
  "previous-chat": () => t("Previous chat"),
  "rename-chat": () => t("Rename the chat"),
  "delete-chat": () => t("Delete the chat"),
  "toggle-sidebar": () => t("Show or hide the sidebar"),
  "open-models": () => t("Models"),
  "open-fine-tunes": () => t("Fine-tunes"),
  "toggle-settings-panel": () => t("Show or hide the chat’s settings"),
  "open-settings": () => t("Settings"),
  "show-shortcuts": () => t("Keyboard shortcuts"),
};

const GROUPS: Readonly<Record<ActionGroup, () => string>> = {
  chat: () => t("Chat"),
  chats: () => t("Chats"),
  window: () => t("Window"),
};

export function actionLabel(name: ActionName): string {
  return LABELS[name]();
}

/** The heading of a group in the list of shortcuts. */
export function actionGroupTitle(group: ActionGroup): string {
  return GROUPS[group]();
}
