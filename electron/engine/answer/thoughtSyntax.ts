// How a model writes its thoughts, and what stands around the answer proper. Engine and fit process.
import type { Vocabulary } from "../template/Vocabulary";
import type { AnswerSyntax, HeadSyntax, ThoughtSyntax } from "./AnswerSyntax";
import { commonStart, elementsOf, plainText, type Element } from "./controlText";
import { Pattern } from "./Pattern";
import { words, type Probes } from "./probes";
import { closingOf, isAnswerWord, isClosing, isThoughtWord, openingOf } from "./spellings";

export type AroundText = Omit<AnswerSyntax, "calls" | "turnStarts">;

const nothing: AroundText = {
  thoughts: [],
  thinks: false,
  textOpen: null,
  textCloses: [],
  turnHead: null,
  heads: null,
};
const thoughtAndWhatFollows = new RegExp(`^(.*?)${words.thought}(.*?)(?:${words.answer}(.*))?$`, "su");

export function findThoughtSyntax(
  probes: Probes,
  source: string,
  vocabulary: Vocabulary,
  mark: (text: string) => string,
): AroundText {
  const prompts = probes.prompts.map(mark);
  const answers = probes.answers.map(mark);
  return (
    writtenThoughts(probes.thought(), mark, prompts, answers) ??
    promptedThoughts(prompts, source, mark) ??
    namedThoughts(source, mark) ??
    tokenThoughts(vocabulary, mark) ?? { ...nothing, ...wrapOf(prompts, answers) }
  );
}

/** Where the template writes the thoughts of an answer. */
function writtenThoughts(
  written: string | null,
  mark: (text: string) => string,
  prompts: readonly string[],
  answers: readonly string[],
): AroundText | null {
  const found = written === null ? null : thoughtAndWhatFollows.exec(mark(written));
  if (found === null) return null;
  const [, before = "", between = "", after] = found;
  const header = headerOf(before, prompts, answers);
  const open = before.slice(header.length).trim() || lastThoughtMarker(header) || promptedOpening(header, prompts);
  const { close, rest } = splitClose(between, open);
  if (close === "") return null;
  const turnHead = turnHeadOf(header, rest);
  const wrap = wrapOf(prompts, answers);
  const textOpen = after === undefined ? (wrap.textOpen?.source ?? "") : rest.trim().slice(turnHead.length).trim();
  const toAnswer = after === undefined ? between.slice(0, between.indexOf(close) + close.length) + textOpen : between;
  const patternOrNull = (text: string) => (text === "" ? null : new Pattern(text));
  const textCloses = textOpen === "" ? [] : closesOf(answers, textOpen);
  return {
    thoughts: [{ open: patternOrNull(open), close: new Pattern(close), toAnswer: plainText(toAnswer) }],
    thinks: true,
    textOpen: patternOrNull(textOpen),
    textCloses: turnHead === "" ? textCloses : [...textCloses, new Pattern(close)],
    turnHead: patternOrNull(turnHead),
    heads: turnHead === "" ? null : headsOf(open, textOpen),
  };
}

/** Where only prompts show them: they open a thought, or have an empty one where thinking is off. */
function promptedThoughts(
  prompts: readonly string[],
  source: string,
  mark: (text: string) => string,
): AroundText | null {
  const ends = prompts
    .map((prompt) =>
      elementsOf(prompt.trimEnd())
        .slice(-2)
        .filter(isThoughtMarker)
        .map(({ text }) => text),
    )
    .flat();
  const open = ends.find((text) => !isClosing(text));
  const close = ends.find((text) => isClosing(text));
  if (open === undefined && close === undefined) return null;
  const opening = open ?? openingOf(plainText(close ?? ""));
  const closing = close ?? closingOf(plainText(open ?? ""), (text) => source.includes(text));
  return opening === null || closing === null
    ? null
    : { ...nothing, thoughts: [pairOf(mark(opening), mark(closing))], thinks: true };
}

