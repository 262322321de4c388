// Runs the action that a key press or the application menu asks for, each only once. Renderer.
import { actionNames, actions, type MenuActionName } from "../../electron/contract/actions";
import { isPageAction, type PageAction, type PageActionName, pageActions } from "./actions";
import { appStore } from "./appStore";
import { sinceComposingKeyMs } from "./composition";
import { matchesChord } from "./keyChord";

/** One press can arrive twice, as a key in the window and as an accelerator of the menu. */
const SAME_PRESS_MS = 80;

let last: { readonly name: PageActionName; readonly source: Source; readonly atMs: number } | null = null;

type Source = "key" | "menu";

export function listenToKeys(): void {
  window.addEventListener("keydown", (event) => {
    if (event.defaultPrevented) return;
    const { platform, blocked } = appStore().getState();
    if (blocked !== null) return;
    const name = actionNames
      .filter(isPageAction)
      .find((each) => actions[each].keys.some((chord) => matchesChord(chord, event, platform)));
    // Escape in a dialog closes the dialog, by itself, where nobody takes the key away from it.
    if (name === undefined || !isPossible(name)) return;
    event.preventDefault();
    run(name, "key");
  });
}

export function runMenuAction(name: MenuActionName): void {
  if (appStore().getState().blocked !== null || sinceComposingKeyMs() < SAME_PRESS_MS) return;
  if (isPossible(name)) run(name, "menu");
}

/** With a dialog open, of any kind and whoever opened it, only some are. */
function isPossible(name: PageActionName): boolean {
  const { inDialogs = false }: PageAction = pageActions[name];
  return inDialogs || document.querySelector("dialog[open]") === null;
}

function run(name: PageActionName, source: Source): void {
  const atMs = performance.now();
  const twice = last !== null && last.name === name && last.source !== source && atMs - last.atMs < SAME_PRESS_MS;
  last = { name, source, atMs };
  if (!twice) pageActions[name].run();
}
