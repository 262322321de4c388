// How a model writes tool calls, found from those that its template writes. Engine and fit process.
import type { JsonValue } from "../template/JinjaTemplate";
import type { Vocabulary } from "../template/Vocabulary";
import { commonEnd, commonStart, elementsOf } from "./controlText";
import { readLoose } from "./looseJson";
import { Pattern, slots } from "./Pattern";
import { words, type Probes } from "./probes";
import { closingOf, isClosing } from "./spellings";
import type { AroundText } from "./thoughtSyntax";

/** Calls as JSON objects, as a list of them, or as Python writes calls; name and arguments are in the value. */
export interface ValueCalls {
  kind: "values";
  nameKeys: readonly string[];
  argumentsKeys: readonly string[];
  idKeys: readonly string[];
  /** {"name": {…}}: an object's only key is the name. */
  nameIsKey: boolean;
}

/** The name by itself, then an object with the arguments. */
export interface NamedCalls {
  kind: "named";
  /** What stands around texts, where that is no usual quote. */
  quote: string | undefined;
}

/** The name by itself, then each argument between markers of its own. */
export interface TaggedCalls {
  kind: "tagged";
  /** Between the name and the first argument, or the end. */
  afterName: Pattern;
  /** All that stands before a value: with the slots key and, where it says so, type. */
  argument: Pattern;
  /** The slot type of texts. */
  textType: string | null;
  /** Behind a value; may have the slot key. */
  valueClose: string;
  /** Blanks that are no part of a value. */
  blankBefore: string;
  blankAfter: string;
}

export interface CallSyntax {
  body: ValueCalls | NamedCalls | TaggedCalls;
  /** What a call begins with, up to its body: with the slots name and id. Empty: the body begins by itself. */
  opens: readonly Pattern[];
  /** Behind a call: the whole, or at least its beginning. */
  closes: readonly Pattern[];
  /** Around all calls of an answer. */
  sectionClose: Pattern | null;
  /** Templates write it on a line with text before it. */
  followsText: boolean;
  /** What says in a section's head that it is for a tool: "to=functions.", and then the name. */
  recipient: Pattern | null;
}

const usualNameKeys = ["name", "tool_name", "function_name"];
const usualArgumentsKeys = ["arguments", "parameters", "args"];
const usualIdKeys = ["id", "tool_call_id", "call_id"];
const tag = /^[<[◁][|｜]?\/?[\w:▁.-]+[|｜]?[>\]▷]$/u;
const callWord = /tool_?▁?calls?|function_?calls?|tools_prefix|python_tag/iu;

export function findCallSyntax(
  probes: Probes,
  around: AroundText,
  source: string,
  vocabulary: Vocabulary,
  mark: (text: string) => string,
): CallSyntax | null {
  return writtenCalls(probes, around, source, mark) ?? namedCalls(source, vocabulary, mark);
}

/** Rendered calls with their names and ids as slots, from behind the turn's beginning up to its end. */
interface Written {
  one: string;
  withNumber: string | null;
  withText: string | null;
  two: string | null;
  /** What follows the end of an answer. */
  turnEnd: string;
}

function writtenCalls(
  probes: Probes,
  around: AroundText,
  source: string,
  mark: (text: string) => string,
): CallSyntax | null {
  const written = writeCalls(probes, around, mark);
  if (written === null) return null;
  const syntax = valueCalls(written, source, mark) ?? objectCalls(written) ?? taggedCalls(written);
  return syntax === null ? null : { ...syntax, followsText: followsText(written) };
}

function writeCalls(probes: Probes, around: AroundText, mark: (text: string) => string): Written | null {
  const { key, otherKey, value, otherValue, number, answer } = words;
  const both = { [key]: value, [otherKey]: otherValue };
  const [one, withText, two] = [probes.call(both), probes.call(both, answer), probes.calls(both)];
  if (one === null) return null;
  const answers = probes.answers.map(mark);
  const headers = [...probes.prompts.map(mark), ...answers.map((text) => text.split(answer)[0] ?? "")];
  const body = (text: string | null) => (text === null ? null : bodyOf(mark(text), headers, around.textCloses));
  return {
    one: withSlots(body(one) ?? ""),
    withNumber: orNull(body(probes.call({ [key]: number })), withSlots),
    withText: orNull(withText, (text) => withSlots(mark(text).split(answer)[1] ?? "")),
    two: orNull(body(two), withSlots),
    turnEnd: answers[0]?.split(answer)[1] ?? "",
  };
}

function orNull(text: string | null, change: (text: string) => string): string | null {
  return text === null ? null : change(text);
}

