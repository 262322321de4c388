// Damage to JSON: values of other types, at their limits, missing, twice, nested without end; and to its text.
import type { Random } from "../../scripts/texts/Random";
import { mutateBytes } from "./bytes";
import { mutateText, NASTY_NUMBERS, NASTY_TEXTS } from "./text";

const MOST_CHANGES = 4;
/** A little more than any reader takes. */
const MOST_CHARACTERS = 9_000_000;
const PIECES = [
  "{",
  "}",
  "[",
  "]",
  ",",
  ":",
  "null",
  "true",
  '"',
  String.raw`\ud800`,
  String.raw`\u0000`,
  "/**/",
  "-",
  "e9",
];
const HOSTILE_KEYS = ["__proto__", "constructor", "prototype", "version", "id", "", "length", "toString", "then"];

/** As bytes that are JSON mostly. */
export function mutateJson(value: unknown, random: Random): Buffer {
  let changed: unknown = structuredClone(value);
  for (let left = random.between(1, MOST_CHANGES); left > 0; left--) changed = changedValue(changed, random);
  let text = (JSON.stringify(changed) ?? "").slice(0, MOST_CHARACTERS);
  // Deeper than a program can make it of values.
  if (random.below(60) === 0) text = text.replace(/\bnull\b|\d+/u, () => "[".repeat(50_000) + "]".repeat(50_000));
  if (random.below(8) === 0) text = doubledKey(text, random);
  if (random.below(8) === 0) text = text.replace(/-?\b\d+\b/u, () => random.of(NASTY_NUMBERS));
  const dice = random.below(10);
  if (dice === 0) return mutateBytes(Buffer.from(text), random);
  return Buffer.from(dice === 1 ? mutateText(text, random, PIECES) : text);
}

/** At a random place. */
export function changedValue(value: unknown, random: Random): unknown {
  if (random.below(6) === 0 || typeof value !== "object" || value === null) return hostileValue(value, random);
  if (Array.isArray(value)) return changedList(value, random);
  const entries = Object.entries(value);
  const index = random.below(Math.max(1, entries.length));
  const at = entries[index];
  if (at === undefined) return { [random.of(HOSTILE_KEYS)]: hostileValue(null, random) };
  const [key, old] = at;
  switch (random.below(8)) {
    case 0:
      entries.splice(index, 1);
      break;
    case 1:
      entries[index] = [random.of([...HOSTILE_KEYS, ...NASTY_TEXTS]), old];
      break;
    case 2:
      entries.push([random.of(HOSTILE_KEYS), hostileValue(old, random)]);
      break;
    default:
      entries[index] = [key, changedValue(old, random)];
  }
  return fromEntries(entries);
}

function changedList(list: readonly unknown[], random: Random): unknown {
  const index = random.below(Math.max(1, list.length));
  switch (random.below(6)) {
    case 0:
      return list.toSpliced(index, 1);
    case 1:
      return list.toSpliced(index, 0, hostileValue(list[index], random));
    case 2:
      return list.toSpliced(
        index,
        0,
        ...Array.from({ length: random.of([1, 2, 100, 2000]) }, () => list[index] ?? null),
      );
    case 3:
      return list.toReversed();
    default:
      return list.length === 0 ? [hostileValue(null, random)] : list.with(index, changedValue(list[index], random));
  }
}

export function hostileValue(value: unknown, random: Random): unknown {
  const deep = random.of([10, 200, 1500]);
  return random.of<() => unknown>([
    () => null,
    () => true,
    () => random.of([0, -1, 0.5, 1e308, -1e308, 2 ** 31, 2 ** 53, 2 ** 53 + 2, 5e-324, 255, 65_536]),
    () => random.of(NASTY_TEXTS),
    () => (typeof value === "string" ? mutateText(value, random) : (JSON.stringify(value) ?? "")),
    () => (typeof value === "number" ? value * random.of([-1, 2, 1000, 1e12, 0.001]) : random.below(1000)),
    () => [],
    () => ({}),
    () => [value],
    () => ({ [random.of(HOSTILE_KEYS)]: value }),
    () => Array.from({ length: deep }).reduce<unknown>((inner) => [inner], 0),
    () => Array.from({ length: deep }).reduce<unknown>((inner) => ({ a: inner }), 0),
  ])();
}

/** Of a name that comes twice readers keep the first, or the last. */
function doubledKey(text: string, random: Random): string {
  const keys = [...text.matchAll(/"(?:[^"\\]|\\.)*":/gu)];
  if (keys.length === 0) return text;
  const { index, 0: key } = random.of(keys);
  return `${text.slice(0, index)}${key}${random.of(["null", "[]", "{}", "0", '"x"'])},${text.slice(index)}`;
}

/** "__proto__" as a key like any other. */
function fromEntries(entries: readonly (readonly [string, unknown])[]): Record<string, unknown> {
  const made: Record<string, unknown> = {};
  for (const [key, value] of entries)
    Object.defineProperty(made, key, { value, enumerable: true, configurable: true, writable: true });
  return made;
}
