// Reads tool calls that are values: names and arguments in JSON objects, or Python's calls. Engine process.
import { argumentsJson } from "./argumentsJson";
import { BalanceScanner, scanValue } from "./BalanceScanner";
import { ownId, skipBlanks, type Advance, type BodyReader, type Call, type CallSurroundings } from "./callBody";
import type { ValueCalls } from "./callSyntax";
import { plainText } from "./controlText";
import { readEntries, type Entry } from "./looseJson";
import { anyOf, type Pattern } from "./Pattern";
import type { ToolSchemas } from "./ToolSchemas";

/** Calls whose names and arguments are both in the value: objects, alone, one after the other or in a list, and Python's calls. */
export class ValueReader implements BodyReader {
  readonly #body: ValueCalls;
  readonly #surroundings: CallSurroundings;
  readonly #name: RegExp;
  readonly #arguments: RegExp;
  #listDepth = 0;
  #calls = 0;
  #value: GrowingValue | undefined;

  constructor(body: ValueCalls, surroundings: CallSurroundings) {
    this.#body = body;
    this.#surroundings = surroundings;
    this.#name = body.nameIsKey
      ? /^\{\s*"((?:[^"\\]|\\.)*)"\s*:/su
      : new RegExp(`["'](?:${anyOf(body.nameKeys)})["']\\s*:\\s*["']((?:[^"'\\\\]|\\\\.)*)["']`, "su");
    this.#arguments = body.nameIsKey
      ? /^\{\s*"(?:[^"\\]|\\.)*"\s*:\s*(?=\S)/su
      : new RegExp(`["'](?:${anyOf(body.argumentsKeys)})["']\\s*:\\s*(?=\\S)`, "su");
  }

  advance(text: string, isFinal: boolean): Advance {
    let at = 0;
    for (;;) {
      this.#value ??= this.#begin();
      if (!this.#value.hasBegun) {
        const next = this.#skipToValue(text, at);
        if (next === "beginning") return { consumed: at, isDone: isFinal };
        if (next === null) return { consumed: this.#afterList(text, at), isDone: true };
        at = next;
      }
      const end = this.#value.advance(text, at, isFinal);
      at = end.at;
      if (!end.isDone) return { consumed: at, isDone: false };
      this.#complete(this.#value.source);
      this.#value = undefined;
      if (end.isBroken || this.#surroundings.writer.hasAllCalls) return { consumed: at, isDone: true };
    }
  }

  #begin(): GrowingValue {
    const { writer, newCallId } = this.#surroundings;
    const call: Call = { id: newCallId(), name: "" };
    return new GrowingValue({
      name: (source) =>
        source.startsWith("{") ? this.#name.exec(source)?.[1] : /^([\p{L}\d_.-]+)\(/u.exec(source)?.[1],
      argumentsAt: (source) => {
        const match = source.startsWith("{") ? this.#arguments.exec(source) : /^[\p{L}\d_.-]+\(/u.exec(source);
        return match === null ? undefined : match.index + match[0].length;
      },
      open: (name) => {
        call.name = name;
        writer.openCall(call.id, name);
      },
      append: (part) => writer.appendArguments(plainText(part)),
      call,
      closes: this.#surroundings.syntax.closes,
    });
  }

  /** To the next object or call, over commas and the beginning of a list. null: there is none. */
  #skipToValue(text: string, from: number): number | "beginning" | null {
    let at = from;
    for (;;) {
      at = skipBlanks(text, at);
      if (at === text.length) return "beginning";
      if (text[at] === "[" && this.#calls === 0 && this.#listDepth === 0) this.#listDepth = 1;
      else if (text[at] !== "," || this.#calls === 0) break;
      at++;
    }
    if (text[at] === "{") return at;
    const isCall = /^[\p{L}_][\p{L}\d_.-]*\(/u.test(text.slice(at));
    if (isCall) return at;
    return /^[\p{L}_][\p{L}\d_.-]*$/u.test(text.slice(at)) ? "beginning" : null;
  }

  #afterList(text: string, at: number): number {
    const end = skipBlanks(text, at);
    return this.#listDepth > 0 && text[end] === "]" ? end + 1 : at;
  }

  #complete(source: string): void {
    const { writer, tools } = this.#surroundings;
    const { call, isOpen, argumentsSource } = this.#value ?? {};
    if (call === undefined) return;
    this.#calls++;
    if (isOpen !== true) writer.openCall(call.id, call.name);
    const read = source.startsWith("{") ? this.#readObject(source) : readPython(source, tools);
    if (read === null) writer.completeCall(call.id, call.name, plainText(argumentsSource ?? source));
    else writer.completeCall(ownId(read.id) ?? call.id, read.name, read.json);
  }

  #readObject(source: string): { id?: string | undefined; name: string; json: string } | null {
    const object = readEntries(source);
    if (object === null) return null;
    const { nameIsKey, nameKeys, argumentsKeys, idKeys } = this.#body;
    const [only] = object.entries;
    if (nameIsKey && only !== undefined) return { name: only.key ?? "", json: argumentsJson(only) };
    const entries = flatten(object.entries);
    const find = (keys: readonly string[]) =>
      keys.map((key) => entries.find((entry) => entry.key === key)).find((entry) => entry !== undefined);
    const name = find(nameKeys)?.value;
    if (typeof name !== "string") return null;
    const id = find(idKeys)?.value;
    const given = find(argumentsKeys);
    return {
      id: typeof id === "string" ? id : undefined,
      name,
      json: given === undefined ? "{}" : argumentsJson(given),
    };
  }
}

