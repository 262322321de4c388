// The methods of str that a template can call. Engine process.
import { join } from "../python/arithmetic";
import { charactersOf, lengthOf, sliceOf, strip } from "../python/characters";
import { Dict } from "../python/Dict";
import { formatFields, type Lookup } from "../python/fieldFormat";
import { toIndex } from "../python/indices";
import { listOf } from "../python/iterate";
import { capitalize, letterTests, swapCase, title } from "../python/letters";
import { checkLength } from "../python/limits";
import { escape } from "../python/markup";
import { PythonError, typeError, valueError } from "../python/PythonError";
import { split, splitFromRight, splitLines } from "../python/splitting";
import { typeName } from "../python/typeName";
import { Callable, isList, isString, Markup, textOf, Tuple, type Value } from "../python/values";
import { bind } from "./signature";

/** What is given is a string; an escaped one counts as its text. */
function string(value: Value, what: string): string {
  if (!isString(value)) throw typeError(`${what} must be str, not ${typeName(value)}`);
  return textOf(value);
}

function optional(value: Value, what: string): string | null {
  return value === null ? null : string(value, what);
}

type Method = readonly [signature: string, work: (text: string, ...given: Value[]) => Value];

const METHODS: ReadonlyMap<string, Method> = new Map<string, Method>(
  Object.entries<Method>({
    capitalize: ["", capitalize],
    casefold: ["", (text) => text.toLowerCase().replaceAll("ß", "ss").replaceAll("ς", "σ")],
    center: ["width / fillchar?", (text, width, fill = " ") => center(text, toIndex(width), filler(fill))],
    count: [
      "sub / start? end?",
      (text, part, start = null, end = null) => BigInt(count(range(text, start, end).text, string(part, "argument 1"))),
    ],
    endswith: [
      "suffix / start? end?",
      (text, suffix, start = null, end = null) =>
        matches(text, suffix, start, end, (part, each) => part.endsWith(each)),
    ],
    expandtabs: ["tabsize?", (text, size = 8n) => expandTabs(text, toIndex(size))],
    find: ["sub / start? end?", (text, part, start = null, end = null) => BigInt(find(text, part, start, end, false))],
    index: ["sub / start? end?", (text, part, start = null, end = null) => found(find(text, part, start, end, false))],
    join: [
      "iterable /",
      (text, items) =>
        join(
          listOf(items).map((item, at) => string(item, `sequence item ${at}`)),
          text,
        ),
    ],
    ljust: ["width / fillchar?", (text, width, fill = " ") => text + padding(text, toIndex(width), filler(fill))],
    lower: ["", (text) => text.toLowerCase()],
    lstrip: ["chars? /", (text, characters = null) => strip(text, optional(characters, "lstrip arg"), "left")],
    partition: ["sep /", (text, separator) => partition(text, string(separator, "sep"), false)],
    removeprefix: [
      "prefix /",
      (text, prefix) =>
        text.startsWith(string(prefix, "prefix")) ? text.slice(string(prefix, "prefix").length) : text,
    ],
    removesuffix: ["suffix /", (text, suffix) => removeSuffix(text, string(suffix, "suffix"))],
    replace: [
      "old new / count?",
      (text, old, fresh, most = -1n) =>
        replace(text, string(old, "argument 1"), string(fresh, "argument 2"), toIndex(most)),
    ],
    rfind: ["sub / start? end?", (text, part, start = null, end = null) => BigInt(find(text, part, start, end, true))],
    rindex: ["sub / start? end?", (text, part, start = null, end = null) => found(find(text, part, start, end, true))],
    rjust: ["width / fillchar?", (text, width, fill = " ") => padding(text, toIndex(width), filler(fill)) + text],
    rpartition: ["sep /", (text, separator) => partition(text, string(separator, "sep"), true)],
    rsplit: [
      "sep? maxsplit?",
      (text, separator = null, most = -1n) => splitFromRight(text, optional(separator, "sep"), toIndex(most)),
    ],
    rstrip: ["chars? /", (text, characters = null) => strip(text, optional(characters, "rstrip arg"), "right")],
    split: [
      "sep? maxsplit?",
      (text, separator = null, most = -1n) => split(text, optional(separator, "sep"), toIndex(most)),
    ],
    splitlines: ["keepends?", (text, keepEnds = false) => splitLines(text, toIndex(keepEnds) !== 0)],
    startswith: [
      "prefix / start? end?",
      (text, prefix, start = null, end = null) =>
        matches(text, prefix, start, end, (part, each) => part.startsWith(each)),
    ],
    strip: ["chars? /", (text, characters = null) => strip(text, optional(characters, "strip arg"), "both")],
    swapcase: ["", swapCase],
    title: ["", title],
    upper: ["", (text) => text.toUpperCase()],
    zfill: ["width /", (text, width) => zeroFill(text, toIndex(width))],
  }),
);
/** They make bytes or tables, which no chat template prints. */
const REFUSED = ["encode", "maketrans", "translate"];

/** The bound method `name` of a string; undefined where str has none of that name. */
export function stringMethod(value: string | Markup, name: string, lookup: Lookup): Callable | undefined {
  if (name === "format" || name === "format_map") return formatMethod(value, name, lookup);
  if (REFUSED.includes(name)) {
    return new Callable(name, () => {
      throw new PythonError("TemplateRuntimeError", `str.${name} is not supported`);
    });
  }
  const letters = letterTests.get(name);
  const method: Method | undefined = letters === undefined ? METHODS.get(name) : ["", letters];
  if (method === undefined) return undefined;
  const [signature, work] = method;
  if (typeof value === "string")
    return new Callable(
      name,
      bind(name, signature, (...given) => work(value, ...given)),
    );
  return new Callable(
    name,
    bind(name, signature, (...given) => marked(work(value.text, ...escapeGiven(name, given)))),
  );
}

