// Text that is written piece by piece, within the bound. Engine process.
import { checkLength } from "./limits";

export class TextBuffer {
  #text = "";

  write(text: string): void {
    checkLength(this.#text.length + text.length);
    this.#text += text;
  }

  toString(): string {
    return this.#text;
  }
}
