// Key chords as text, "Mod+Shift+N": read, matched against a key press, and written for people. Renderer.
import { t } from "../../electron/words/language";

/** The parts of a KeyboardEvent that are looked at. */
export interface KeyPress {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
}

/** "Mod" is Command on macOS and Ctrl elsewhere; "Ctrl" is Ctrl everywhere. */
type Modifier = "Mod" | "Ctrl" | "Shift" | "Alt"; // not translated

const modifiers: readonly Modifier[] = ["Mod", "Ctrl", "Alt", "Shift"]; // not translated

/** The same in every language. */
const macSymbols: Readonly<Record<string, string>> = {
  Mod: "⌘",
  Ctrl: "⌃",
  Alt: "⌥",
  Shift: "⇧",
  Enter: "↩",
  Escape: "esc",
  Backspace: "⌫",
  Tab: "⇥",
};

/** As printed on the keys of the language's keyboards. */
const keyNames: Readonly<Record<string, () => string>> = {
  Mod: () => t("Ctrl"),
  Ctrl: () => t("Ctrl"),
  Alt: () => t("Alt@@key"),
  Shift: () => t("Shift@@key"),
  Enter: () => t("Enter@@key"),
  Escape: () => t("Esc"),
  Backspace: () => t("Backspace"),
  Delete: () => t("Delete@@key"),
  Tab: () => t("Tab@@key"),
  Space: () => t("Space@@key"),
  ArrowUp: () => "↑",
  ArrowDown: () => "↓",
  ArrowLeft: () => "←",
  ArrowRight: () => "→",
};

export function isMac(platform: string): boolean {
  return platform === "darwin";
}

export function matchesChord(chord: string, press: KeyPress, platform: string): boolean {
  const parts = chord.split("+");
  const key = parts.at(-1) ?? "";
  const has = (modifier: Modifier) => parts.includes(modifier);
  const mac = isMac(platform);
  return (
    press.key.toLowerCase() === key.toLowerCase() &&
    press.shiftKey === has("Shift") &&
    press.altKey === has("Alt") &&
    press.ctrlKey === (has("Ctrl") || (has("Mod") && !mac)) &&
    press.metaKey === (has("Mod") && mac)
  );
}

/** "Ctrl Shift N", or "⇧⌘N" on macOS. */
export function formatChord(chord: string, platform: string): string {
  const parts = chord.split("+");
  const key = parts.at(-1) ?? "";
  const held = modifiers.filter((modifier) => parts.includes(modifier));
  if (isMac(platform)) {
    // Apple's order: Control, Option, Shift, Command.
    const order = ["Ctrl", "Alt", "Shift", "Mod"].filter((name) => parts.includes(name)); // not translated
    return [...order, key].map((part) => macSymbols[part] ?? keyName(part)).join("");
  }
  return [...held, key].map(keyName).join(" ");
}

function keyName(key: string): string {
  return keyNames[key]?.() ?? key;
}
