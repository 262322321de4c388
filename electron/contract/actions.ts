// Every action that has keys or a line in the application menu, in one table: its name, its keys and its place in the menu.
// What it is called is said in electron/words/actionWords.ts; what it does, and its icon, in renderer/app/actions.ts.

/** A part of the menu; its actions stand in the order of the table. */
export type MenuPart = "chats" | "answer" | "neighbours" | "pages" | "panels" | "settings" | "help";

interface Action {
  /** Where it is in the list of shortcuts. */
  readonly group: "chat" | "chats" | "window";
  /** Any of these; the first is shown. "Mod" is Command on macOS and Ctrl elsewhere; "Ctrl" is Ctrl everywhere. */
  readonly keys: readonly [string, ...string[]];
  /** Absent: the menu does not have it. */
  readonly menu?: MenuPart;
}

export const actions = {
  send: { group: "chat", keys: ["Enter"] },
  newline: { group: "chat", keys: ["Shift+Enter"] },
  stop: { group: "chat", keys: ["Escape"], menu: "answer" },
  regenerate: { group: "chat", keys: ["Mod+Shift+Enter"] },
  "answer-now": { group: "chat", keys: ["Mod+Shift+A"] },
  "switch-fine-tune": { group: "chat", keys: ["Mod+J"], menu: "answer" },
  "toggle-side-by-side": { group: "chat", keys: ["Mod+Shift+S"] },
  "focus-composer": { group: "chat", keys: ["Mod+L"], menu: "answer" },

  "new-chat": { group: "chats", keys: ["Mod+N"], menu: "chats" },
  search: { group: "chats", keys: ["Mod+K"], menu: "chats" },
  "next-chat": { group: "chats", keys: ["Ctrl+Tab", "Alt+ArrowDown"], menu: "neighbours" },
  "previous-chat": {
    group: "chats",
    keys: ["Ctrl+Shift+Tab", "Alt+ArrowUp"],
    menu: "neighbours",
  },
  "rename-chat": { group: "chats", keys: ["F2"] },
  "delete-chat": { group: "chats", keys: ["Mod+Shift+Backspace"] },

  "toggle-sidebar": { group: "window", keys: ["Mod+B"], menu: "panels" },
  "open-models": { group: "window", keys: ["Mod+Shift+M"], menu: "pages" },
  "open-fine-tunes": { group: "window", keys: ["Mod+Shift+F"], menu: "pages" },
  "toggle-settings-panel": {
    group: "window",
    keys: ["Mod+."],
    menu: "panels",
  },
  "open-settings": { group: "window", keys: ["Mod+,"], menu: "settings" },
  "show-shortcuts": { group: "window", keys: ["Mod+/"], menu: "help" },
} as const satisfies Readonly<Record<string, Action>>;

export type ActionName = keyof typeof actions;
export type ActionGroup = Action["group"];
export const actionNames = Object.keys(actions) as ActionName[];

export type MenuActionName = {
  [Name in ActionName]: (typeof actions)[Name] extends { readonly menu: MenuPart } ? Name : never;
}[ActionName];
export const menuActionNames = actionNames.filter((name): name is MenuActionName => "menu" in actions[name]);
