// Those in this process who read the tokens of the answer that is being written. They stay connected when the engine starts anew.
import { randomUUID } from "node:crypto";
import type { ReaderToEngine } from "../../contract/engineProtocol";
import type { StreamToReader } from "../../contract/tokenStream";

/** The next batch comes when the promise resolves, so that a slow reader gets fewer and larger ones. */
export type TokenListener = (message: StreamToReader) => Promise<void> | void;

export class TokenReaders {
  readonly #send: (message: ReaderToEngine) => void;
  readonly #listeners = new Map<string, TokenListener>();

  /** `send` does nothing while no engine runs. */
  constructor(send: (message: ReaderToEngine) => void) {
    this.#send = send;
  }

  /** Returns what ends the reading. */
  open(listener: TokenListener): () => void {
    const readerId = randomUUID();
    this.#listeners.set(readerId, listener);
    this.#send({ kind: "reader-open", readerId });
    return () => {
      if (this.#listeners.delete(readerId)) this.#send({ kind: "reader-close", readerId });
    };
  }

  /** A new engine process knows nobody. */
  engineStarted(): void {
    for (const readerId of this.#listeners.keys()) this.#send({ kind: "reader-open", readerId });
  }

  async receive(readerId: string, message: StreamToReader): Promise<void> {
    const listener = this.#listeners.get(readerId);
    if (listener === undefined) return;
    try {
      await listener(message);
    } finally {
      if (message.kind === "batch" && this.#listeners.has(readerId))
        this.#send({ kind: "reader-says", readerId, message: { kind: "credit", requestId: message.requestId } });
    }
  }
}
