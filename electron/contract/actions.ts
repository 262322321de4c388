// Every action that has keys or a line in the application menu, in one table: its name, its label, its keys and its place in the menu.
// What it does and its icon, which only the page knows, are added in renderer/app/actions.ts.

/** A part of the menu; its actions stand in the order of the table. */
export type MenuPart = "chats" | "answer" | "neighbours" | "pages" | "panels" | "settings" | "help";

interface Action {
  readonly label: string;
  /** Where it is in the list of shortcuts. */
  readonly group: "Chat" | "Chats" | "Window";
  /** Any of these; the first is shown. "Mod" is Command on macOS and Ctrl elsewhere; "Ctrl" is Ctrl everywhere. */
  readonly keys: readonly [string, ...string[]];
  /** Absent: the menu does not have it. */
  readonly menu?: MenuPart;
}

export const actions = {
  send: { label: "Send", group: "Chat", keys: ["Enter"] },
  newline: { label: "New line", group: "Chat", keys: ["Shift+Enter"] },
  stop: { label: "Stop the answer", group: "Chat", keys: ["Escape"], menu: "answer" },
  regenerate: { label: "Regenerate the last answer", group: "Chat", keys: ["Mod+Shift+Enter"] },
  "answer-now": { label: "End the thought and answer now", group: "Chat", keys: ["Mod+Shift+A"] },
  "switch-fine-tune": { label: "Switch fine-tune", group: "Chat", keys: ["Mod+J"], menu: "answer" },
  "toggle-side-by-side": { label: "Ask side by side, or one only", group: "Chat", keys: ["Mod+Shift+S"] },
  "focus-composer": { label: "Go to the message field", group: "Chat", keys: ["Mod+L"], menu: "answer" },

  "new-chat": { label: "New chat", group: "Chats", keys: ["Mod+N"], menu: "chats" },
  search: { label: "Search", group: "Chats", keys: ["Mod+K"], menu: "chats" },
  "next-chat": { label: "Next chat", group: "Chats", keys: ["Ctrl+Tab", "Alt+ArrowDown"], menu: "neighbours" },
  "previous-chat": {
    label: "Previous chat",
    group: "Chats",
    keys: ["Ctrl+Shift+Tab", "Alt+ArrowUp"],
    menu: "neighbours",
  },
  "rename-chat": { label: "Rename the chat", group: "Chats", keys: ["F2"] },
  "delete-chat": { label: "Delete the chat", group: "Chats", keys: ["Mod+Shift+Backspace"] },

  "toggle-sidebar": { label: "Show or hide the sidebar", group: "Window", keys: ["Mod+B"], menu: "panels" },
  "open-models": { label: "Models", group: "Window", keys: ["Mod+Shift+M"], menu: "pages" },
  "open-fine-tunes": { label: "Fine-tunes", group: "Window", keys: ["Mod+Shift+F"], menu: "pages" },
  "toggle-settings-panel": {
    label: "Show or hide the chat's settings",
    group: "Window",
    keys: ["Mod+."],
    menu: "panels",
  },
  "open-settings": { label: "Settings", group: "Window", keys: ["Mod+,"], menu: "settings" },
  "show-shortcuts": { label: "Keyboard shortcuts", group: "Window", keys: ["Mod+/"], menu: "help" },
} as const satisfies Readonly<Record<string, Action>>;

export type ActionName = keyof typeof actions;
export type ActionGroup = Action["group"];
export const actionNames = Object.keys(actions) as ActionName[];

export type MenuActionName = {
  [Name in ActionName]: (typeof actions)[Name] extends { readonly menu: MenuPart } ? Name : never;
}[ActionName];
export const menuActionNames = actionNames.filter((name): name is MenuActionName => "menu" in actions[name]);
