// A log of one process: one JSON object per line, rotated, without message text or the user's name.
// oxlint-disable-next-line no-restricted-imports -- old logs, numbered by this file alone
import { appendFileSync, existsSync, renameSync, rmSync, statSync } from "node:fs";

/** 5 files of 1 MB hold some weeks of ordinary use. */
const MAX_BYTES = 1_000_000;
const KEPT_FILES = 5;
/** A line is about one event; a longer text is a dump that belongs nowhere. */
const MAX_TEXT_CHARACTERS = 2_000;

export type LogLevel = "debug" | "info" | "warn" | "error";
export type LogFacts = Readonly<Record<string, string | number | boolean | null>>;
/** `event` is fixed words, never text of a user or a model; what varies goes into `facts`. */
export type Log = (level: LogLevel, event: string, facts?: LogFacts) => void;

export interface LogFileOptions {
  /** `main.log`; older ones become `main.1.log` … */
  file: string;
  /** The user's home folder, shortened to ~ wherever it occurs: it holds their name. */
  home: string;
  now: () => number;
  maxBytes?: number;
  keptFiles?: number;
}

/** Logging never fails: a full disk costs log lines, nothing else. */
export function openLogFile({ file, home, now, maxBytes = MAX_BYTES, keptFiles = KEPT_FILES }: LogFileOptions): Log {
  let sizeBytes = sizeOf(file);
  const shorten = (text: string): string => {
    const cut = text.length > MAX_TEXT_CHARACTERS ? `${text.slice(0, MAX_TEXT_CHARACTERS)}…` : text;
    return home.length > 1 ? cut.replaceAll(home, "~") : cut;
  };

  return (level, event, facts = {}) => {
    const shortened = Object.fromEntries(
      Object.entries(facts).map(([name, value]) => [name, typeof value === "string" ? shorten(value) : value]),
    );
    const line = `${JSON.stringify({ at: new Date(now()).toISOString(), level, event: shorten(event), ...shortened })}\n`;
    try {
      if (sizeBytes > 0 && sizeBytes + Buffer.byteLength(line) > maxBytes) {
        rotate(file, keptFiles);
        sizeBytes = 0;
      }
      // Written at once and in order: the last line before a crash is the one that is wanted.
      appendFileSync(file, line, { mode: 0o600 });
      sizeBytes += Buffer.byteLength(line);
    } catch {
      // See above.
    }
  };
}

function sizeOf(file: string): number {
  try {
    return statSync(file).size;
  } catch {
    return 0;
  }
}

function rotate(file: string, keptFiles: number): void {
  const numbered = (number: number) => (number === 0 ? file : file.replace(/(\.log)?$/u, `.${number}.log`));
  rmSync(numbered(keptFiles - 1), { force: true });
  for (let number = keptFiles - 2; number >= 0; number--) {
    if (existsSync(numbered(number))) renameSync(numbered(number), numbered(number + 1));
  }
}
