// Small conversations that a template is made to write, to see what it puts around an answer. Engine and fit process.
import type { JsonValue } from "../template/JinjaTemplate";
import type { TemplateShape } from "../template/templateMessages";
import type { TryRender } from "../template/templateShape";

/** Words that no template writes by itself, and that survive trimming and quoting. */
export const words = {
  question: "facetquestion",
  answer: "facetanswer",
  thought: "facetthought",
  next: "facetnext",
  name: "facetname",
  otherName: "facetothername",
  id: "facet1234",
  otherId: "facet5678",
  key: "facetkey",
  otherKey: "facetotherkey",
  value: "facetvalue",
  otherValue: "facetothervalue",
  number: 731925,
} as const;

export interface ProbedTemplate {
  render: TryRender;
  source: string;
  shape: TemplateShape;
  /** What switches thinking on, and off; none where that cannot be done. */
  switches: readonly Readonly<Record<string, JsonValue>>[];
}

type Fields = Readonly<Record<string, JsonValue>>;

/** Ways in which templates take the thoughts of an answer, besides fields of the message. */
const thoughtContents: readonly ((thought: string, answer: string) => JsonValue)[] = [
  (thinking, text) => [
    { type: "thinking", thinking },
    { type: "text", text },
  ],
  (thought, text) => ({
    blocks: [
      { type: "thoughts", text: thought },
      { type: "response", text },
    ],
  }),
];
const thoughtKeys = ["reasoning_content", "reasoning", "thinking", "thought"];

export class Probes {
  readonly #template: ProbedTemplate;
  /** What each of those that are asked for again was. */
  readonly #answers: readonly string[];
  readonly #prompts: readonly string[];

  constructor(template: ProbedTemplate) {
    this.#template = template;
    const choices = [{}, ...template.switches];
    this.#answers = unique(
      choices.map((variables) => this.#write([{ content: this.#content(words.answer) }], variables)),
    );
    this.#prompts = unique(
      [...choices, { tools: probeTools }].map((variables) =>
        this.#write([], { ...variables, add_generation_prompt: true }),
      ),
    );
  }

  /** How prompts end, with thinking as it is, on and off, and with tools. */
  get prompts(): readonly string[] {
    return this.#prompts;
  }

  /** A plain answer, with thinking as it is, on and off. */
  get answers(): readonly string[] {
    return this.#answers;
  }

  /** An answer with a thought; with a tool call instead of the answer where templates keep thoughts only for those. null: it has none. */
  thought(): string | null {
    const { thought, answer, name, id } = words;
    const keys = unique([this.#template.shape.thoughtKey, ...thoughtKeys]);
    const call = {
      type: "function",
      id,
      function: { name, arguments: this.#template.shape.argumentsAreText ? "{}" : {} },
    };
    const [on] = this.#template.switches;
    const choices = [{}, ...(on === undefined ? [] : [on])];
    const ways: readonly (readonly [Fields, Fields])[] = [
      ...choices.flatMap((variables) =>
        keys.map((key): [Fields, Fields] => [{ content: this.#content(answer), [key]: thought }, variables]),
      ),
      ...thoughtContents.map((content): [Fields, Fields] => [{ content: content(thought, answer) }, {}]),
      ...keys.map((key): [Fields, Fields] => [
        { content: this.#content(""), [key]: thought, tool_calls: [call] },
        { tools: probeTools },
      ]),
    ];
    for (const [fields, variables] of ways) {
      const written = this.#write([fields], variables);
      // Some templates print content that they do not know as it is.
      if (written?.includes(thought) === true && !/["'](?:type|blocks)["']\s*:/u.test(written)) return written;
    }
    return null;
  }

  /** What stands between an answer and the next question. */
  betweenTurns(): string {
    const { render } = this.#template;
    const question = (text: string) => ({ role: "user", content: this.#content(text) });
    const written = render(
      [question(words.question), { role: "assistant", content: this.#content(words.answer) }, question(words.next)],
      { add_generation_prompt: false },
    );
    return new RegExp(`${words.answer}(.*?)${words.next}`, "su").exec(written ?? "")?.[1] ?? "";
  }

  /** One tool call with these arguments; null where the template does not write it. `text`: of the answer before it. */
  call(values: Fields, text = ""): string | null {
    return this.#calls([{ name: words.name, id: words.id, values }], text);
  }

  /** Two calls. */
  calls(values: Fields): string | null {
    return this.#calls(
      [
        { name: words.name, id: words.id, values },
        { name: words.otherName, id: words.otherId, values },
      ],
      "",
    );
  }

  /** Some templates write them only where there is no text, and only with arguments as one text, or as none. */
  #calls(calls: readonly Call[], text: string): string | null {
    const contents = text === "" ? [this.#content(""), null] : [this.#content(text)];
    const { argumentsAreText } = this.#template.shape;
    for (const isText of [argumentsAreText, !argumentsAreText]) {
      for (const content of contents) {
        const toolCalls = calls.map(({ name, id, values }) => ({
          type: "function",
          id,
          function: { name, arguments: isText ? JSON.stringify(values) : values },
        }));
        const written = this.#write([{ content, tool_calls: toolCalls }], { tools: probeTools });
        if (
          written !== null &&
          calls.every(({ name, id }) => written.includes(name) || written.includes(id)) &&
          !written.includes(`\\"${words.key}`)
        )
          return written;
      }
    }
    return null;
  }

  /** What stands behind the question. */
  #write(answers: readonly Fields[], variables: Fields): string | null {
    const question = { role: "user", content: this.#content(words.question) };
    const written = this.#template.render([question, ...answers.map((fields) => ({ role: "assistant", ...fields }))], {
      add_generation_prompt: false,
      ...variables,
    });
    const at = written?.lastIndexOf(words.question) ?? -1;
    return written === null || at < 0 ? null : written.slice(at + words.question.length);
  }

  #content(text: string): JsonValue {
    return this.#template.shape.contentIsParts ? [{ type: "text", text }] : text;
  }
}

interface Call {
  name: string;
  id: string;
  values: Fields;
}

const probeTools: readonly JsonValue[] = [words.name, words.otherName].map((name) => ({
  type: "function",
  function: {
    name,
    description: "A tool.",
    parameters: {
      type: "object",
      properties: {
        [words.key]: { type: "string", description: "A text." },
        [words.otherKey]: { type: "string", description: "A text." },
      },
      required: [words.key],
    },
  },
}));

function unique(texts: readonly (string | null)[]): string[] {
  return [...new Set(texts.filter((text) => text !== null))];
}
