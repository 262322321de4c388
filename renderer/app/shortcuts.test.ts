// The table of shortcuts: complete, without conflicts, every command of the menu in it.
import { describe, expect, test } from "vitest";
import { events } from "../../electron/contract/events";
import { formatChord } from "./keyChord";
import { shortcuts } from "./shortcuts";

test("every command of the application menu can be carried out", () => {
  for (const id of events["menu-command"].options) {
    expect(shortcuts.find((shortcut) => shortcut.id === id)?.run).toBeTypeOf("function");
  }
});

test("ids and words occur once", () => {
  expect(new Set(shortcuts.map(({ id }) => id)).size).toBe(shortcuts.length);
  expect(new Set(shortcuts.map(({ words }) => words)).size).toBe(shortcuts.length);
});

describe.each(["linux", "win32", "darwin"])("on %s", (platform) => {
  test("no two commands share keys", () => {
    const keys = shortcuts.flatMap(({ chords }) => chords.map((chord) => formatChord(chord, platform)));
    expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
  });

  test("no command takes keys that edit text", () => {
    const taken = ["Mod+A", "Mod+C", "Mod+V", "Mod+X", "Mod+Z", "Mod+Shift+Z", "Mod+Y"].map((chord) =>
      formatChord(chord, platform),
    );
    const keys = shortcuts.flatMap(({ chords }) => chords.map((chord) => formatChord(chord, platform)));
    expect(keys.filter((key) => taken.includes(key))).toEqual([]);
  });
});
