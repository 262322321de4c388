// Where in a text the next character is, as far as it decides whether a marker is one or is only mentioned. Engine process.

export class TextPlace {
  #line = "";
  #isFenced = false;

  move(text: string): void {
    const lines = (this.#line + text).split("\n");
    this.#line = lines.pop() ?? "";
    for (const line of lines) if (/^\s{0,3}(?:```|~~~)/u.test(line)) this.#isFenced = !this.#isFenced;
  }

  get isLineStart(): boolean {
    return this.#line.trim() === "";
  }

  /** In a code block, or between backticks. */
  get isCode(): boolean {
    return this.#isFenced || /^\s{0,3}(?:```|~~~)/u.test(this.#line) || (this.#line.split("`").length - 1) % 2 === 1;
  }

  /** Between blanks, quotes or signs, as a word of which something is said; `next` follows the marker. */
  isMention(next: string): boolean {
    if (this.isCode || /["'“‘(]$/u.test(this.#line)) return true;
    if (this.isLineStart) return /^["'”’).,;:!?]/u.test(next);
    return /[^\S\n]$/u.test(this.#line) && /^[^\S\n]|^["'”’).,;:!?]/u.test(next);
  }
}
