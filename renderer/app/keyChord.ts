// Key chords as text, "Mod+Shift+N": read, matched against a key press, and written for people. Renderer.

/** The parts of a KeyboardEvent that are looked at. */
export interface KeyPress {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
}

/** "Mod" is Command on macOS and Ctrl elsewhere; "Ctrl" is Ctrl everywhere. */
type Modifier = "Mod" | "Ctrl" | "Shift" | "Alt";

const modifiers: readonly Modifier[] = ["Mod", "Ctrl", "Alt", "Shift"];

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

const keyNames: Readonly<Record<string, string>> = {
  Mod: "Ctrl",
  Escape: "Esc",
  ArrowUp: "↑",
  ArrowDown: "↓",
  ArrowLeft: "←",
  ArrowRight: "→",
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
    const order = ["Ctrl", "Alt", "Shift", "Mod"].filter((name) => parts.includes(name));
    return [...order, key].map((part) => macSymbols[part] ?? keyNames[part] ?? part).join("");
  }
  return [...held, key].map((part) => keyNames[part] ?? part).join(" ");
}
