// Items by number and slices. Engine process.
import { characterAt, charactersOf, lengthOf, sliceOf } from "./characters";
import { typeError, valueError } from "./PythonError";
import { typeName } from "./typeName";
import { isInteger, isList, Markup, Range, Tuple, Undefined, type Value } from "./values";

/** undefined where the value has no items by number, or not so many. */
export function itemAt(value: Value, index: bigint | boolean): Value | undefined {
  const at = Number(index);
  if (typeof value === "string") return characterAt(value, at);
  if (value instanceof Markup) {
    const character = characterAt(value.text, at);
    return character === undefined ? undefined : new Markup(character);
  }
  if (isList(value)) return value.at(at);
  if (value instanceof Tuple) return value.items.at(at);
  if (value instanceof Range) {
    const from = at < 0 ? at + value.length : at;
    return from >= 0 && from < value.length ? value.at(from) : undefined;
  }
  return undefined;
}

/** value[start:stop:step]; null is what is left out. */
export function slice(value: Value, start: Value, stop: Value, step: Value): Value {
  if (value instanceof Undefined) throw value.error();
  const by = bound(step, "step") ?? 1;
  if (by === 0) throw valueError("slice step cannot be zero");
  const [from, to] = [bound(start, "start"), bound(stop, "stop")];
  if (typeof value === "string") return part(value, from, to, by);
  if (value instanceof Markup) return new Markup(part(value.text, from, to, by));
  if (isList(value)) return pick(value, from, to, by);
  if (value instanceof Tuple) return new Tuple(pick(value.items, from, to, by));
  if (value instanceof Range) {
    const [first, last] = bounds(value.length, from, to, by);
    return new Range(value.at(first), value.at(last), value.step * BigInt(by));
  }
  throw typeError(`'${typeName(value)}' object is not subscriptable`);
}

function bound(value: Value, name: string): number | undefined {
  if (value === null) return undefined;
  if (!isInteger(value)) throw typeError(`slice indices must be integers or None, not '${typeName(value)}' (${name})`);
  return Number(value);
}

/** Where to begin and before what to end, within a length. */
function bounds(length: number, start: number | undefined, stop: number | undefined, step: number): [number, number] {
  const [lowest, highest] = step > 0 ? [0, length] : [-1, length - 1];
  const clamp = (index: number): number => Math.min(Math.max(index < 0 ? index + length : index, lowest), highest);
  return [
    start === undefined ? (step > 0 ? lowest : highest) : clamp(start),
    stop === undefined ? (step > 0 ? highest : lowest) : clamp(stop),
  ];
}

function part(text: string, start: number | undefined, stop: number | undefined, step: number): string {
  if (step !== 1) return pick(charactersOf(text), start, stop, step).join("");
  const [from, to] = bounds(lengthOf(text), start, stop, step);
  return sliceOf(text, from, Math.max(from, to));
}

function pick<Item>(items: readonly Item[], start: number | undefined, stop: number | undefined, step: number): Item[] {
  const [from, to] = bounds(items.length, start, stop, step);
  if (step === 1) return items.slice(from, Math.max(from, to));
  const picked: Item[] = [];
  for (let at = from; step > 0 ? at < to : at > to; at += step) picked.push(...items.slice(at, at + 1));
  return picked;
}
