// The application menu. Keys are shown here and handled by the window, which knows what has the focus. Main process.
import { app, Menu, type MenuItemConstructorOptions } from "electron";
import type { EventValue } from "../../contract/events";

type MenuCommand = EventValue<"menu-command">;

export interface MenuActions {
  send(command: MenuCommand): void;
  chooseModelFile(): void;
  openLogsFolder(): void;
}

export function setApplicationMenu(actions: MenuActions): void {
  Menu.setApplicationMenu(Menu.buildFromTemplate(template(actions)));
}

function template(actions: MenuActions): MenuItemConstructorOptions[] {
  const isMac = process.platform === "darwin";
  const command = (label: string, name: MenuCommand, accelerator: string): MenuItemConstructorOptions => ({
    label,
    accelerator,
    // The window's own key handler acts; registering it here too would act twice.
    registerAccelerator: false,
    click: () => actions.send(name),
  });
  const quit: MenuItemConstructorOptions = { role: "quit" };
  const separator: MenuItemConstructorOptions = { type: "separator" };
  const settings = command("Settings", "open-settings", "CmdOrCtrl+,");

  return [
    ...(isMac
      ? [
          {
            label: app.name,
            submenu: [
              { role: "about" },
              separator,
              settings,
              separator,
              { role: "hide" },
              { role: "hideOthers" },
              { role: "unhide" },
              separator,
              quit,
            ],
          } satisfies MenuItemConstructorOptions,
        ]
      : []),
    {
      label: "&File",
      submenu: [
        command("New chat", "new-chat", "CmdOrCtrl+N"),
        command("Search", "search", "CmdOrCtrl+K"),
        separator,
        { label: "Choose a GGUF file…", click: () => actions.chooseModelFile() },
        ...(isMac ? [] : [separator, settings, separator, quit]),
      ],
    },
    { role: "editMenu" },
    {
      label: "&Chat",
      submenu: [
        command("Stop the answer", "stop", "Esc"),
        command("Switch fine-tune", "switch-fine-tune", "CmdOrCtrl+J"),
        command("Go to the message field", "focus-composer", "CmdOrCtrl+L"),
        separator,
        command("Next chat", "next-chat", "Ctrl+Tab"),
        command("Previous chat", "previous-chat", "Ctrl+Shift+Tab"),
      ],
    },
    {
      label: "&View",
      submenu: [
        command("Models", "open-models", "CmdOrCtrl+Shift+M"),
        command("Fine-tunes", "open-fine-tunes", "CmdOrCtrl+Shift+F"),
        command("Show or hide the sidebar", "toggle-sidebar", "CmdOrCtrl+B"),
        command("Show or hide the chat's settings", "toggle-settings-panel", "CmdOrCtrl+."),
        separator,
        { role: "resetZoom" },
        { role: "zoomIn" },
        { role: "zoomOut" },
        separator,
        { role: "togglefullscreen" },
        ...(app.isPackaged ? [] : [{ role: "toggleDevTools" } satisfies MenuItemConstructorOptions]),
      ],
    },
    {
      role: "help",
      submenu: [
        command("Keyboard shortcuts", "show-shortcuts", "CmdOrCtrl+/"),
        { label: "Open logs folder", click: () => actions.openLogsFolder() },
      ],
    },
  ];
}