/** What is put into an escaped string is escaped. */
function escapeGiven(name: string, given: readonly Value[]): Value[] {
  if (name === "join" && given[0] !== undefined) return [listOf(given[0]).map(escape)];
  const inserted = { replace: 1, ljust: 1, rjust: 1, center: 1 }[name];
  return given.map((value, at) => (at === inserted && isString(value) ? escape(value) : value));
}

function marked(result: Value): Value {
  if (typeof result === "string") return new Markup(result);
  if (isList(result)) return result.map(marked);
  return result instanceof Tuple ? new Tuple(result.items.map(marked)) : result;
}

function formatMethod(value: string | Markup, name: string, lookup: Lookup): Callable {
  const isMarkup = value instanceof Markup;
  return new Callable(name, (given) => {
    let fields = given;
    if (name === "format_map") {
      const [mapping] = given.positional;
      if (given.positional.length !== 1 || given.named.size > 0)
        throw typeError("format_map() takes exactly one argument");
      if (!(mapping instanceof Dict)) throw typeError("format_map() argument must be a mapping");
      fields = {
        positional: [],
        named: new Map(
          [...mapping.entries()].flatMap(([key, item]) => (isString(key) ? [[textOf(key), item] as const] : [])),
        ),
      };
    }
    const text = formatFields(textOf(value), fields, lookup, isMarkup);
    return isMarkup ? new Markup(text) : text;
  });
}

function filler(value: Value): string {
  const fill = string(value, "fill character");
  if (lengthOf(fill) !== 1) throw typeError("The fill character must be exactly one character long");
  return fill;
}

function padding(text: string, width: number, fill: string): string {
  const missing = Math.max(0, width - lengthOf(text));
  checkLength(missing * fill.length + text.length);
  return fill.repeat(missing);
}

function center(text: string, width: number, fill: string): string {
  const all = padding(text, width, fill);
  const missing = all.length / fill.length;
  // Where it cannot be halved, an odd width gets the larger half on the left.
  const left = Math.floor(missing / 2) + (missing % 2 === 1 && width % 2 === 1 ? 1 : 0);
  return fill.repeat(left) + text + fill.repeat(missing - left);
}

/** A part of the text and where it begins, in code points. */
function range(text: string, start: Value, end: Value): { text: string; start: number; isBeyond: boolean } {
  if (start === null && end === null) return { text, start: 0, isBeyond: false };
  const length = lengthOf(text);
  const place = (value: Value, usual: number): number => {
    if (value === null) return usual;
    const at = toIndex(value, "slice indices");
    return at < 0 ? Math.max(0, at + length) : at;
  };
  const from = place(start, 0);
  const to = Math.min(place(end, length), length);
  return { text: sliceOf(text, from, Math.max(from, to)), start: from, isBeyond: from > length || from > to };
}

function find(text: string, part: Value, start: Value, end: Value, fromRight: boolean): number {
  const within = range(text, start, end);
  const wanted = string(part, "argument 1");
  if (within.isBeyond) return -1;
  const at = fromRight ? within.text.lastIndexOf(wanted) : within.text.indexOf(wanted);
  return at < 0 ? -1 : within.start + lengthOf(within.text.slice(0, at));
}

function found(at: number): bigint {
  if (at < 0) throw valueError("substring not found");
  return BigInt(at);
}

function count(text: string, part: string): number {
  return part === "" ? lengthOf(text) + 1 : text.split(part).length - 1;
}

function matches(
  text: string,
  affix: Value,
  start: Value,
  end: Value,
  test: (part: string, each: string) => boolean,
): boolean {
  const within = range(text, start, end);
  const affixes = affix instanceof Tuple ? affix.items : [affix];
  return affixes.some((each) => {
    const wanted = string(each, "first arg");
    return !within.isBeyond && test(within.text, wanted);
  });
}

function partition(text: string, separator: string, fromRight: boolean): Tuple {
  if (separator === "") throw valueError("empty separator");
  const at = fromRight ? text.lastIndexOf(separator) : text.indexOf(separator);
  if (at < 0) return new Tuple(fromRight ? ["", "", text] : [text, "", ""]);
  return new Tuple([text.slice(0, at), separator, text.slice(at + separator.length)]);
}

function removeSuffix(text: string, suffix: string): string {
  return suffix !== "" && text.endsWith(suffix) ? text.slice(0, -suffix.length) : text;
}

/** At most `most` times; a negative number sets no bound. An empty `old` stands between all characters and at both ends. */
export function replace(text: string, old: string, fresh: string, most: number): string {
  const parts = old === "" ? ["", ...charactersOf(text), ""] : text.split(old);
  const cuts = most < 0 ? parts.length - 1 : Math.min(most, parts.length - 1);
  checkLength(text.length + cuts * Math.max(0, fresh.length - old.length));
  return [...parts.slice(0, cuts).flatMap((part) => [part, fresh]), parts.slice(cuts).join(old)].join("");
}

function expandTabs(text: string, size: number): string {
  checkLength(text.length + count(text, "\t") * Math.max(0, size));
  let column = 0;
  let result = "";
  for (const character of text) {
    if (character === "\t") {
      const blanks = size > 0 ? size - (column % size) : 0;
      result += " ".repeat(blanks);
      column += blanks;
    } else {
      result += character;
      column = character === "\n" || character === "\r" ? 0 : column + 1;
    }
  }
  return result;
}

function zeroFill(text: string, width: number): string {
  const sign = /^[-+]/.exec(text)?.[0] ?? "";
  return sign + padding(text, width, "0") + text.slice(sign.length);
}
