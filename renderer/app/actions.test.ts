// The table of actions: no label twice, no keys twice, none that a text field needs.
import { describe, expect, test } from "vitest";
import { actionNames, actions } from "../../electron/contract/actions";
import { actionLabel } from "../../electron/words/actionWords";
import { formatChord } from "./keyChord";

test("labels occur once", () => {
  expect(new Set(actionNames.map((name) => actionLabel(name))).size).toBe(actionNames.length);
});

describe.each(["linux", "win32", "darwin"])("on %s", (platform) => {
  const keys = actionNames.flatMap((name) => actions[name].keys.map((chord) => formatChord(chord, platform)));

  test("no two actions share keys", () => {
    expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
  });

  test("no action takes keys that edit text", () => {
    const taken = ["Mod+A", "Mod+C", "Mod+V", "Mod+X", "Mod+Z", "Mod+Shift+Z", "Mod+Y"].map((chord) =>
      formatChord(chord, platform),
    );
    expect(keys.filter((key) => taken.includes(key))).toEqual([]);
  });
});
