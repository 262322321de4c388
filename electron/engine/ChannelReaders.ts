// Readers of tokens that have no port of their own: their messages travel over the engine's own channel. Engine process.
import type { FromEngine, ReaderToEngine } from "../contract/engineProtocol";
import type { StreamPort, TokenSender } from "./TokenSender";

interface ChannelReader {
  onMessage: (message: unknown) => void;
  onClose: () => void;
}

export class ChannelReaders {
  readonly #sender: TokenSender;
  readonly #post: (message: FromEngine) => void;
  readonly #readers = new Map<string, ChannelReader>();

  constructor(sender: TokenSender, post: (message: FromEngine) => void) {
    this.#sender = sender;
    this.#post = post;
  }

  receive(request: ReaderToEngine): void {
    const reader = this.#readers.get(request.readerId);
    if (request.kind === "reader-says") reader?.onMessage(request.message);
    else {
      // One that opens again was lost on the way.
      this.#readers.delete(request.readerId);
      reader?.onClose();
      if (request.kind === "reader-open") this.#open(request.readerId);
    }
  }

  #open(readerId: string): void {
    const reader: ChannelReader = { onMessage: () => undefined, onClose: () => undefined };
    this.#readers.set(readerId, reader);
    const port: StreamPort = {
      post: (message) => this.#post({ kind: "to-reader", readerId, message }),
      close: () => this.#readers.delete(readerId),
      onMessage: (listener) => (reader.onMessage = listener),
      onClose: (listener) => (reader.onClose = listener),
    };
    this.#sender.connect(port);
  }
}
