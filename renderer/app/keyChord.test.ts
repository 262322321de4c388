// Chords match exactly the keys they name, on each platform.
import { afterEach, expect, test } from "vitest";
import { ENGLISH, setLanguage } from "../../electron/words/language";
import { formatChord, matchesChord } from "./keyChord";

afterEach(() => setLanguage(ENGLISH));

const none = { ctrlKey: false, metaKey: false, shiftKey: false, altKey: false };

test("Mod is Ctrl on Linux and Windows, Command on macOS", () => {
  expect(matchesChord("Mod+N", { ...none, key: "n", ctrlKey: true }, "linux")).toBe(true);
  expect(matchesChord("Mod+N", { ...none, key: "n", metaKey: true }, "linux")).toBe(false);
  expect(matchesChord("Mod+N", { ...none, key: "n", metaKey: true }, "darwin")).toBe(true);
  expect(matchesChord("Mod+N", { ...none, key: "n", ctrlKey: true }, "darwin")).toBe(false);
});

test("a held modifier that the chord does not name is another chord", () => {
  expect(matchesChord("Mod+N", { ...none, key: "N", ctrlKey: true, shiftKey: true }, "linux")).toBe(false);
  expect(matchesChord("Escape", { ...none, key: "Escape", altKey: true }, "linux")).toBe(false);
});

test("Ctrl Tab stays Ctrl Tab on macOS", () => {
  expect(matchesChord("Ctrl+Tab", { ...none, key: "Tab", ctrlKey: true }, "darwin")).toBe(true);
});

test("written the way each platform writes them", () => {
  expect(formatChord("Mod+Shift+Backspace", "linux")).toBe("Ctrl Shift Backspace");
  expect(formatChord("Mod+Shift+Backspace", "darwin")).toBe("⇧⌘⌫");
  expect(formatChord("Alt+ArrowUp", "win32")).toBe("Alt ↑");
});

test("keys are named as on the language's keyboards; macOS has symbols of its own", () => {
  setLanguage({ code: "de", texts: { Ctrl: "Strg", "Shift@@key": "Umschalt", "Enter@@key": "Eingabe" } });
  expect(formatChord("Mod+Shift+Enter", "linux")).toBe("Strg Umschalt Eingabe");
  expect(formatChord("Mod+Shift+Enter", "darwin")).toBe("⇧⌘↩");
});
