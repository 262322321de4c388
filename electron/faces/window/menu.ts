// The application menu, made from the table of actions. Keys are shown here and handled by the window, which knows what has the focus. Main process.
import { app, Menu, type MenuItemConstructorOptions } from "electron";
import { actions, type MenuActionName, menuActionNames, type MenuPart } from "../../contract/actions";
import { actionLabel } from "../../words/actionWords";
import { t } from "../../words/language";

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
        accelerator: actions[name].keys[0].replace("Mod", "CmdOrCtrl"), // not translated
        // The window's own key handler acts; registering it here too would act twice.
        registerAccelerator: false,
        click: () => target.send(name),
      }));
  const quit: MenuItemConstructorOptions = {
    role: "quit",
    label: isMac ? t("Quit {app}", { app: app.name }) : t("Quit"),
  };
  const separator: MenuItemConstructorOptions = { type: "separator" };
  const settings = items("settings");

  return [
    ...(isMac
      ? [
          {
            label: app.name,
            submenu: [
              { role: "about", label: t("About {app}", { app: app.name }) },
              separator,
              ...settings,
              separator,
              { role: "hide", label: t("Hide {app}", { app: app.name }) },
              { role: "hideOthers", label: t("Hide others") },
              { role: "unhide", label: t("Show all") },
              separator,
              quit,
            ],
          } satisfies MenuItemConstructorOptions,
        ]
      : []),
    {
      label: t("&File"),
      submenu: [
        ...items("chats"),
        separator,
        { label: t("Choose a GGUF file…"), click: () => target.chooseModelFile() },
        ...(isMac ? [] : [separator, ...settings, separator, quit]),
      ],
    },
    { role: "editMenu", label: t("&Edit"), submenu: editing() },
    {
      label: t("&Chat"),
      submenu: [...items("answer"), separator, ...items("neighbours")],
    },
    {
      label: t("&View"),
      submenu: [
        ...items("pages"),
        ...items("panels"),
        separator,
        { role: "resetZoom", label: t("Actual size") },
        { role: "zoomIn", label: t("Zoom in") },
        { role: "zoomOut", label: t("Zoom out") },
        separator,
        { role: "togglefullscreen", label: t("Full screen") },
        ...(app.isPackaged
          ? []
          : [{ role: "toggleDevTools", label: t("Developer tools") } satisfies MenuItemConstructorOptions]),
      ],
    },
    {
      role: "help",
      label: t("&Help"),
      submenu: [...items("help"), { label: t("Open logs folder"), click: () => target.openLogsFolder() }],
    },
  ];
}

/** As Electron's own menu has it, whose labels are English everywhere. */
function editing(): MenuItemConstructorOptions[] {
  return [
    { role: "undo", label: t("Undo") },
    { role: "redo", label: t("Redo") },
    { type: "separator" },
    { role: "cut", label: t("Cut") },
    { role: "copy", label: t("Copy@@verb") },
    { role: "paste", label: t("Paste") },
    { role: "delete", label: t("Delete") },
    { type: "separator" },
    { role: "selectAll", label: t("Select all") },
  ];
}
