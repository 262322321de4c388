// What a user types on a terminal, message by message. Keys that are pressed during an answer are read with the next prompt.
import { createInterface, type Interface } from "node:readline";
import { PassThrough } from "node:stream";
import type { ReadStream, WriteStream } from "node:tty";
import { MessageLines } from "./MessageLines";

const CTRL_C = 0x03;
/** Terminals then mark what is pasted, so that its lines are one message. */
const MARK_PASTES = "\u001B[?2004h";
const MARK_NO_PASTES = "\u001B[?2004l";

export interface LineReaderOptions {
  input: ReadStream;
  output: WriteStream;
  /** Ctrl C while nothing is read. */
  onInterrupt: () => void;
}

export class LineReader {
  readonly #options: LineReaderOptions;
  /** What readline gets of the terminal. */
  readonly #keys: PassThrough;
  readonly #readline: Interface;
  readonly #message = new MessageLines();
  #prompts = { first: "", further: "" };
  #typedAhead: Buffer[] = [];
  /** Read together with an earlier one. */
  #waiting: { line: string; isPasted: boolean }[] = [];
  #onMessage: ((message: string | null) => void) | null = null;
  #isPasting = false;
  #hasEnded = false;

  constructor(options: LineReaderOptions) {
    this.#options = options;
    const { input, output } = options;
    // Readline sets the terminal's mode, also when the program is stopped and goes on (Ctrl Z).
    this.#keys = Object.assign(new PassThrough(), { setRawMode: (isRaw: boolean) => input.setRawMode(isRaw) });
    this.#readline = createInterface({ input: this.#keys, output, terminal: true, historySize: 1000 });
    this.#readline.on("line", (line) => {
      this.#waiting.push({ line, isPasted: this.#isPasting });
      this.#next();
    });
    this.#readline.on("SIGINT", () => this.#interrupted());
    this.#readline.on("close", () => this.#end());
    this.#keys.on("keypress", (_text: unknown, { name }: { name?: string }) => {
      if (name === "paste-start" || name === "paste-end") this.#isPasting = name === "paste-start";
    });
    input.on("data", this.#typed);
    input.once("end", () => this.#end());
    output.write(MARK_PASTES);
  }

  /** The next message; null = the user is done. `further`: the prompt of a message's other lines. */
  read(first: string, further: string): Promise<string | null> {
    if (this.#hasEnded) return Promise.resolve(null);
    this.#prompts = { first, further };
    return new Promise((resolve) => {
      this.#onMessage = resolve;
      this.#prompt();
      this.#next();
      for (const bytes of this.#typedAhead.splice(0)) this.#keys.write(bytes);
    });
  }

  /** What is being read is null. */
  close(): void {
    this.#readline.close();
  }

  readonly #typed = (bytes: Buffer): void => {
    if (this.#onMessage !== null) this.#keys.write(bytes);
    else if (!bytes.includes(CTRL_C)) this.#typedAhead.push(bytes);
    else {
      this.#typedAhead = [];
      this.#options.onInterrupt();
    }
  };

  #prompt(): void {
    this.#readline.setPrompt(this.#message.isEmpty ? this.#prompts.first : this.#prompts.further);
    this.#readline.prompt(true);
  }

  #next(): void {
    for (let next = this.#waiting[0]; next !== undefined && this.#onMessage !== null; next = this.#waiting[0]) {
      this.#waiting.shift();
      const message = this.#message.add(next.line, next.isPasted);
      if (message !== null) this.#give(message);
      else this.#prompt();
    }
  }

  /** At an empty prompt it ends; what was typed is thrown away. */
  #interrupted(): void {
    if (this.#onMessage === null) {
      this.#options.onInterrupt();
    } else if (this.#message.isEmpty && this.#readline.line === "") {
      this.close();
    } else {
      this.#message.clear();
      this.#waiting = [];
      this.#readline.write(null, { ctrl: true, name: "e" });
      this.#readline.write(null, { ctrl: true, name: "u" });
      this.#prompt();
    }
  }

  #give(message: string | null): void {
    const onMessage = this.#onMessage;
    this.#onMessage = null;
    onMessage?.(message);
  }

  #end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    const { input, output } = this.#options;
    // The shell's prompt gets a line of its own.
    output.write(this.#onMessage === null ? MARK_NO_PASTES : `${MARK_NO_PASTES}\n`);
    input.off("data", this.#typed).pause();
    this.#readline.close();
    this.#give(null);
  }
}