function bodyOf(text: string, headers: readonly string[], textCloses: readonly Pattern[]): string {
  const body = text.slice(Math.max(0, ...headers.map((header) => commonStart(text, header))));
  const closes = textCloses.flatMap((pattern) => pattern.match(body, 0) ?? []);
  const close = closes.find((found) => found !== "beginning");
  return close === undefined ? body : body.slice(close.end);
}

function withSlots(text: string): string {
  // A format may have only the id, in which the model writes the name too.
  return text
    .replaceAll(words.name, slots.name)
    .replaceAll(words.otherName, slots.name)
    .replaceAll(words.id, slots.id)
    .replaceAll(words.otherId, slots.id);
}

/** Up to the end of the turn. */
function beforeTurnEnd(text: string, turnEnd: string): string {
  return text.slice(0, text.length - commonEnd(text, turnEnd).length).trimEnd();
}

function valueCalls({ one, turnEnd }: Written, source: string, mark: (text: string) => string): CallSyntax | null {
  const name = one.indexOf(slots.name);
  for (let at = 0; at <= name; at++) {
    const found = "{[".includes(one[at] ?? " ") ? readLoose(one, at) : null;
    const body = found === null ? pythonCalls(one, at) : jsonCalls(found.value);
    if (body === null) continue;
    const end = found?.end ?? one.lastIndexOf(one[at] === "[" ? "]" : ")") + 1;
    const open = one.slice(0, at).trim();
    const close = beforeTurnEnd(one.slice(end), turnEnd);
    return {
      body,
      followsText: false,
      recipient: null,
      sectionClose: null,
      opens: [new Pattern(open), ...(open === "" ? callTokens(source, mark) : [])],
      closes: closesOf(close),
    };
  }
  return null;
}

function pythonCalls(text: string, at: number): ValueCalls | null {
  return new RegExp(`^(?:\\[\\s*)?${slots.name}\\(\\s*${words.key}\\s*=`, "u").test(text.slice(at))
    ? valueBody({})
    : null;
}

function jsonCalls(value: JsonValue): ValueCalls | null {
  const call = Array.isArray(value) ? (value as readonly JsonValue[])[0] : value;
  if (!isObject(call)) return null;
  if (slots.name in call) return valueBody({ nameIsKey: true });
  const path = keysTo(call, (one) => one === slots.name);
  const argumentsKey =
    keysTo(call, (one) => isObject(one) && words.key in one) ??
    keysTo(call, (one) => typeof one === "string" && one.includes(words.key));
  if (path === null || argumentsKey === null) return null;
  return valueBody({ nameKey: path, argumentsKey, idKey: keysTo(call, (one) => one === slots.id) });
}

function valueBody({
  nameKey = null,
  argumentsKey = null,
  idKey = null,
  nameIsKey = false,
}: Partial<Record<"nameKey" | "argumentsKey" | "idKey", string | null>> & { nameIsKey?: boolean }): ValueCalls {
  const first = (key: string | null, usual: readonly string[]) => unique([...(key === null ? [] : [key]), ...usual]);
  return {
    kind: "values",
    nameIsKey,
    nameKeys: first(nameKey, usualNameKeys),
    argumentsKeys: first(argumentsKey, usualArgumentsKeys),
    idKeys: first(idKey, usualIdKeys),
  };
}

function isObject(value: JsonValue | undefined): value is { readonly [key: string]: JsonValue } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The key under which a value is, in the object or in one inside it. */
function keysTo(object: JsonValue, isWanted: (value: JsonValue) => boolean): string | null {
  if (!isObject(object)) return null;
  for (const [key, value] of Object.entries(object)) {
    if (isWanted(value)) return key;
    const inside = isObject(value) ? keysTo(value, isWanted) : null;
    if (inside !== null) return inside;
  }
  return null;
}

/** Control tokens that the template names for calls without writing them: Llama's "<|python_tag|>". */
function callTokens(source: string, mark: (text: string) => string): Pattern[] {
  return unique(
    elementsOf(mark(source))
      .filter(({ kind, text }) => kind === "control" && callWord.test(text))
      .map(({ text }) => text),
  ).map((text) => new Pattern(text));
}

/** What stands around the name and the arguments, and around several calls. */
interface Frame {
  open: string;
  sectionOpen: string;
  close: string;
  sectionClose: string;
  /** Between two calls, or before one behind text, where the first begins with its name. */
  laterOpen: string;
}

