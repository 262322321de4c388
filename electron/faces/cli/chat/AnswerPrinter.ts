// Prints an answer as it grows: each call writes what is new. Thoughts are dim, and only on a terminal: a pipe gets the answer alone.
import type { MessagePart } from "../../../contract/parts";
import type { Output } from "../Output";

export class AnswerPrinter {
  readonly #output: Output;
  /** The part that was written last, as far as it was written. */
  #at = { index: -1, kind: "text", text: "" };
  #last = "";

  constructor(output: Output) {
    this.#output = output;
  }

  print(parts: readonly MessagePart[]): void {
    const shown = parts.filter(({ kind }) => kind === "text" || (kind === "thought" && this.#output.isTerminal));
    for (const [index, part] of shown.entries()) {
      if (index < this.#at.index || part.kind === "tool-call" || part.kind === "tool-result" || part.text === "")
        continue;
      const { kind, text } = part;
      const goesOn = index === this.#at.index && kind === this.#at.kind && text.startsWith(this.#at.text);
      if (!goesOn && this.#at.index >= 0) this.#write(this.#last.endsWith("\n") ? "\n" : "\n\n");
      const fresh = goesOn ? text.slice(this.#at.text.length) : text;
      this.#write(
        kind === "thought"
          ? fresh
              .split("\n")
              .map((line) => (line === "" ? "" : this.#output.dim(line)))
              .join("\n")
          : fresh,
        fresh,
      );
      this.#at = { index, kind, text };
    }
  }

  /** The line is full. */
  end(): void {
    if (this.#last !== "" && !this.#last.endsWith("\n")) this.#write("\n");
  }

  #write(styled: string, plain = styled): void {
    if (plain === "") return;
    this.#output.text(styled);
    this.#last = plain;
  }
}
