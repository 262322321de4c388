// Gives the application its menu. Main process.
import { app, Menu } from "electron";
import { menuTemplate, type MenuTarget } from "./menuTemplate";

export function setApplicationMenu(target: MenuTarget): void {
  const { name, isPackaged } = app;
  Menu.setApplicationMenu(
    Menu.buildFromTemplate(menuTemplate(target, { name, isPackaged, platform: process.platform })),
  );
}
