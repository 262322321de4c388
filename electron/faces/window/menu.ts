// The application menu, made from the table of actions. Keys are shown here and handled by the window, which knows what has the focus. Main process.
import { app, Menu, type MenuItemConstructorOptions } from "electron";
import { actions, type MenuActionName, menuActionNames, type MenuPart } from "../../contract/actions";
import { actionLabel } from "../../words/actionWords";

export interface MenuTarget {
  send(name: MenuActionName): void;
  chooseModelFile(): void;
  openLogsFolder(): void;
}

export function setApplicationMenu(target: MenuTarget): void {
  Menu.setApplicationMenu(Menu.buildFromTemplate(template(target)));
}

function template(target: MenuTarget): MenuItemConstructorOptions[] {
  const isMac = process.platform === "darwin";
  const items = (part: MenuPart): MenuItemConstructorOptions[] =>
    menuActionNames
      .filter((name) => actions[name].menu === part)
      .map((name) => ({
        label: actionLabel(name),
        accelerator: actions[name].keys[0].replace("Mod", "CmdOrCtrl"),
        // The window's own key handler acts; registering it here too would act twice.
        registerAccelerator: false,
        click: () => target.send(name),
      }));
  const quit: MenuItemConstructorOptions = { role: "quit" };
  const separator: MenuItemConstructorOptions = { type: "separator" };
  const settings = items("settings");

  return [
    ...(isMac
      ? [
          {
            label: app.name,
            submenu: [
              { role: "about" },
              separator,
              ...settings,
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
        ...items("chats"),
        separator,
        { label: "Choose a GGUF file…", click: () => target.chooseModelFile() },
        ...(isMac ? [] : [separator, ...settings, separator, quit]),
      ],
    },
    { role: "editMenu" },
    {
      label: "&Chat",
      submenu: [...items("answer"), separator, ...items("neighbours")],
    },
    {
      label: "&View",
      submenu: [
        ...items("pages"),
        ...items("panels"),
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
      submenu: [...items("help"), { label: "Open logs folder", click: () => target.openLogsFolder() }],
    },
  ];
}
