// Reads a tool call whose arguments stand between markers of their own. Engine process.
import { skipBlanks, type Advance, type BodyReader, type Call, type CallSurroundings } from "./callBody";
import type { TaggedCalls } from "./callSyntax";
import { controlText, findControl, plainText, startsWithControl } from "./controlText";
import { readNested } from "./nestedValue";
import { Pattern, slots } from "./Pattern";

/** Each argument between markers of its own. */
export class TaggedReader implements BodyReader {
  readonly #body: TaggedCalls;
  readonly #call: Call;
  readonly #surroundings: CallSurroundings;
  readonly #entries: string[] = [];
  #hasBegun = false;
  #argument: { key: string; isText: boolean | null; close: Pattern } | undefined;
  /** In the text: so far there is no end of the value. */
  #searched = 0;
  #emitted = 0;

  constructor(body: TaggedCalls, call: Call, surroundings: CallSurroundings) {
    this.#body = body;
    this.#call = call;
    this.#surroundings = surroundings;
    surroundings.writer.openCall(call.id, call.name);
  }

  advance(text: string, isFinal: boolean): Advance {
    let at = 0;
    const wait = (from: number): Advance => {
      this.#emit(text, this.#argument === undefined ? from : this.#searched);
      this.#emitted -= from;
      this.#searched -= from;
      return { consumed: from, isDone: false };
    };
    if (!this.#hasBegun) {
      const start = this.#body.afterName.match(text, 0);
      if (start === "beginning" && !isFinal) return { consumed: 0, isDone: false };
      this.#hasBegun = true;
      if (start !== null && start !== "beginning") at = this.#emitted = start.end;
    }
    for (;;) {
      if (this.#argument === undefined) {
        const next = skipBlanks(text, at);
        const match = this.#body.argument.match(text, next);
        if (match === null || (isFinal && match === "beginning")) return this.#complete(at);
        if (match === "beginning") return this.#closesAt(text, next) === true ? this.#complete(at) : wait(at);
        const { key = "", type } = match.slots;
        this.#argument = {
          key,
          isText: type === undefined ? null : type === this.#body.textType,
          close: new Pattern(this.#body.valueClose.replaceAll(slots.key, key)),
        };
        at = this.#searched = match.end;
      }
      const value = this.#valueEnd(text, isFinal);
      if (value === null) return wait(at);
      this.#add(this.#argument, text.slice(at, value.end));
      this.#emit(text, value.next);
      at = value.next;
      this.#argument = undefined;
    }
  }

  #closesAt(text: string, at: number): boolean | "beginning" {
    const { closes, sectionClose } = this.#surroundings.syntax;
    const found = [...closes, ...(sectionClose === null ? [] : [sectionClose])].map((pattern) =>
      pattern.match(text, at),
    );
    if (found.some((match) => match !== null && match !== "beginning")) return true;
    return found.includes("beginning") ? "beginning" : false;
  }

  /** A value may have in it what ends one; the end is where another argument or the end of the call follows. */
  #valueEnd(text: string, isFinal: boolean): { end: number; next: number } | null {
    const close = this.#argument?.close;
    for (let at = this.#searched; close !== undefined && at < text.length; at++) {
      this.#searched = at;
      const isControl = startsWithControl(text.slice(at, at + 1));
      if (text[at] !== close.first && !isControl) continue;
      const match = close.match(text, at);
      if (match === "beginning" && !isFinal) return null;
      if (match !== null && match !== "beginning") {
        const follows = this.#follows(text, match.end);
        if (follows === true || (isFinal && follows === "beginning")) return { end: at, next: match.end };
        if (follows === "beginning") return null;
      }
      // A token that is none of this format's own breaks the call off.
      if (isControl && !close.source.includes(controlText(findControl(text, at)?.token ?? "")))
        return { end: at, next: at };
    }
    this.#searched = text.length;
    return isFinal ? { end: text.length, next: text.length } : null;
  }

  #follows(text: string, from: number): boolean | "beginning" {
    const at = skipBlanks(text, from);
    if (at === text.length) return "beginning";
    if (
      findControl(text, at)?.index === at &&
      this.#closesAt(text, at) === false &&
      this.#body.argument.match(text, at) === null
    )
      return true;
    const argument = this.#body.argument.match(text, at);
    if (argument !== null && argument !== "beginning") return true;
    const closes = this.#closesAt(text, at);
    return closes === true ? true : (argument ?? closes);
  }

  #add({ key, isText }: { key: string; isText: boolean | null }, written: string): void {
    const { blankBefore, blankAfter } = this.#body;
    let value = written;
    if (blankBefore !== "" && value.startsWith(blankBefore)) value = value.slice(blankBefore.length);
    if (blankAfter !== "" && value.endsWith(blankAfter)) value = value.slice(0, -blankAfter.length);
    this.#entries.push(`${JSON.stringify(key)}: ${this.#json(key, value, isText)}`);
  }

  #json(key: string, value: string, isText: boolean | null): string {
    const unparsed = /^\s*<!\[CDATA\[(.*)\]\]>\s*$/su.exec(value);
    if (unparsed !== null) return JSON.stringify(unparsed[1] ?? "");
    const nested = readNested(value);
    return nested === null
      ? this.#surroundings.tools.toJson(this.#call.name, key, plainText(value), isText)
      : JSON.stringify(nested);
  }

  #emit(text: string, until: number): void {
    this.#surroundings.writer.appendArguments(plainText(text.slice(this.#emitted, until)));
    this.#emitted = Math.max(this.#emitted, until);
  }

  #complete(at: number): Advance {
    this.#surroundings.writer.completeCall(this.#call.id, this.#call.name, `{${this.#entries.join(", ")}}`);
    return { consumed: at, isDone: true };
  }
}