function objectCalls(written: Written): CallSyntax | null {
  const { one } = written;
  const mark = nameAt(one);
  if (mark === null) return null;
  const at = one.indexOf("{", mark + 1);
  const key = one.indexOf(words.key);
  if (at < 0 || key < at) return null;
  const quote = quoteOf(one);
  const found = readLoose(one, at, { quote });
  if (found === null || found.end < one.indexOf(words.value)) return null;
  const two =
    written.two === null
      ? null
      : secondCall(
          written.two,
          (from) => readLoose(written.two ?? "", written.two?.indexOf("{", from + 1) ?? 0, { quote })?.end ?? -1,
        );
  const frame = frameOf(one.slice(0, mark), one.slice(found.end), two?.between ?? null, written.turnEnd);
  const afterName = withIndex(one.slice(mark + 1, at), two?.afterName ?? null);
  return framed({ kind: "named", quote }, frame, one[mark] + afterName);
}

function nameAt(text: string): number | null {
  const name = text.indexOf(slots.name);
  const at = name < 0 ? text.indexOf(slots.id) : name;
  return at < 0 ? null : at;
}

/** Around the value, unless it is the usual one. */
function quoteOf(text: string): string | undefined {
  const before = new RegExp(`${words.key}["']?\\s*:\\s*(.*?)${words.value}`, "su").exec(text)?.[1]?.trim();
  return before === undefined || before === "" || before === '"' || before === "'" || text.split(before).length < 3
    ? undefined
    : before;
}

/** What is between the first call's arguments and the second's name, and what stands behind that. */
function secondCall(
  two: string,
  argumentsEnd: (from: number) => number,
): { between: string; afterName: string } | null {
  const first = nameAt(two);
  const end = first === null ? -1 : argumentsEnd(first);
  const second = two.indexOf(two[first ?? 0] ?? "", end);
  return end < 0 || second < 0 ? null : { between: two.slice(end, second), afterName: two.slice(second + 1) };
}

function frameOf(before: string, after: string, between: string | null, turnEnd: string): Frame {
  const rest = beforeTurnEnd(after, turnEnd).trimStart();
  if (between === null)
    return { open: before.trimStart(), sectionOpen: "", close: rest, sectionClose: "", laterOpen: "" };
  const open = commonEnd(before, between);
  const close = rest.slice(0, commonStart(rest, between.slice(0, between.length - open.length).trim()));
  return {
    open: open.trimStart(),
    sectionOpen: before.slice(0, before.length - open.length).trim(),
    close: close.trim(),
    sectionClose: rest.slice(close.length).trim(),
    laterOpen: before === "" ? between.slice(close.length).trim() : "",
  };
}

/** With the slot index where the first and the second call have different numbers. */
function withIndex(one: string, two: string | null): string {
  const number = /\d+/u.exec(one);
  if (number === null || two === null) return one;
  const other = /\d+/u.exec(two);
  return other?.index === number.index && other[0] !== number[0] ? one.replace(number[0], slots.index) : one;
}

function framed(
  body: CallSyntax["body"],
  { open, sectionOpen, close, sectionClose, laterOpen }: Frame,
  name: string,
): CallSyntax {
  const opens = [
    `${sectionOpen} ${open}${name}`,
    ...(laterOpen === "" ? [] : [`${laterOpen}${name}`]),
    `${open}${name}`,
  ];
  return {
    body,
    followsText: false,
    opens: unique(opens.map((source) => source.trim())).map((source) => new Pattern(source)),
    closes: closesOf(close),
    sectionClose: sectionOpen === "" || sectionClose === "" ? null : new Pattern(sectionClose),
    recipient: recipientOf(open),
  };
}

/** The word that the name is part of: "to=functions." */
function recipientOf(open: string): Pattern | null {
  const last = elementsOf(open).at(-1);
  const word = last?.kind === "text" ? (/\S+$/u.exec(last.text)?.[0] ?? "") : "";
  return word === "" ? null : new Pattern(word + slots.name);
}

/** The whole, or only its first tag. */
function closesOf(close: string): Pattern[] {
  const first = elementsOf(close).find(({ text }) => text.trim() !== "");
  const sources = [close.trim(), ...(first?.kind === "tag" ? [first.text] : [])].filter(
    (source) => source.trim() !== "",
  );
  return unique(sources).map((source) => new Pattern(source));
}

const afterFirstName = new RegExp(
  `${slots.name}([^${slots.name}]*?(?:${slots.name}[^${slots.name}]*?)?)${words.key}(.*?)${words.value}(.*?)${words.otherKey}.*?${words.otherValue}(.*)$`,
  "su",
);

