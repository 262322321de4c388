// The text of an answer that is not read yet, and what is looked for in it. Engine process.
import { startsWithControl } from "./controlText";
import type { Match, Pattern } from "./Pattern";

export class PendingText {
  text = "";
  /** Nothing more will be added. */
  isFinal = false;

  get beginsWithControl(): boolean {
    return startsWithControl(this.text);
  }

  add(text: string): void {
    this.text += text;
  }

  take(characters: number): string {
    const taken = this.text.slice(0, characters);
    this.text = this.text.slice(characters);
    return taken;
  }

  /** The first of the patterns that is at the beginning. "wait": one of them may be there when more is added. */
  match(patterns: readonly (Pattern | null)[]): Match | "wait" | null {
    for (const pattern of patterns) {
      const match = pattern === null || pattern.source === "" ? null : pattern.match(this.text, 0);
      if (match === "beginning" && !this.isFinal) return "wait";
      if (match !== null && match !== "beginning") return match;
    }
    return null;
  }

  /** How many characters stand before the next one that may begin a pattern, or is a control token. */
  charactersBefore(patterns: readonly (Pattern | null)[]): number {
    const firsts = new Set(patterns.flatMap((pattern) => pattern?.first ?? []));
    for (let at = 0; at < this.text.length; at++) {
      const character = this.text[at] ?? "";
      if (firsts.has(character) || startsWithControl(character)) return at;
    }
    return this.text.length;
  }
}
