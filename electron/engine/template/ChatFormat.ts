// How conversations are written for a model: by its file's own chat template where that works, else by a format that its vocabulary
// shows, else by a general one; and why. Engine and fit process.
import type { FormatFacts, TemplateProblem } from "../../contract/modelFormat";
import type { ThinkingAbility, ThinkingChoice } from "../../contract/thinking";
import { findAnswerSyntax, plainAnswers, type AnswerSyntax } from "../answer/AnswerSyntax";
import { metadataText, type GgufHeader } from "../gguf/readGgufHeader";
import { TimeLimitError, withTimeLimit } from "../timeLimit";
import { chatVariables, type JsonObject } from "./chatVariables";
import { formatByVocabulary, generalFormat } from "./builtinFormats";
import { JinjaTemplate, type JsonValue } from "./JinjaTemplate";
import { TemplateError } from "./TemplateError";
import { markAll, templateMessages, type Conversation, type TemplateShape } from "./templateMessages";
import { findTemplateShape, type TryRender } from "./templateShape";
import { findThinkingInputs, type ThinkingInputs } from "./thinkingInputs";
import { templateTokens, type Vocabulary } from "./Vocabulary";

/** The longest real templates are about 40 KB. */
export const MAX_TEMPLATE_CHARACTERS = 256 * 1024;
/** Reading a template and trying it takes under 200 ms on a slow machine. A template is a program, and may loop. */
const PREPARE_TIMEOUT_MS = 3000;
/** Writing a conversation that fills a context takes under 200 ms. */
const RENDER_TIMEOUT_MS = 2000;

export interface PromptRequest extends Conversation {
  thinking?: ThinkingChoice | undefined;
  /** In the form of OpenAI's API. */
  tools?: readonly JsonValue[] | undefined;
  /** What a template that writes the date takes for now. */
  now: Date;
}

/** A prompt, or why the format cannot write it. */
export type Written = { ok: true; text: string } | { ok: false; problem: TemplateProblem; reason: string };

export class ChatFormat {
  readonly facts: FormatFacts;
  readonly template: string;
  /** What went wrong with the file's own template, in the words of what read it. */
  readonly problemDetail: string | null;
  /** The file's own template where it is not used; null where there is none to show. */
  readonly unusedTemplate: string | null;
  readonly shape: TemplateShape;
  /** How the model writes its answers. */
  readonly answer: AnswerSyntax;
  readonly #template: JinjaTemplate;
  readonly #noTools: NoTools;
  readonly #tokens: Readonly<Record<string, string>>;
  readonly #thinking: ThinkingInputs | null;

  private constructor(prepared: Prepared, vocabulary: Vocabulary) {
    const { template, source, name, problem, problemDetail } = prepared;
    this.#template = template.jinja;
    this.#noTools = template.noTools;
    this.#tokens = templateTokens(vocabulary);
    this.#thinking = template.thinking;
    this.shape = template.shape;
    this.answer = template.answer;
    this.template = template.source;
    this.problemDetail = problemDetail;
    this.unusedTemplate = prepared.unusedTemplate;
    this.facts = { source, name, problem, thinking: template.ability, hasTools: this.shape.hasTools };
  }

  /** Always finds one. `without`: what went wrong when the file's own template was used last; it is not tried again. */
  static of(
    header: GgufHeader,
    vocabulary: Vocabulary,
    without?: { problem: TemplateProblem; reason: string },
  ): ChatFormat {
    const found = findSource(header);
    const own = without === undefined ? ownTemplate(found, vocabulary) : without;
    if ("template" in own)
      return new ChatFormat({ ...own, problem: null, problemDetail: null, unusedTemplate: null }, vocabulary);
    const byVocabulary = formatByVocabulary(vocabulary);
    const { name, template } = byVocabulary ?? generalFormat;
    const prepared = prepare(template, vocabulary);
    if ("problem" in prepared) throw new Error(`the format ${name} does not work: ${prepared.reason}`);
    const source = byVocabulary === undefined ? "general" : "vocabulary";
    return new ChatFormat(
      {
        template: prepared,
        source,
        name,
        problem: own.problem,
        problemDetail: own.reason,
        unusedTemplate: "text" in found ? found.text : null,
      },
      vocabulary,
    );
  }

