// Answers as chat templates write them, cut into tokens: for tests of how answers are read without a vocabulary at hand.
import type { AnswerToken } from "../engine/answer/AnswerParser";
import { findControl, markControls } from "../engine/answer/controlText";
import type { GgufHeader } from "../engine/gguf/readGgufHeader";
import type { MetadataValue } from "../engine/gguf/readMetadata";
import { ChatFormat } from "../engine/template/ChatFormat";
import type { JsonValue } from "../engine/template/JinjaTemplate";
import { findTurnEnd } from "../engine/template/turnEnd";
import type { Vocabulary } from "../engine/template/Vocabulary";

/** Spelled as tokenizers spell control tokens. */
const controlLike =
  /<\|[^|<>\s]{1,40}\|>|<\|[a-z_"]{1,30}>|<[a-z_"]{1,30}\|>|<｜[^<>]{1,40}｜>|\[\/?[A-Z_]{3,20}\]|<\/?s>/gu;
/** Control tokens of published vocabularies that are spelled otherwise. */
const otherControl = [
  "<seed:eos>",
  "<seed:bos>",
  "[e~[",
  "]~b]",
  "]<]minimax[>[",
  "<assistant>",
  "</assistant>",
  "<beginning_of_sentence>",
  "<end_of_sentence>",
  "<SPECIAL_11>",
  "<SPECIAL_12>",
  "<sep>",
  "<start_of_turn>",
  "<end_of_turn>",
];
/** End answers in every vocabulary that has them (llama-vocab.cpp). */
const endOfGeneration = [
  "</s>",
  "<|im_end|>",
  "<|eot_id|>",
  "<|eom_id|>",
  "<|return|>",
  "<|call|>",
  "<|calls|>",
  "<｜end▁of▁sentence｜>",
];

export function templateHeader(source: string): GgufHeader {
  const template: MetadataValue = { kind: "scalar", type: 8, value: source };
  return {
    version: 3,
    tensors: [],
    dataOffsetBytes: 0,
    weightsBytes: 0,
    vocabulary: null,
    metadata: new Map([["tokenizer.chat_template", template]]),
  };
}

/** As far as a template shows it. */
export function templateVocabulary(source: string): Vocabulary {
  const control = new Set([
    "<s>",
    "</s>",
    ...(source.match(controlLike) ?? []),
    ...otherControl.filter((text) => source.includes(text)),
  ]);
  return {
    specialTokens: [
      { use: "bos", id: 1, text: "<s>" },
      { use: "eos", id: 2, text: "</s>" },
    ],
    markerTexts: [...control],
    isControl: (text) => control.has(text),
  };
}

/** Text is cut into pieces of these lengths, over and over; control tokens are whole. */
export function tokensOf(
  written: string,
  isControl: (text: string) => boolean,
  isEnd: (text: string) => boolean,
  lengths: readonly number[],
): AnswerToken[] {
  const tokens: AnswerToken[] = [];
  let next = 0;
  const addText = (text: string) => {
    const characters = Array.from(text);
    while (characters.length > 0)
      tokens.push({
        text: characters.splice(0, lengths[next++ % lengths.length]).join(""),
        isControl: false,
        isEnd: false,
      });
  };
  const marked = markControls(written, isControl);
  for (let at = 0; ;) {
    const control = findControl(marked, at);
    addText(marked.slice(at, control?.index));
    if (control === null) return tokens;
    tokens.push({ text: control.token, isControl: true, isEnd: isEnd(control.token) });
    at = control.end;
  }
}

type Message = Readonly<Record<string, JsonValue>>;
const QUESTION = "Which question is asked?";

/** What a template writes behind a question: how prompts end, and answers. */
export class TemplateAnswers {
  readonly format: ChatFormat;
  readonly vocabulary: Vocabulary;
  readonly stopTexts: readonly string[];
  readonly #prompts: readonly string[];
  readonly #choices: readonly Message[];
  readonly #ends: ReadonlySet<string>;

  constructor(source: string, tools: readonly JsonValue[]) {
    this.vocabulary = templateVocabulary(source);
    this.format = ChatFormat.of(templateHeader(source), this.vocabulary);
    this.#choices = [
      {},
      this.format.thinkingVariables({ isOn: true }) as Message,
      this.format.thinkingVariables({ isOn: false }) as Message,
    ];
    const prompts = [...this.#choices, { tools }].map((variables) =>
      this.#write([], { ...variables, add_generation_prompt: true }),
    );
    this.#prompts = [...new Set(prompts.filter((prompt) => prompt !== null))];
    const end = findTurnEnd(this.format, (text) => this.vocabulary.isControl(text));
    this.stopTexts = end.text === null ? [] : [end.text];
    this.#ends = new Set([...endOfGeneration, ...(end.controlText === null ? [] : [end.controlText])]);
  }

  get prompt(): string {
    return this.#prompts[0] ?? "";
  }

  /** The first of the messages that the template writes with this word in it, divided where the prompt ends. */
  write(
    messages: readonly Message[],
    word: string,
    variables: Message = {},
  ): { prompt: string; answer: string } | null {
    for (const choice of this.#choices)
      for (const message of messages) {
        const written = this.#write([{ role: "assistant", ...message }], { ...choice, ...variables });
        // Content that a template does not know is printed as it is.
        if (written?.includes(word) === true && !/["'](?:type|blocks)["']\s*:/u.test(written))
          return this.#divide(written);
      }
    return null;
  }

  content(text: string): JsonValue {
    return this.format.shape.contentIsParts ? [{ type: "text", text }] : text;
  }

  tokensOf(answer: string, lengths: readonly number[]): AnswerToken[] {
    return tokensOf(
      answer,
      (text) => this.vocabulary.isControl(text),
      (text) => this.#ends.has(text),
      lengths,
    );
  }

  #write(answers: readonly Message[], variables: Message): string | null {
    const written = this.format.tryMessages([{ role: "user", content: this.content(QUESTION) }, ...answers], {
      add_generation_prompt: false,
      ...variables,
    });
    const at = written?.lastIndexOf(QUESTION) ?? -1;
    return written === null || at < 0 ? null : written.slice(at + QUESTION.length);
  }

  #divide(written: string): { prompt: string; answer: string } {
    const whole = this.#prompts
      .filter((prompt) => written.startsWith(prompt))
      .toSorted((one, other) => other.length - one.length)[0];
    const length = whole?.length ?? Math.max(0, ...this.#prompts.map((prompt) => sameStart(prompt, written)));
    return { prompt: written.slice(0, length), answer: written.slice(length) };
  }
}

/** Up to a place where a token may end. */
function sameStart(one: string, other: string): number {
  let length = 0;
  while (length < one.length && one[length] === other[length]) length++;
  while (length > 0 && !/[\s>\]｜]/u.test(other[length - 1] ?? "")) length--;
  return length;
}
