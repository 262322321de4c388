// A body that is kept in memory, up to a limit. Any Node process.
import type { BodySink } from "./http";

const FIRST_ROOM_BYTES = 64 * 1024;

/** The sink throws this when more comes than it may hold. */
export class BodyTooLarge extends Error {
  override readonly name = "BodyTooLarge";
}

export class BoundedBody implements BodySink {
  readonly #maxBytes: number;
  #buffer: Uint8Array<ArrayBuffer>;
  #lengthBytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
    this.#buffer = new Uint8Array(Math.min(maxBytes, FIRST_ROOM_BYTES));
  }

  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#buffer.subarray(0, this.#lengthBytes);
  }

  room(): Uint8Array {
    if (this.#lengthBytes === this.#maxBytes) throw new BodyTooLarge();
    if (this.#lengthBytes === this.#buffer.length) {
      const larger = new Uint8Array(Math.min(this.#maxBytes, this.#buffer.length * 2));
      larger.set(this.#buffer);
      this.#buffer = larger;
    }
    return this.#buffer.subarray(this.#lengthBytes);
  }

  took(lengthBytes: number): void {
    this.#lengthBytes += lengthBytes;
  }
}
