// What a template writes around the parts of an answer, as something to look for while the answer is still being written. Engine process.
import { findControl, startsWithControl } from "./controlText";

/** Places in a pattern where something of the model's own stands. Noncharacters of Unicode, one each. */
export const slots = {
  name: "\uFDD5",
  /** Of a tool call. */
  id: "\uFDD6",
  /** Of an argument. */
  key: "\uFDD7",
  /** Says of which type an argument is. */
  type: "\uFDD8",
  /** Counts calls. */
  index: "\uFDD9",
} as const;
export type SlotName = keyof typeof slots;

const slotSources: Readonly<Record<SlotName, string>> = {
  name: "[^\\s<>\"'`{}()[\\]=,\uFDD1\uFDD2]",
  id: "[\\w.:/-]",
  key: "[^\\s<>\"'`{}()[\\]=,/\uFDD1\uFDD2]",
  type: "[\\w-]",
  index: "\\d",
};

export interface Match {
  end: number;
  slots: Partial<Record<SlotName, string>>;
}

/** Blanks in a pattern stand for any blanks, or none: models do not write them as templates do. */
export class Pattern {
  readonly source: string;
  /** The first character of what matches; undefined where it begins with a slot, or is empty. */
  readonly first: string | undefined;
  /** It begins with a control token, or is spelled as one, and is no text even within a sentence. */
  readonly isStrong: boolean;
  readonly #whole: RegExp;
  readonly #beginning: RegExp;
  /** It ends with a slot, so that more of it may follow. */
  readonly #isOpenEnded: boolean;

  /** Blanks around it are no part of it. `ignoreCase`: nor does it matter which letters are capital. */
  constructor(source: string, { ignoreCase = false } = {}) {
    this.source = source.trim();
    const flags = ignoreCase ? "iu" : "u";
    const atoms = atomsOf(this.source);
    this.first = atoms[0]?.slot === undefined ? this.source[0] : undefined;
    this.isStrong = startsWithControl(this.source) || /^<[|｜]/u.test(this.source);
    this.#isOpenEnded = atoms.at(-1)?.slot !== undefined;
    this.#whole = new RegExp(
      atoms
        .map(({ expression, slot, isFirst }) =>
          slot === undefined || isFirst !== true ? expression : `(?<${slot}>${expression})`,
        )
        .join(""),
      `${flags}y`,
    );
    this.#beginning = new RegExp(
      `^${atoms.reduceRight((rest, { expression }) => `(?:$|${expression}${rest})`, "")}`,
      flags,
    );
  }

  /** null: it is not there. "beginning": the text ends before that is known. */
  match(text: string, at: number): Match | "beginning" | null {
    this.#whole.lastIndex = at;
    const found = this.#whole.exec(text);
    if (found !== null && this.#isOpenEnded && at + found[0].length === text.length) return "beginning";
    if (found !== null) return { end: at + found[0].length, slots: { ...found.groups } };
    return this.#beginning.test(text.slice(at)) ? "beginning" : null;
  }
}

interface Atom {
  expression: string;
  slot: SlotName | undefined;
  /** The first place of this slot: what stands there is returned. */
  isFirst?: boolean;
}

function atomsOf(source: string): Atom[] {
  const atoms: Atom[] = [];
  const used = new Set<SlotName>();
  for (let at = 0; at < source.length;) {
    const character = source[at] ?? "";
    const slot = (Object.keys(slots) as SlotName[]).find((name) => slots[name] === character);
    const control = findControl(source.slice(at));
    if (slot !== undefined) {
      at++;
      atoms.push({
        expression: `${slotSources[slot]}+${at < source.length ? "?" : ""}`,
        slot,
        isFirst: !used.has(slot),
      });
      used.add(slot);
    } else if (control?.index === 0) {
      atoms.push({ expression: escapeExpression(source.slice(at, at + control.end)), slot: undefined });
      at += control.end;
    } else if (/\s/u.test(character)) {
      while (/\s/u.test(source[at] ?? "")) at++;
      atoms.push({ expression: "\\s*", slot: undefined });
    } else {
      atoms.push({ expression: escapeExpression(character), slot: undefined });
      at++;
    }
  }
  return atoms;
}

/** An expression for any of these texts. */
export function anyOf(texts: readonly string[]): string {
  return texts.map(escapeExpression).join("|");
}

function escapeExpression(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/gu, "\\$&");
}
