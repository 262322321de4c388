// The variables of one part of a template, and those around it. Engine process.
import type { Value } from "../python/values";

export class Scope {
  readonly #outer: Scope | undefined;
  /** undefined: the name belongs here and has no value yet. */
  readonly #values = new Map<string, Value | undefined>();

  constructor(outer: Scope | undefined, unset: readonly string[] = []) {
    this.#outer = outer;
    for (const name of unset) this.#values.set(name, undefined);
  }

  get(name: string): Value | undefined {
    let scope: Scope | undefined = this; // oxlint-disable-line typescript/no-this-alias -- walks outwards
    while (scope !== undefined) {
      if (scope.#values.has(name)) return scope.#values.get(name);
      scope = scope.#outer;
    }
    return undefined;
  }

  set(name: string, value: Value | undefined): void {
    this.#values.set(name, value);
  }
}
