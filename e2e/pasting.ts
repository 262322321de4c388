// Texts and pictures in the system's clipboard, and how long the window takes to answer the key after a paste.
import type { FacetApp } from "./FacetApp";

/** CDP's mask for Ctrl. */
const CTRL = 2;
/** A window that is frozen for so long counts as that; texts of a megabyte have killed its process after minutes. */
const FROZEN_MS = 300_000;

export const LONG_TEXTS = {
  prose: "The lighthouse stood at the end of the long pier, and its keeper counted the ships. ",
  "short lines": "ab\n",
  "emoji after each word": "hello 🙂 ",
  "one word": "a",
} as const;

export function textOfLength(kind: keyof typeof LONG_TEXTS, characters: number): string {
  const unit = LONG_TEXTS[kind];
  return unit.repeat(Math.ceil(characters / unit.length)).slice(0, characters);
}

export async function copyText(app: FacetApp, text: string): Promise<void> {
  await app.electron.evaluate(({ clipboard }, copied) => clipboard.writeText(copied), text);
}

/** A picture of one colour. */
export async function copyPicture(app: FacetApp): Promise<void> {
  await app.electron.evaluate(async ({ clipboard, ClipboardItem, nativeImage }) => {
    const picture = nativeImage.createFromBitmap(Buffer.alloc(16 * 16 * 4, 200), { width: 16, height: 16 });
    // The fallback runtime of set-up is older than the types.
    const writeImage: unknown = Reflect.get(clipboard, "writeImage");
    if (typeof writeImage === "function") writeImage.call(clipboard, picture);
    else
      await clipboard.write([
        new ClipboardItem({ "image/png": new Blob([new Uint8Array(picture.toPNG())], { type: "image/png" }) }),
      ]);
  });
}

/**
 * Pastes what was copied into the field with the focus and presses a key at once. Time in ms from the paste to the frame after the one
 * in which the key has been handled.
 */
export async function pasteAndPressKey(app: FacetApp): Promise<number> {
  await app.window.evaluate(() => {
    const times = { pastedAtMs: 0, answeredAtMs: 0 };
    Reflect.set(window, "pasteTimes", times);
    const listening = new AbortController();
    addEventListener(
      "keydown",
      (event) => {
        if (event.key === "v" && event.ctrlKey) times.pastedAtMs = event.timeStamp;
        if (event.key !== "x") return;
        listening.abort();
        requestAnimationFrame(() =>
          requestAnimationFrame(() => {
            times.answeredAtMs = performance.now();
          }),
        );
      },
      { capture: true, signal: listening.signal },
    );
  });
  const session = await app.window.context().newCDPSession(app.window);
  const press = (key: string, code: number, rest: object) =>
    [{ type: "keyDown" as const, ...rest }, { type: "keyUp" as const }].map((event) =>
      session.send("Input.dispatchKeyEvent", { key, windowsVirtualKeyCode: code, ...event }),
    );
  // Sent without waiting for each other, as keys come.
  await Promise.all([...press("v", 86, { modifiers: CTRL, commands: ["paste"] }), ...press("x", 88, { text: "x" })]);
  const answered = await app.window.waitForFunction(
    () => {
      const times: { pastedAtMs: number; answeredAtMs: number } = Reflect.get(window, "pasteTimes");
      return times.answeredAtMs > 0 ? times.answeredAtMs - times.pastedAtMs : null;
    },
    undefined,
    { timeout: FROZEN_MS },
  );
  await session.detach();
  return Number(await answered.jsonValue());
}
