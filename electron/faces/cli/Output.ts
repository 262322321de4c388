// What a command writes: results to standard output, everything else (progress, remarks, mistakes) to standard error.
// On a terminal progress is a bar that is drawn anew; elsewhere it is a line now and then.
import { styleText } from "node:util";
import stringWidth from "string-width";
import { languageCode } from "../../words/language";
import { formatPercent } from "../../words/quantities";
import { printable } from "./printable";

const BAR_CELLS = 24;
const REDRAW_MS = 100;
/** Of plain lines: a log of hours stays readable. */
const PLAIN_EVERY_MS = 10_000;
const USUAL_COLUMNS = 80;

interface Stream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export interface OutputOptions {
  stdout: Stream;
  stderr: Stream;
  isJson: boolean;
  now?: () => number;
}

export interface Column {
  /** Written in capitals. */
  head: string;
  /** Numbers are aligned at their right end. */
  isNumber?: boolean;
}

export interface Progress {
  /** fraction: 0 to 1, null = not known. `text`: what follows the bar: "12 of 40 MB · 3 s left". */
  update(fraction: number | null, text: string): void;
  /** Takes the bar away. */
  end(): void;
}

export class Output {
  readonly isJson: boolean;
  readonly #stdout: Stream;
  readonly #stderr: Stream;
  readonly #now: () => number;
  #bar = "";

  constructor({ stdout, stderr, isJson, now = () => performance.now() }: OutputOptions) {
    this.isJson = isJson;
    this.#stdout = stdout;
    this.#stderr = stderr;
    this.#now = now;
  }

  get isTerminal(): boolean {
    return this.#stdout.isTTY === true;
  }

  get columns(): number {
    return this.#stdout.columns ?? USUAL_COLUMNS;
  }

  /** A line of the result, for people: left out with --json. */
  line(text = ""): void {
    if (!this.isJson) this.#result(`${text}\n`);
  }

  /** A part of a line: streamed text. */
  text(text: string): void {
    if (!this.isJson) this.#result(text);
  }

  /** The result as data, with --json only: one JSON value a command. */
  data(value: unknown): void {
    // JSON leaves the controls above ASCII as they are.
    if (this.isJson) this.#write(`${escapeControls(JSON.stringify(value, null, 2))}\n`);
  }

  /** Beside the result: on standard error, so that a pipe gets the result alone. */
  remark(text: string): void {
    this.#aside(`${text}\n`);
  }

  /** As a remark, and the answer is typed behind it. */
  ask(text: string): void {
    this.#aside(`${text} `);
  }

  dim(text: string): string {
    return this.isTerminal ? styleText("dim", text, { validateStream: false }) : text;
  }

  bold(text: string): string {
    return this.isTerminal ? styleText("bold", text, { validateStream: false }) : text;
  }

  /** Columns as wide as their texts; on a narrow terminal the widest one that is no number is cut. */
  table(unwritten: readonly Column[], unchecked: readonly (readonly string[])[]): void {
    if (this.isJson) return;
    const columns = unwritten.map((column) => ({ ...column, head: column.head.toLocaleUpperCase(languageCode()) }));
    const rows = unchecked.map((row) => row.map((cell) => this.#printable(cell).replaceAll(/[\n\t]+/gu, " ")));
    const widths = columns.map(({ head }, index) =>
      Math.max(...[head, ...rows.map((row) => row[index] ?? "")].map((text) => stringWidth(text))),
    );
    const excess = widths.reduce((sum, width) => sum + width + 2, -2) - this.columns;
    if (this.isTerminal && excess > 0) {
      const widest = columns.reduce(
        (best, { isNumber = false }, index) =>
          !isNumber && (best < 0 || (widths[index] ?? 0) > (widths[best] ?? 0)) ? index : best,
        -1,
      );
      if (widest >= 0) widths[widest] = Math.max(8, (widths[widest] ?? 0) - excess);
    }
    const written = (cells: readonly string[]) =>
      columns
        .map(({ isNumber = false }, index) => fitted(cells[index] ?? "", widths[index] ?? 0, isNumber))
        .join("  ")
        .trimEnd();
    this.line(this.dim(written(columns.map(({ head }) => head))));
    for (const row of rows) this.line(written(row));
  }

  /** `label`: "Downloading". */
  progress(label: string): Progress {
    if (this.#stderr.isTTY === true) return this.#barOf(label);
    let lastAtMs = -PLAIN_EVERY_MS;
    let lastText = "";
    return {
      update: (fraction, text) => {
        if (this.#now() - lastAtMs < PLAIN_EVERY_MS || text === lastText) return;
        lastAtMs = this.#now();
        lastText = text;
        this.#aside(`${[label, percent(fraction), text].filter((part) => part !== "").join(" · ")}\n`);
      },
      end: () => undefined,
    };
  }

  #barOf(label: string): Progress {
    let lastAtMs = -REDRAW_MS;
    return {
      update: (fraction, text) => {
        if (this.#now() - lastAtMs < REDRAW_MS) return;
        lastAtMs = this.#now();
        const columns = this.#stderr.columns ?? USUAL_COLUMNS;
        const cells = Math.min(BAR_CELLS, Math.max(0, columns - stringWidth(label) - 30));
        const filled = Math.round((fraction ?? 0) * cells);
        const bar = cells === 0 ? "" : ` ${"█".repeat(filled)}${"░".repeat(cells - filled)}`;
        const line = `${label}${bar} ${[percent(fraction), text].filter((part) => part !== "").join(" · ")}`;
        this.#draw(cut(printable(line).replaceAll(/[\n\t]+/gu, " "), columns - 1));
      },
      end: () => this.#draw(""),
    };
  }

  #draw(bar: string): void {
    if (bar === "" && this.#bar === "") return;
    this.#stderr.write(`\r\u001B[2K${bar}`);
    this.#bar = bar;
  }

  /** The bar gives way to what is written, and comes back with its next update. */
  #result(text: string): void {
    this.#write(this.#printable(text));
  }

  #write(checked: string): void {
    this.#draw("");
    this.#stdout.write(checked);
  }

  #aside(text: string): void {
    this.#draw("");
    this.#stderr.write(printable(text));
  }

  /** What dim and bold add stays. */
  #printable(text: string): string {
    return printable(text, this.isTerminal);
  }
}

function escapeControls(json: string): string {
  return json.replaceAll(
    /[\u007F-\u009F]/gu,
    (control) => `\\u00${control.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
}

function percent(fraction: number | null): string {
  return fraction === null ? "" : formatPercent(fraction);
}

function fitted(text: string, width: number, isRight: boolean): string {
  const short = cut(text, width);
  const blanks = " ".repeat(Math.max(0, width - stringWidth(short)));
  return isRight ? blanks + short : short + blanks;
}

export function cut(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  let short = "";
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (stringWidth(short + segment) > width - 1) break;
    short += segment;
  }
  return `${short}…`;
}