/** With the entries of objects inside it, but for those of the arguments: {"type": "function", "function": {"name": …}}. */
function flatten(entries: readonly Entry[]): readonly Entry[] {
  const wrapper = entries.find(({ key }) => key === "function");
  const inside = wrapper === undefined ? null : readEntries(wrapper.source);
  return inside === null ? entries : [...inside.entries, ...entries];
}

function readPython(source: string, tools: ToolSchemas): { id?: undefined; name: string; json: string } | null {
  const name = /^[\p{L}\d_.-]+/u.exec(source)?.[0] ?? "";
  const read = readEntries(source, name.length);
  if (read === null) return null;
  const keys = tools.keysOf(name);
  const named = read.entries.map(({ key, value }, index) => [key ?? keys[index] ?? `${index}`, value]);
  return { name, json: JSON.stringify(Object.fromEntries(named)) };
}

interface GrowingValueOptions {
  name: (source: string) => string | undefined;
  argumentsAt: (source: string) => number | undefined;
  open: (name: string) => void;
  append: (part: string) => void;
  call: Call;
  closes: readonly Pattern[];
}

/** One object, or one of Python's calls, whose arguments are emitted as they come. */
class GrowingValue {
  readonly #options: GrowingValueOptions;
  readonly #scanner = new BalanceScanner();
  readonly call: Call;
  source = "";
  isOpen = false;
  #arguments: { from: number; scanner: BalanceScanner; end: number | undefined } | undefined;
  #emitted = 0;

  constructor(options: GrowingValueOptions) {
    this.#options = options;
    this.call = options.call;
  }

  get hasBegun(): boolean {
    return this.source !== "";
  }

  get argumentsSource(): string | undefined {
    return this.#arguments === undefined ? undefined : this.source.slice(this.#arguments.from, this.#arguments.end);
  }

  advance(text: string, from: number, isFinal: boolean): { at: number; isDone: boolean; isBroken: boolean } {
    const scanned = scanValue(this.#scanner, text, from, this.#options.closes, isFinal);
    this.source += text.slice(from, scanned.at);
    this.#emit();
    return scanned;
  }

  #emit(): void {
    if (this.#arguments === undefined) {
      const at = this.#options.argumentsAt(this.source);
      if (at === undefined) return;
      this.#options.open(this.#options.name(this.source.slice(0, at)) ?? "");
      this.isOpen = true;
      this.#arguments = { from: at, scanner: new BalanceScanner(), end: undefined };
      this.#emitted = at;
    }
    const { scanner } = this.#arguments;
    let at = this.#emitted;
    while (at < this.source.length && this.#arguments.end === undefined) {
      const { end, isDone } = scanner.step(this.source, at);
      if (end === at) break;
      if (isDone) this.#arguments.end = end;
      at = end;
    }
    this.#options.append(this.source.slice(this.#emitted, at));
    this.#emitted = at;
  }
}
