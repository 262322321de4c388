// An input method (Japanese, Chinese, Korean …) that composes in the field with the focus, through Chromium's own protocol.
import type { CDPSession, Page } from "@playwright/test";

const CODES = { Enter: 13, Tab: 9, Escape: 27, ArrowDown: 40, ArrowUp: 38, "/": 191, k: 75, n: 78 } as const;
type Key = keyof typeof CODES;

/** What browsers say of a key that the input method took. */
const TAKEN = 229;
const CTRL = 2;

export class InputMethod {
  readonly #session: CDPSession;

  private constructor(session: CDPSession) {
    this.#session = session;
  }

  static async on(page: Page): Promise<InputMethod> {
    return new InputMethod(await page.context().newCDPSession(page));
  }

  /** Shows `text` underlined in the field: a composition goes on until it is committed. */
  async compose(text: string): Promise<void> {
    await this.#session.send("Input.imeSetComposition", {
      text,
      selectionStart: text.length,
      selectionEnd: text.length,
    });
  }

  /** Ends the composition with this text. */
  async commit(text: string): Promise<void> {
    await this.#session.send("Input.insertText", { text });
  }

  async press(key: Key, { taken = false, ctrl = false } = {}): Promise<void> {
    const press = { key, windowsVirtualKeyCode: taken ? TAKEN : CODES[key], modifiers: ctrl ? CTRL : 0 };
    await this.#session.send("Input.dispatchKeyEvent", { type: "rawKeyDown", ...press });
    await this.#session.send("Input.dispatchKeyEvent", { type: "keyUp", ...press });
  }

  /** Each key that means something in this app, with and without the code of a key that was taken. */
  async pressAll(...keys: readonly Key[]): Promise<void> {
    for (const key of keys) for (const taken of [false, true]) await this.press(key, { taken });
  }
}
