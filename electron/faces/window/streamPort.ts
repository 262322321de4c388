// Joins window and engine by a MessagePort, so that tokens do not pass through main. Main process.
import { MessageChannelMain, type MessagePortMain, type WebContents } from "electron";
import { STREAM_PORT_CHANNEL } from "../../contract/bridge";

/**
 * Remembers that the page wants a stream, and makes a new pair of ports whenever the page asks (it was reloaded)
 * or the engine process is a new one. The old ports close by themselves when their other end goes.
 */
export class StreamPort {
  #page: WebContents | null = null;
  readonly #giveToEngine: (port: MessagePortMain) => boolean;

  /** `giveToEngine` returns false when no engine process is running. */
  constructor(giveToEngine: (port: MessagePortMain) => boolean) {
    this.#giveToEngine = giveToEngine;
  }

  connectPage(page: WebContents): void {
    this.#page = page;
    this.#join();
  }

  engineStarted(): void {
    this.#join();
  }

  #join(): void {
    if (this.#page === null || this.#page.isDestroyed()) return;
    const { port1, port2 } = new MessageChannelMain();
    if (this.#giveToEngine(port1)) {
      this.#page.postMessage(STREAM_PORT_CHANNEL, null, [port2]);
    } else {
      port1.close();
      port2.close();
    }
  }
}
