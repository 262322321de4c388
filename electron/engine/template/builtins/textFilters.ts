// jinja2's filters for text. Engine process.
import { calculate, join } from "../python/arithmetic";
import { BLANKS, lengthOf, sliceOf } from "../python/characters";
import { Dict } from "../python/Dict";
import { toIndex } from "../python/indices";
import { isTrue, iterate, iteratorOf, length } from "../python/iterate";
import { indentText, toJson } from "../python/json";
import { checkLength } from "../python/limits";
import { escape, escapeText, stripTags } from "../python/markup";
import { floatWith } from "../python/numberText";
import { toFloatValue } from "../python/parseNumber";
import { formatPercent } from "../python/percentFormat";
import { typeError, valueError } from "../python/PythonError";
import { splitFromRight, splitLines } from "../python/splitting";
import { str } from "../python/text";
import { typeName } from "../python/typeName";
import { isList, isString, Markup, textOf, Tuple, Undefined, type Arguments, type Value } from "../python/values";
import { lookup } from "./attributes";
import { bind, byPlace, type Plain } from "./signature";
import { replace, stringMethod } from "./stringMethods";

export type Filter = (given: Arguments) => Value;

/** A string stays what it is, escaped or not. */
function softString(value: Value): string | Markup {
  return isString(value) ? value : str(value);
}

function viaMethod(name: string): Plain {
  return (value, ...given) =>
    stringMethod(softString(value), name, lookup)?.call(byPlace(...given.filter((each) => each !== undefined))) ?? null;
}

const PLAIN: Readonly<Record<string, readonly [signature: string, work: Plain]>> = {
  capitalize: ["s", viaMethod("capitalize")],
  center: ["value width?", (value, width = 80n) => viaMethod("center")(value, width)],
  e: ["s /", escape],
  escape: ["s /", escape],
  filesizeformat: ["value binary?", (value, binary = false) => fileSize(toFloatValue(value), isTrue(binary))],
  forceescape: ["value", (value) => new Markup(escapeText(str(value)))],
  indent: [
    "s width? first? blank?",
    (value, width = 4n, first = false, blank = false) => indent(value, width, isTrue(first), isTrue(blank)),
  ],
  lower: ["s", viaMethod("lower")],
  replace: [
    "s old new count?",
    (value, old, fresh, most = null) => replace(str(value), str(old), str(fresh), most === null ? -1 : toIndex(most)),
  ],
  safe: ["value", (value) => (value instanceof Markup ? value : new Markup(str(value)))],
  string: ["s /", softString],
  striptags: ["value", (value) => stripTags(str(value))],
  title: ["s", (value) => titleWords(str(value))],
  tojson: ["x ensure_ascii? indent? separators? sort_keys?", json],
  trim: ["value chars?", (value, characters = null) => viaMethod("strip")(value, characters)],
  truncate: ["s length? killwords? end? leeway?", truncate],
  upper: ["s", viaMethod("upper")],
  urlencode: ["value", urlEncode],
  wordcount: ["s", (value) => BigInt(str(value).match(/[\p{L}\p{N}_]+/gu)?.length ?? 0)],
  xmlattr: ["d autospace?", (value, autospace = true) => xmlAttributes(value, isTrue(autospace))],
};

export const textFilters: ReadonlyMap<string, Filter> = new Map<string, Filter>([
  ...Object.entries(PLAIN).map(([name, [signature, work]]) => [name, bind(name, signature, work)] as const),
  ["format", formatFilter],
]);

function formatFilter({ positional, named }: Arguments): Value {
  const [value, ...rest] = positional;
  if (value === undefined) throw typeError("format() missing the format string");
  if (rest.length > 0 && named.size > 0)
    throw typeError("can't handle positional and keyword arguments at the same time");
  return formatPercent(softString(value), named.size > 0 ? new Dict(named) : new Tuple(rest));
}

const WORD_BEGINNING = new RegExp(`([-(\\{\\[<${BLANKS}]+)`, "u");

function titleWords(text: string): string {
  const words = text.split(WORD_BEGINNING).map((word) => {
    const first = sliceOf(word, 0, 1);
    return first.toUpperCase() + word.slice(first.length).toLowerCase();
  });
  return words.join("");
}