  /** Ends where the answer begins. `mark` sees every text of the conversation: plainText.ts. */
  write({ thinking, tools, now, ...conversation }: PromptRequest, mark: (text: string) => string): Written {
    const variables = {
      ...this.#tokens,
      ...this.#thinking?.variables(thinking),
      tools: tools === undefined || !this.shape.hasTools ? this.#noTools : tools.map((tool) => markAll(tool, mark)),
    };
    const messages = templateMessages(conversation, this.shape, mark);
    return limited(RENDER_TIMEOUT_MS, () =>
      render(this.#template, messages, { ...variables, add_generation_prompt: true }, now),
    );
  }

  /** A conversation as the template writes it, with what its messages say in place: for finding out how answers are written. Null: it refuses. */
  tryMessages(messages: readonly JsonObject[], variables: Readonly<Record<string, JsonValue>> = {}): string | null {
    const written = limited(RENDER_TIMEOUT_MS, () =>
      render(
        this.#template,
        messages,
        { ...this.#tokens, tools: this.#noTools, add_generation_prompt: false, ...variables },
        sampleDate,
      ),
    );
    return written.ok ? written.text : null;
  }

  /** Documents that a prompt is written with reach the template. */
  get hasDocuments(): boolean {
    return this.#template.inputs.has("documents");
  }

  /** Whether a prompt can be told to think, and what it is given then. */
  thinkingVariables(choice: ThinkingChoice): Record<string, JsonValue> {
    return this.#thinking?.variables(choice) ?? {};
  }
}

/** Any date: what is found out about a template must not change from day to day. */
const sampleDate = new Date(Date.UTC(2026, 0, 1));

/** What apply_chat_template gives for no tools is null; templates that are for tools only loop over it. */
type NoTools = null | readonly JsonValue[];

/** Nothing can be chosen. */
const alwaysThinks: ThinkingAbility = { canSwitch: false, isOnByDefault: true, efforts: [] };

interface UsableTemplate {
  jinja: JinjaTemplate;
  noTools: NoTools;
  source: string;
  shape: TemplateShape;
  thinking: ThinkingInputs | null;
  answer: AnswerSyntax;
  ability: ThinkingAbility | null;
}

interface Prepared {
  template: UsableTemplate;
  source: FormatFacts["source"];
  name: string;
  problem: TemplateProblem | null;
  problemDetail: string | null;
  unusedTemplate: string | null;
}

interface Problem {
  problem: TemplateProblem;
  reason: string;
}

interface TemplateSource {
  text: string;
  source: FormatFacts["source"];
  name: string;
}

function ownTemplate(
  found: TemplateSource | Problem,
  vocabulary: Vocabulary,
): Pick<Prepared, "template" | "source" | "name"> | Problem {
  if ("problem" in found) return found;
  const template = prepare(found.text, vocabulary);
  return "problem" in template ? template : { template, source: found.source, name: found.name };
}

/** "tokenizer.chat_template", else the first of those that the file has for a purpose ("tokenizer.chat_template.NAME"). */
function findSource(header: GgufHeader): TemplateSource | Problem {
  const key = "tokenizer.chat_template";
  const named = [...header.metadata.keys()].filter((one) => one.startsWith(`${key}.`));
  for (const one of [key, `${key}.default`, ...named]) {
    const entry = header.metadata.get(one);
    if (entry?.kind === "long-string") return { problem: "too-long", reason: `${entry.lengthBytes} bytes` };
    const text = metadataText(header, one);
    if (text === undefined || text.trim() === "") continue;
    if (text.length > MAX_TEMPLATE_CHARACTERS) return { problem: "too-long", reason: `${text.length} characters` };
    const name = one === key ? "default" : one.slice(key.length + 1);
    return { text, source: name === "default" ? "template" : "named-template", name };
  }
  return { problem: "missing", reason: "the file has no chat template" };
}

function prepare(source: string, vocabulary: Vocabulary): UsableTemplate | Problem {
  const read = readTemplate(source, vocabulary);
  if ("problem" in read) return read;
  const { tryRender, ...template } = read;
  const answer = answerSyntaxOf(template, tryRender, vocabulary);
  return { ...template, answer, ability: template.thinking?.ability ?? (answer.thinks ? alwaysThinks : null) };
}

type ReadTemplate = Omit<UsableTemplate, "answer" | "ability"> & { tryRender: TryRender };

function readTemplate(source: string, vocabulary: Vocabulary): ReadTemplate | Problem {
  const tokens = templateTokens(vocabulary);
  try {
    return withTimeLimit(PREPARE_TIMEOUT_MS, () => {
      const jinja = new JinjaTemplate(source);
      let reason = "";
      let noTools: NoTools = null;
      const tryRender = (
        messages: readonly JsonObject[],
        variables: Readonly<Record<string, JsonValue>> = {},
      ): string | null => {
        try {
          return render(
            jinja,
            messages,
            { ...tokens, tools: noTools, add_generation_prompt: true, ...variables },
            sampleDate,
          );
        } catch (error) {
          reason = messageOf(error);
          return null;
        }
      };
      let shape = findTemplateShape(tryRender);
      if (shape === null) {
        noTools = [];
        shape = findTemplateShape(tryRender);
      }
      if (shape === null)
        return reason === ""
          ? { problem: "loses-messages", reason: "it does not write what the user says" }
          : { problem: "failed", reason };
      const question = { role: "user", content: shape.contentIsParts ? [{ type: "text", text: "?" }] : "?" };
      const thinking = findThinkingInputs(jinja, (variables) => tryRender([question], variables));
      return { jinja, noTools, source, shape, thinking, tryRender };
    });
  } catch (error) {
    if (error instanceof TimeLimitError) return { problem: "too-slow", reason: error.message };
    return { problem: "unreadable", reason: messageOf(error) };
  }
}

/** A template that writes prompts is of use, whatever it does with answers. */
function answerSyntaxOf(
  { source, shape, thinking }: Omit<ReadTemplate, "tryRender">,
  tryRender: TryRender,
  vocabulary: Vocabulary,
): AnswerSyntax {
  const switches =
    thinking?.ability.canSwitch === true ? [true, false].map((isOn) => thinking.variables({ isOn })) : [];
  try {
    return withTimeLimit(PREPARE_TIMEOUT_MS, () =>
      findAnswerSyntax({ render: tryRender, source, shape, switches }, vocabulary),
    );
  } catch {
    return plainAnswers;
  }
}

interface Variables extends JsonObject {
  tools: NoTools;
  add_generation_prompt: boolean;
}

function render(
  template: JinjaTemplate,
  messages: readonly JsonObject[],
  { tools, add_generation_prompt, ...switches }: Variables,
  now: Date,
): string {
  return template.render(
    chatVariables({ messages, tools: tools ?? undefined, addGenerationPrompt: add_generation_prompt, switches }),
    now,
  );
}

function limited(timeoutMs: number, work: () => string): Written {
  try {
    return { ok: true, text: withTimeLimit(timeoutMs, work) };
  } catch (error) {
    if (error instanceof TimeLimitError) return { ok: false, problem: "too-slow", reason: error.message };
    if (error instanceof TemplateError && error.kind === "too-long")
      return { ok: false, problem: "failed", reason: "it writes too much" };
    return { ok: false, problem: "failed", reason: messageOf(error) };
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message.slice(0, 500) : "an error without a message";
}