function taggedCalls(written: Written): CallSyntax | null {
  const { one, two, turnEnd } = written;
  const found = afterFirstName.exec(one);
  if (found === null) return null;
  const [, toKey = "", toValue = "", rawBetween = "", rawAfter = ""] = found;
  const between = rawBetween.replaceAll(words.key, slots.key);
  const after = beforeTurnEnd(rawAfter.replaceAll(words.otherKey, slots.key), turnEnd);
  const valueClose = between.slice(0, commonStart(between, after));
  if (valueClose.trim() === "" || toValue.trim() === "") return null;
  const argumentOpen = between.slice(valueClose.length);
  const { pattern, textType } = typed(toValue, valueOf(written.withNumber));
  const argument = `${argumentOpen}${slots.key}${pattern}`;
  const second = two === null ? null : secondCall(two, () => two.indexOf(words.otherValue) + words.otherValue.length);
  const afterName = withIndex(
    toKey.endsWith(argumentOpen) ? toKey.slice(0, toKey.length - argumentOpen.length) : toKey,
    second?.afterName ?? null,
  );
  const betweenCalls =
    second === null ? null : second.between.replaceAll(words.otherKey, slots.key).slice(valueClose.length);
  const frame = frameOf(one.slice(0, one.indexOf(slots.name)), after.slice(valueClose.length), betweenCalls, turnEnd);
  return framed(
    {
      kind: "tagged",
      afterName: new Pattern(afterName),
      argument: new Pattern(argument),
      textType,
      valueClose: valueClose.trim(),
      blankBefore: /\s*$/u.exec(argument)?.[0] ?? "",
      blankAfter: /^\s*/u.exec(valueClose)?.[0] ?? "",
    },
    frame,
    slots.name,
  );
}

/** What stands between key and value, for a number. */
function valueOf(withNumber: string | null): string | null {
  return withNumber === null
    ? null
    : (new RegExp(`${words.key}(.*?)${words.number}`, "su").exec(withNumber)?.[1] ?? null);
}

/** Where it differs between texts and numbers, it says the type. */
function typed(ofText: string, ofNumber: string | null): { pattern: string; textType: string | null } {
  if (ofNumber === null || ofNumber === ofText) return { pattern: ofText, textType: null };
  let start = 0;
  while (start < ofText.length && ofText[start] === ofNumber[start]) start++;
  let end = 0;
  while (end < ofText.length - start && end < ofNumber.length - start && ofText.at(-1 - end) === ofNumber.at(-1 - end))
    end++;
  // "true" and "false" both end with "e": the whole word is the type.
  while (start > 0 && /[\w-]/u.test(ofText[start - 1] ?? "")) start--;
  while (end > 0 && /[\w-]/u.test(ofText.at(-end) ?? "")) end--;
  return {
    pattern: ofText.slice(0, start) + slots.type + ofText.slice(ofText.length - end),
    textType: ofText.slice(start, ofText.length - end),
  };
}

function followsText({ withText }: Written): boolean {
  return withText !== null && nameAt(withText) !== null && !/^\s*\n/u.test(withText);
}

/** Where the template writes none: tokens or tags about calls, with a value of any kind between, or with a name, a token and an object. */
function namedCalls(source: string, { markerTexts }: Vocabulary, mark: (text: string) => string): CallSyntax | null {
  const known = new Set([
    ...markerTexts,
    ...elementsOf(source)
      .map(({ text }) => text)
      .filter((text) => tag.test(text)),
  ]);
  const about = [...known].filter(
    (text) => callWord.test(text) && !isClosing(text) && !/respon|result|output|\s/iu.test(text),
  );
  const separator = about.find((text) => /arg|sep/iu.test(text));
  const opens = about.filter((text) => !/arg|sep|_name/iu.test(text));
  const closes = opens
    .map((open) => closingOf(open, (text) => known.has(text)))
    .filter((close) => close !== null && known.has(close))
    .map((close) => mark(close ?? ""));
  const [open, inner] = opens;
  if (open === undefined) return null;
  if (separator !== undefined && inner !== undefined) {
    return framed(
      { kind: "named", quote: undefined },
      {
        sectionOpen: mark(open),
        open: mark(inner),
        close: closes[1] ?? "",
        sectionClose: closes[0] ?? "",
        laterOpen: "",
      },
      slots.id + mark(separator),
    );
  }
  return {
    body: valueBody({}),
    recipient: null,
    followsText: false,
    sectionClose: null,
    opens: opens.map((text) => new Pattern(mark(text))),
    closes: unique(closes).map((text) => new Pattern(text)),
  };
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}
