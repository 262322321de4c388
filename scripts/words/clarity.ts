// What makes an English message hard to read: a sentence that is too long, and words that say nothing to a user.
import { parse, TYPE, type MessageFormatElement } from "@formatjs/icu-messageformat-parser";
import { shown } from "./translations";

const LONGEST_SENTENCE_WORDS = 20;

/** Each with the reason; more are added here. */
const UNCLEAR_WORDS: readonly (readonly [words: RegExp, reason: string])[] = [
  [/\bPyPI\b|\bpip\b/u, "a developer's word: say where it is fetched from"],
  [/\bengine process\b|\bIPC\b|\bGGUF header\b|\bstack trace\b/iu, "how Facet is built: say what happens to the user"],
  [/\btensors?\b/iu, "a developer's word: a part of the model, except in tables of details"],
  [/\bplease\b|\bsorry\b|\boops\b|\bunfortunately\b/iu, "says nothing"],
  [/\bwish(?:e[sd])?\b/iu, "want, or nothing at all"],
  [/\b(?:lies?|lay|lying) in\b/iu, "“is in”, “is stored in”"],
  [/\bthe person\b/iu, "the user, or “you”"],
  [/\bas ever\b|\bof late\b|\bthereby\b|\bthereof\b|\bwhereby\b|\bhence\b/iu, "not said today"],
  [/\bmeant\b/iu, "“for”, “made for”"],
  [/\bthe hub\b/iu, "Hugging Face"],
  [/\b(?:invalid|illegal|fatal|abort(?:ed|s)?)\b/iu, "a program's word: say what is wrong"],
  [/'/u, "a typographic apostrophe, ’, except where it quotes in ICU MessageFormat"],
  [/\be\.g\.|\bi\.e\.|\betc\b/iu, "written out: “for example”, “that is”, “and so on”"],
];

/** Tables and lines of details, for those who look for them. */
const DETAILS: ReadonlySet<string> = new Set([
  "{count, plural, one {# tensor} other {# tensors}} with {weights} weights, {bits} bits each",
  "{count, plural, one {# tensor, {weights} weights} other {# tensors, {weights} weights}}",
  "{count, plural, one {# tensor} other {# tensors}}",
  "Tensor types",
  "Tensors that get another type",
  "{count, plural, one {All # tensors} other {All # tensors}}",
  "All tensors",
  "Tensor",
  "{count} of {total, plural, one {# tensor} other {# tensors}} differ",
  "{count} of {total, plural, one {# tensor} other {# tensors}} get a larger type: their rows are {widths} weights wide, which blocks of {type} don’t divide. Blocks have 256 weights in K-quants and most I-quants.",
]);

/** What is wrong with the message, each reason as a line. */
export function unclearIn(message: string): string[] {
  const texts = variants(parse(shown(message)));
  const longest = Math.max(...texts.flatMap(sentences).map(wordCount));
  return [
    ...(longest > LONGEST_SENTENCE_WORDS ? [`a sentence of ${longest} words`] : []),
    ...(DETAILS.has(message)
      ? []
      : UNCLEAR_WORDS.flatMap(([words, reason]) => {
          const found = texts.map((text) => words.exec(text)?.[0]).find((word) => word !== undefined);
          return found === undefined ? [] : [`“${found}” (${reason})`];
        })),
  ].map((reason) => `${reason}: ${JSON.stringify(message)}`);
}

/** The text for each choice of each select and plural, one after the other. A value counts as a word. */
function variants(elements: readonly MessageFormatElement[]): string[] {
  return elements.reduce<string[]>(
    (texts, element) => {
      const next = textsOf(element);
      // Of many choices in a row, each is looked at, not each with each.
      return Array.from({ length: Math.max(texts.length, next.length) }, (_, index) =>
        [texts[Math.min(index, texts.length - 1)], next[Math.min(index, next.length - 1)]].join(""),
      );
    },
    [""],
  );
}

function textsOf(element: MessageFormatElement): string[] {
  switch (element.type) {
    case TYPE.literal:
      return [element.value];
    case TYPE.plural:
    case TYPE.select:
      return Object.values(element.options).flatMap(({ value }) => variants(value));
    case TYPE.tag:
      return variants(element.children);
    default:
      return ["x"];
  }
}

function sentences(text: string): string[] {
  return text.split(/[.?!]["”)]*\s+|\n/u);
}

function wordCount(sentence: string): number {
  return sentence.match(/[\p{L}\p{N}_][^\s]*/gu)?.length ?? 0;
}