function indent(value: Value, width: Value, first: boolean, blank: boolean): Value {
  // Adding to it is what jinja2 does, and what raises for anything but a string.
  const ended = calculate("+", value, "\n");
  if (!isString(ended)) throw typeError("indent needs a string");
  const margin = isString(width) ? textOf(width) : " ".repeat(checked(Math.max(0, toIndex(width))));
  const lines = splitLines(textOf(ended), false);
  checkLength(margin.length * lines.length);
  const indented = lines.map((line, at) =>
    at === 0 ? (first ? margin + line : line) : blank || line !== "" ? margin + line : line,
  );
  const text = join(indented, "\n");
  return ended instanceof Markup ? new Markup(text) : text;
}

function checked(length: number): number {
  checkLength(length);
  return length;
}

function json(
  value: Value,
  ensureAscii: Value = false,
  indentBy: Value = null,
  separators: Value = null,
  sortKeys: Value = false,
): Value {
  const step = indentText(indentBy);
  const [item, key] = separators === null ? [step === null ? ", " : ",", ": "] : separatorsOf(separators);
  return toJson(value, {
    ensureAscii: isTrue(ensureAscii),
    indent: step,
    itemSeparator: item,
    keySeparator: key,
    sortKeys: isTrue(sortKeys),
  });
}

function separatorsOf(separators: Value): readonly [string, string] {
  const items = isList(separators) ? separators : separators instanceof Tuple ? separators.items : [];
  const [item, key] = items;
  if (items.length !== 2 || item === undefined || key === undefined || !isString(item) || !isString(key))
    throw valueError("separators are two strings");
  return [textOf(item), textOf(key)];
}

function truncate(
  value: Value,
  most: Value = 255n,
  killWords: Value = false,
  end: Value = "...",
  leeway: Value = null,
): Value {
  const [limit, ending] = [toIndex(most), str(end)];
  const slack = leeway === null ? 5 : toIndex(leeway);
  if (limit < lengthOf(ending) || slack < 0) throw valueError(`expected length >= ${lengthOf(ending)}, got ${limit}`);
  if (length(value) <= BigInt(limit + slack)) return value;
  if (!isString(value)) throw typeError(`truncate needs a string, not ${typeName(value)}`);
  const kept = sliceOf(textOf(value), 0, limit - lengthOf(ending));
  const text = (isTrue(killWords) ? kept : (splitFromRight(kept, " ", 1)[0] ?? "")) + ending;
  return value instanceof Markup ? new Markup(text) : text;
}

/** What urllib.parse.quote leaves as it is; and noncharacters, with which the prompt writer marks text. */
function quoteUrl(text: string, isQuery: boolean): string {
  const quoted = text.replace(/[^\w.~/\ufdd0-\ufdef-]|\//gu, (character) => {
    if (character === "/" && !isQuery) return character;
    if (character === " " && isQuery) return "+";
    return Array.from(
      new TextEncoder().encode(character),
      (byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`,
    ).join("");
  });
  checkLength(quoted.length);
  return quoted;
}

function urlEncode(value: Value): Value {
  if (isString(value) || iteratorOf(value) === undefined) return quoteUrl(str(value), false);
  const pairs = value instanceof Dict ? [...value.entries()] : Array.from(iterate(value), pairOf);
  return pairs.map(([key, each]) => `${quoteUrl(str(key), true)}=${quoteUrl(str(each), true)}`).join("&");
}

function pairOf(value: Value): readonly [Value, Value] {
  const [first, second, ...more] = iterate(value);
  if (first === undefined || second === undefined || more.length > 0) throw valueError("two values to unpack expected");
  return [first, second];
}

function fileSize(bytes: number, binary: boolean): string {
  const base = binary ? 1024 : 1000;
  const units = binary
    ? ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB"]
    : ["kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"];
  if (bytes === 1) return "1 Byte";
  if (bytes < base) return `${Math.trunc(bytes)} Bytes`;
  const fitting = units.findIndex((_unit, at) => bytes < base ** (at + 2));
  const at = fitting < 0 ? units.length - 1 : fitting;
  return `${floatWith("f", (base * bytes) / base ** (at + 2), 1, false)} ${units[at] ?? ""}`;
}

function xmlAttributes(value: Value, autospace: boolean): Value {
  if (value instanceof Undefined) throw value.error();
  if (!(value instanceof Dict)) throw typeError(`xmlattr needs a mapping, not ${typeName(value)}`);
  const attributes = [...value.entries()].flatMap(([key, each]) => {
    if (each === null || each instanceof Undefined) return [];
    if (!isString(key)) throw typeError("expected string or bytes-like object");
    if (/[\s/>=]/.test(textOf(key))) throw valueError("Invalid character in attribute name");
    return [`${escape(key).text}="${escape(each).text}"`];
  });
  const text = join(attributes, " ");
  return autospace && text !== "" ? ` ${text}` : text;
}
