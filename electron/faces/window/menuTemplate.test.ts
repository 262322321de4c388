// The menu of each system: what a Mac's own programs have, in the same places.
import { expect, it } from "vitest";
import { menuTemplate } from "./menuTemplate";

type Items = ReturnType<typeof menuTemplate>;
const target = { send: () => {}, chooseModelFile: () => {}, openLogsFolder: () => {} };
const menuOf = (platform: NodeJS.Platform) => menuTemplate(target, { name: "Facet", isPackaged: true, platform });
const itemsOf = (menu: Items, label: string) => menu.find((part) => part.label === label)?.submenu as Items;
/** Roles, or labels of what is Facet's own. */
const namesOf = (items: Items) => items.map(({ role, label, type }) => role ?? label ?? type);

it("has on a Mac what its programs have", () => {
  const menu = menuOf("darwin");
  expect(menu.map(({ label }) => label)).toEqual(["Facet", "&File", "&Edit", "&Chat", "&View", "Window", "&Help"]);
  expect(namesOf(itemsOf(menu, "Facet"))).toEqual([
    "about",
    "separator",
    "Settings…",
    "separator",
    "services",
    "separator",
    "hide",
    "hideOthers",
    "unhide",
    "separator",
    "quit",
  ]);
  expect(namesOf(itemsOf(menu, "Window"))).toEqual(["minimize", "zoom", "separator", "front"]);
  expect(menu.find(({ label }) => label === "Window")?.role).toBe("window");
  // ⌘W, beside ⌘M of the window's menu.
  expect(namesOf(itemsOf(menu, "&File")).at(-1)).toBe("close");
});

it.each(["linux", "win32"] as const)(
  "ends its first menu with the settings and the end of the app on %s",
  (platform) => {
    const menu = menuOf(platform);
    expect(menu.map(({ label }) => label)).toEqual(["&File", "&Edit", "&Chat", "&View", "&Help"]);
    expect(namesOf(itemsOf(menu, "&File")).slice(-3)).toEqual(["Settings", "separator", "quit"]);
  },
);