/** Where the template only speaks of them: it cuts earlier answers at "</think>", or asks for "<think></think>" in a system prompt. */
function namedThoughts(source: string, mark: (text: string) => string): AroundText | null {
  const markers = elementsOf(source)
    .filter(isThoughtMarker)
    .map(({ text }) => text);
  const closing = markers.find((text) => isClosing(text) && openingOf(text) !== null);
  const opening = closing === undefined ? null : openingOf(closing);
  if (closing !== undefined && opening !== null) {
    const wrapped = elementsOf(source).find(
      ({ text }) => answerTag.test(text) && source.includes(closingOf(text) ?? text),
    );
    const textClose = wrapped === undefined ? null : closingOf(wrapped.text);
    const thought = pairOf(mark(opening), mark(closing));
    if (wrapped === undefined || textClose === null) return { ...nothing, thoughts: [thought], thinks: true };
    return {
      ...nothing,
      thoughts: [{ ...thought, toAnswer: thought.toAnswer + wrapped.text }],
      thinks: true,
      textOpen: new Pattern(mark(wrapped.text)),
      textCloses: [new Pattern(mark(textClose))],
    };
  }
  // Sentences in quotes that the model is asked to begin its sections with: "Here is my thought process:".
  const phrases = [...source.matchAll(/(['"])([A-Z][^'"\n{}]{4,60}:)\1/gu)].map(([, , phrase = ""]) => phrase);
  const thought = phrases.find((phrase) => isThoughtWord(phrase));
  const answer = phrases.find((phrase) => phrase !== thought && isAnswerWord(phrase));
  if (thought === undefined || answer === undefined) return null;
  return {
    ...nothing,
    thoughts: [{ open: new Pattern(thought), close: new Pattern(answer), toAnswer: `\n\n${answer}\n` }],
    thinks: true,
  };
}

/** Where only the vocabulary has tokens for them. */
function tokenThoughts({ markerTexts }: Vocabulary, mark: (text: string) => string): AroundText | null {
  const texts = new Set(markerTexts);
  const thoughts = markerTexts.flatMap((open) => {
    const close = isThoughtWord(open) && !isClosing(open) ? closingOf(open, (text) => texts.has(text)) : null;
    return close === null || !texts.has(close) ? [] : [pairOf(mark(open), mark(close))];
  });
  return thoughts.length === 0 ? null : { ...nothing, thoughts };
}

const answerTag = /^<(?:answer|response|output|solution|final_answer)>$/u;

function pairOf(open: string, close: string): ThoughtSyntax {
  return { open: new Pattern(open), close: new Pattern(close), toAnswer: `\n${plainText(close)}\n\n` };
}

/** What begins the turn, whatever it holds. */
function headerOf(before: string, prompts: readonly string[], answers: readonly string[]): string {
  const common = [...prompts, ...answers].map((other) => commonStart(before, other)).filter((length) => length > 0);
  const header = before.slice(0, Math.min(before.length, ...common));
  const last = elementsOf(header).at(-1);
  // "<|open|>" of "<|open|>think<|sep|>": no prompt ends with it.
  const isCut =
    last !== undefined &&
    last.kind !== "text" &&
    /^\p{L}/u.test(before.slice(header.length)) &&
    !prompts.includes(header);
  return isCut ? header.slice(0, header.length - last.text.length) : header;
}

/** A marker of thoughts at the end of a text, in up to three elements: "<|channel>" and "thought". */
function lastThoughtMarker(text: string): string {
  const elements = elementsOf(text.trimEnd());
  const from = elements.findLastIndex(isThoughtMarker);
  if (from < 0 || elements.length - from > 2) return "";
  const marker = elements[from];
  const isWord = marker?.kind === "text";
  if (isWord && !/^\S+$/u.test(marker.text.trim())) return "";
  return elements
    .slice(isWord ? Math.max(0, from - 1) : from)
    .map((element) => element.text)
    .join("")
    .trim();
}

/** What prompts add to the beginning of the turn, where that asks for thoughts: "Here are my reasoning steps:". */
function promptedOpening(header: string, prompts: readonly string[]): string {
  const added = prompts.find((prompt) => prompt.startsWith(header) && isThoughtWord(prompt.slice(header.length)));
  return added?.slice(header.length).trim() ?? "";
}

function splitClose(between: string, open: string): { close: string; rest: string } {
  const close = firstMarker(between, open);
  return { close, rest: between.slice(between.indexOf(close) + close.length) };
}

/** The first control token or tag; with the word behind it where it closes what `open` opened by that word. */
function firstMarker(text: string, open: string): string {
  const elements = elementsOf(text);
  const at = elements.findIndex(({ kind }) => kind !== "text");
  const marker = elements[at];
  if (marker === undefined) return text.trim();
  const [word, end] = [elements[at + 1], elements[at + 2]];
  const isNamed =
    word?.kind === "text" &&
    end?.kind === marker.kind &&
    elementsOf(open).some((one) => one.kind === "text" && one.text.trim() === word.text.trim());
  return isNamed ? marker.text + word.text + end.text : marker.text;
}

/** The longest end of the turn's beginning that `rest` begins with. */
function turnHeadOf(header: string, rest: string): string {
  const wanted = rest.trimStart();
  const elements = elementsOf(header.trimEnd());
  for (let from = 0; from < elements.length; from++) {
    const end = elements
      .slice(from)
      .map(({ text }) => text)
      .join("");
    if (elements[from]?.kind !== "text" && wanted.startsWith(end)) return end;
  }
  return "";
}

/** What stands around the answer proper, where no thought is. */
function wrapOf(prompts: readonly string[], answers: readonly string[]): Pick<AroundText, "textOpen" | "textCloses"> {
  const [answer = ""] = answers;
  const before = answer.split(words.answer)[0] ?? "";
  const header = longestHeader(before, prompts);
  const open = before.slice(header.length).trim();
  if (
    open === "" ||
    prompts.every((prompt) => prompt.trimEnd().endsWith(open)) ||
    elementsOf(open).some(isThoughtMarker)
  )
    return { textOpen: null, textCloses: [] };
  return { textOpen: new Pattern(open), textCloses: closesOf(answers, open) };
}

function longestHeader(before: string, prompts: readonly string[]): string {
  return prompts
    .map((prompt) => headerOf(before, [prompt], []))
    .reduce((longest, header) => (header.length > longest.length ? header : longest), "");
}

function closesOf(answers: readonly string[], open: string): Pattern[] {
  const after = answers[0]?.split(words.answer)[1] ?? "";
  const close = firstMarker(after, open);
  return close === "" ? [] : [new Pattern(close)];
}

function headsOf(open: string, textOpen: string): HeadSyntax | null {
  const [thought, text] = [elementsOf(open), elementsOf(textOpen)];
  const [first, word, end] = thought;
  if (first === undefined || end === undefined || word?.kind !== "text" || thought.length !== 3) return null;
  const isHead =
    first.kind !== "text" && end.kind !== "text" && text[0]?.text === first.text && text.at(-1)?.text === end.text;
  return isHead ? { start: new Pattern(first.text), end: new Pattern(end.text), thoughtWord: word.text.trim() } : null;
}

function isThoughtMarker({ text }: Element): boolean {
  return isThoughtWord(plainText(text));
}
