// Reads a tool call whose arguments are one object behind its name. Engine process.
import { argumentsJson } from "./argumentsJson";
import { BalanceScanner, scanValue } from "./BalanceScanner";
import { skipBlanks, type Advance, type BodyReader, type Call, type CallSurroundings } from "./callBody";
import type { NamedCalls } from "./callSyntax";
import { plainText } from "./controlText";
import { readLoose } from "./looseJson";

/** One object with the arguments. */
export class ObjectReader implements BodyReader {
  readonly #body: NamedCalls;
  readonly #call: Call;
  readonly #surroundings: CallSurroundings;
  readonly #scanner: BalanceScanner;
  #source = "";

  constructor(body: NamedCalls, call: Call, surroundings: CallSurroundings) {
    this.#body = body;
    this.#call = call;
    this.#surroundings = surroundings;
    this.#scanner = new BalanceScanner(body);
    surroundings.writer.openCall(call.id, call.name);
  }

  advance(text: string, isFinal: boolean): Advance {
    const { writer, syntax } = this.#surroundings;
    const from = this.#source === "" ? skipBlanks(text, 0) : 0;
    const { at, isDone } = scanValue(this.#scanner, text, from, syntax.closes, isFinal, this.#body.quote);
    const added = text.slice(from, at);
    this.#source += added;
    writer.appendArguments(plainText(added));
    if (isDone) writer.completeCall(this.#call.id, this.#call.name, this.#json());
    return { consumed: at, isDone };
  }

  #json(): string {
    const read = readLoose(this.#source, 0, this.#body);
    if (read === null || read.end < this.#source.trimEnd().length) return plainText(this.#source);
    return argumentsJson({ key: null, value: read.value, source: this.#source });
  }
}
