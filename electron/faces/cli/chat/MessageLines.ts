// Lines on their way to one message: those that end with \, that stand between """ and """, or that were pasted together.

const QUOTES = '"""';

export class MessageLines {
  readonly #lines: string[] = [];
  #isQuoted = false;

  /** Nothing is begun. */
  get isEmpty(): boolean {
    return this.#lines.length === 0 && !this.#isQuoted;
  }

  /** The message, once it is whole. `hasMore`: it was pasted, and another line of the same paste follows. */
  add(line: string, hasMore = false): string | null {
    if (this.#isQuoted) {
      const end = line.indexOf(QUOTES);
      this.#lines.push(end < 0 ? line : line.slice(0, end));
      return end < 0 ? null : this.#whole();
    }
    if (this.isEmpty && line.startsWith(QUOTES)) {
      const rest = line.slice(QUOTES.length);
      this.#isQuoted = true;
      return rest === "" ? null : this.add(rest);
    }
    const isContinued = !hasMore && line.endsWith("\\");
    this.#lines.push(isContinued ? line.slice(0, -1) : line);
    return hasMore || isContinued ? null : this.#whole();
  }

  clear(): void {
    this.#lines.length = 0;
    this.#isQuoted = false;
  }

  #whole(): string {
    const message = this.#lines.join("\n");
    this.clear();
    return message;
  }
}
