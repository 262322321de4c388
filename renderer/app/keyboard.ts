// Turns key presses and commands of the application menu into what the table of shortcuts says, each only once.
import { appStore } from "./appStore";
import { sinceComposingKeyMs } from "./composition";
import { matchesChord } from "./keyChord";
import { type CommandId, type Shortcut, shortcuts } from "./shortcuts";

/** One press can arrive twice, as a key in the window and as an accelerator of the menu. */
const SAME_PRESS_MS = 80;

let last: { readonly id: CommandId; readonly source: Source; readonly atMs: number } | null = null;

type Source = "key" | "menu";

export function listenToKeys(): void {
  window.addEventListener("keydown", (event) => {
    if (event.defaultPrevented) return;
    const { platform, blocked } = appStore().getState();
    if (blocked !== null) return;
    const shortcut = shortcuts.find(
      ({ run, chords }) => run !== undefined && chords.some((chord) => matchesChord(chord, event, platform)),
    );
    if (shortcut === undefined) return;
    // Escape in a dialog closes the dialog, by itself, where nobody takes the key away from it.
    if (isDialogOpen() && shortcut.inDialogs !== true) return;
    event.preventDefault();
    run(shortcut, "key");
  });
}

export function runMenuCommand(id: CommandId): void {
  const shortcut = shortcuts.find((other) => other.id === id);
  if (shortcut === undefined || appStore().getState().blocked !== null || sinceComposingKeyMs() < SAME_PRESS_MS) return;
  if (isDialogOpen() && shortcut.inDialogs !== true) return;
  run(shortcut, "menu");
}

/** Of any kind, whoever opened it. */
function isDialogOpen(): boolean {
  return document.querySelector("dialog[open]") !== null;
}

function run(shortcut: Shortcut, source: Source): void {
  const atMs = performance.now();
  const twice = last !== null && last.id === shortcut.id && last.source !== source && atMs - last.atMs < SAME_PRESS_MS;
  last = { id: shortcut.id, source, atMs };
  if (!twice) shortcut.run?.();
}
