// How markers of thoughts are spelled, and which one closes which. Engine and fit process.

/** Known from published models, the usual one first; looked for at the very start of an answer only, whatever the template says. */
export const knownThoughts: readonly (readonly [open: string, close: string])[] = [
  ["<think>", "</think>"],
  ["<thinking>", "</thinking>"],
  ["<thought>", "</thought>"],
  ["<thoughts>", "</thoughts>"],
  ["<reasoning>", "</reasoning>"],
  ["<reason>", "</reason>"],
  ["<seed:think>", "</seed:think>"],
  ["[THINK]", "[/THINK]"],
  ["◁think▷", "◁/think▷"],
  ["<|START_THINKING|>", "<|END_THINKING|>"],
  ["<|inner_prefix|>", "<|inner_suffix|>"],
  ["<|channel>thought", "<channel|>"],
  ["<|think|>", "<|/think|>"],
  ["<|begin_of_thought|>", "<|end_of_thought|>"],
];

const thoughtWord = /think|thought|reason|reflect|deliberat|analysis|inner_/iu;
const answerWord = /answer|response|solution|final/iu;

export function isThoughtWord(text: string): boolean {
  return thoughtWord.test(text);
}

export function isAnswerWord(text: string): boolean {
  return answerWord.test(text);
}

export function isClosing(marker: string): boolean {
  return (
    /^[<[◁|｜]*\/|(?:^|[^a-z])(?:end|suffix|close)(?:[^a-z]|$)|_end\b/iu.test(marker) || /^<[a-z_]+\|>$/u.test(marker)
  );
}

/** Each way of making a closing marker of an opening one. */
const mates: readonly (readonly [RegExp, string])[] = [
  [/^(<\|?|\[|◁)(?!\/)(.+)$/u, "$1/$2"],
  [/^(.*)\bbegin(_|▁)(.*)$/iu, "$1end$2$3"],
  [/^(.*)(_|▁)begin\b(.*)$/iu, "$1$2end$3"],
  [/^(.*)START(_.*)$/u, "$1END$2"],
  [/^(.*)start(_.*)$/u, "$1end$2"],
  [/^(.*)_START(.*)$/u, "$1_END$2"],
  [/^(.*)_start(.*)$/u, "$1_end$2"],
  [/^(.*)prefix(.*)$/u, "$1suffix$2"],
  [/^<\|([a-z_]+)>.*$/u, "<$1|>"],
];

/** The one of the ways that is known; else the usual one, "</…>", for tags. */
export function closingOf(open: string, isKnown: (close: string) => boolean = () => false): string | null {
  const ways = mates.flatMap(([from, to]) => (from.test(open) ? [open.replace(from, to)] : []));
  return (
    ways.find((close) => close !== open && isKnown(close)) ??
    (/^[<[◁]/u.test(open) && !isClosing(open) ? (ways[0] ?? null) : null)
  );
}

export function openingOf(close: string): string | null {
  const slash = /^(<\|?|\[|◁)\/(.+)$/u.exec(close);
  return slash === null ? null : `${slash[1]}${slash[2]}`;
}
