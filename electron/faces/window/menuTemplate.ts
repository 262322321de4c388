// The application menu, made from the table of actions. Keys are shown here and handled by the window, which knows what has the focus. Pure.
import type { MenuItemConstructorOptions } from "electron";
import { actions, type MenuActionName, menuActionNames, type MenuPart } from "../../contract/actions";
import { actionLabel } from "../../words/actionWords";
import { t } from "../../words/language";

export interface MenuTarget {
  send(name: MenuActionName): void;
  chooseModelFile(): void;
  openLogsFolder(): void;
}

export interface MenuOf {
  name: string;
  isPackaged: boolean;
  platform: NodeJS.Platform;
}

export function menuTemplate(
  target: MenuTarget,
  { name: appName, isPackaged, platform }: MenuOf,
): MenuItemConstructorOptions[] {
  const isMac = platform === "darwin";
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
    label: isMac ? t("Quit {app}", { app: appName }) : t("Quit"),
  };
  const separator: MenuItemConstructorOptions = { type: "separator" };
  const settings = items("settings");

  return [
    ...(isMac
      ? [
          {
            label: appName,
            submenu: [
              { role: "about", label: t("About {app}", { app: appName }) },
              separator,
              // As every Mac program has it: with dots.
              ...settings.map((item) => ({ ...item, label: t("Settings…") })),
              separator,
              { role: "services", label: t("Services") },
              separator,
              { role: "hide", label: t("Hide {app}", { app: appName }) },
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
        separator,
        ...(isMac
          ? [{ role: "close", label: t("Close window") } satisfies MenuItemConstructorOptions]
          : [...settings, separator, quit]),
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
        ...(isPackaged
          ? []
          : [{ role: "toggleDevTools", label: t("Developer tools") } satisfies MenuItemConstructorOptions]),
      ],
    },
    ...(isMac ? [windowMenu()] : []),
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

/** A Mac lists the open windows below. */
function windowMenu(): MenuItemConstructorOptions {
  return {
    role: "window",
    label: t("Window"),
    submenu: [
      { role: "minimize", label: t("Minimize") },
      { role: "zoom", label: t("Zoom@@window") },
      { type: "separator" },
      { role: "front", label: t("Bring all to front") },
    ],
  };
}
