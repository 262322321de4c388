// Keys that an input method composes with belong to it. One listener stands before all others and lets none of them see such a key,
// so that no handler of keys, a library's included, has to think of it. Renderer.

/** What browsers give as the code of a key that the input method has taken; in Safari also after the composition has ended. */
const TAKEN_BY_INPUT_METHOD = 229;

let lastKeyAtMs = Number.NEGATIVE_INFINITY;

/** `root` is the first that hears of a key, the window; called before anything else listens there. */
export function keepComposingKeys(root: EventTarget): void {
  for (const type of ["keydown", "keypress", "keyup"]) {
    root.addEventListener(type, (event) => isKey(event) && keepToInputMethod(event), { capture: true });
  }
}

/** How long ago the input method had a key of its own, in ms: the application menu may bring the same press once more. */
export function sinceComposingKeyMs(): number {
  return performance.now() - lastKeyAtMs;
}

function keepToInputMethod(event: KeyboardEvent): void {
  if (!event.isComposing && event.keyCode !== TAKEN_BY_INPUT_METHOD) return;
  lastKeyAtMs = performance.now();
  event.stopImmediatePropagation();
  // What the browser does without a listener: a <dialog> closes, the focus goes on.
  if (event.key === "Escape" || event.key === "Tab") event.preventDefault();
}

function isKey(event: Event): event is KeyboardEvent {
  return "keyCode" in event;
}
