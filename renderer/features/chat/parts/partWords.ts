// Thoughts, tool calls and their results as words on one line.
import { formatDuration } from "../../../../electron/words/quantities";
import { t } from "../../../../electron/words/language";

/** More than fits any line. */
const MAX_PREVIEW_CHARACTERS = 240;

/** "Thought for 12 s"; of unknown length, "Thought". */
export function thoughtWords(durationMs: number | null): string {
  if (durationMs === null) return t("Thought");
  const seconds = Math.floor(durationMs / 1000);
  return seconds < 1 ? t("Thought for less than a second") : t("Thought for {time}", { time: formatDuration(seconds) });
}

/** `name`: "" where the model gave none. */
export function resultHeading(name: string): string {
  return name.trim() === "" ? t("Result of a tool") : t("Result of {tool}", { tool: name });
}

/** The beginning of a text on one line. */
export function preview(text: string): string {
  const start = text.slice(0, MAX_PREVIEW_CHARACTERS).replace(/\s+/gu, " ").trim();
  return text.length > MAX_PREVIEW_CHARACTERS ? `${start} …` : start;
}

export interface ShownCode {
  readonly code: string;
  readonly language: "json" | "";
}

/** JSON above this is shown as it was written. */
const MAX_TIDIED_CHARACTERS = 200_000;

/** JSON with a line per value; anything else as it is. */
export function tidied(text: string): ShownCode {
  if (text.length > MAX_TIDIED_CHARACTERS) return { code: text, language: "" };
  try {
    return { code: JSON.stringify(JSON.parse(text), null, 2), language: "json" };
  } catch {
    return { code: text, language: "" };
  }
}

/** Whether a tool can be called with them: a JSON object. */
export function areArguments(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
