// Finds how a model wants its conversation written down: its own chat template, else the best guess. Engine process.
import {
  GeneralChatWrapper, JinjaTemplateChatWrapper, resolveChatWrapper, type ChatHistoryItem, type ChatWrapper, type LlamaModel,
  type LlamaText,
} from "node-llama-cpp";
import type { Log } from "./log";
import { withTimeLimit } from "./timeLimit";

/** The longest real templates are about 20 KB. */
export const MAX_TEMPLATE_CHARACTERS = 64 * 1024;
/** Reading a template and trying it takes under 100 ms on a slow machine. A template is a program, and may loop. */
const PREPARE_TIMEOUT_MS = 3000;
/** Writing down a conversation that fills a context takes under 200 ms. */
const RENDER_TIMEOUT_MS = 2000;

export interface WrittenConversation {
  text: LlamaText;
  stopTriggers: readonly LlamaText[];
  /** Whether the text came from the model's own template, which then also decides about the BOS token. */
  byOwnTemplate: boolean;
}

/**
 * Writes conversations down, by the model's own template as long as that works.
 * Time is limited; memory is not: a template that eats it ends the engine process, which main tells and survives.
 */
export class ChatTemplate {
  readonly #log: Log;
  #own: ChatWrapper | undefined;
  readonly #fallback: ChatWrapper;

  constructor(model: LlamaModel, log: Log) {
    this.#log = log;
    this.#own = ownWrapper(model, log);
    this.#fallback = this.#own === undefined ? guessedWrapper(model, log) : new GeneralChatWrapper();
  }

  /** Ends where the answer begins. Throws when not even the fallback works. */
  write(history: readonly ChatHistoryItem[]): WrittenConversation {
    if (this.#own !== undefined) {
      try {
        return { ...writeBy(this.#own, history), byOwnTemplate: true };
      } catch (error) {
        this.#log("warn", `the model's chat template failed, a general one is used: ${errorName(error)}`);
        this.#own = undefined;
      }
    }
    return { ...writeBy(this.#fallback, history), byOwnTemplate: false };
  }
}

function writeBy(wrapper: ChatWrapper, history: readonly ChatHistoryItem[]) {
  const state = withTimeLimit(RENDER_TIMEOUT_MS, () => wrapper.generateContextState({ chatHistory: [...history] }));
  return { text: state.contextText, stopTriggers: state.stopGenerationTriggers };
}

function ownWrapper(model: LlamaModel, log: Log): ChatWrapper | undefined {
  const template: unknown = model.fileInfo.metadata.tokenizer.chat_template;
  if (typeof template !== "string" || template.trim() === "") {
    log("info", "the model has no chat template");
    return undefined;
  }
  if (template.length > MAX_TEMPLATE_CHARACTERS) {
    log("warn", `the model's chat template is too long (${template.length} characters), a general one is used`);
    return undefined;
  }
  try {
    return withTimeLimit(PREPARE_TIMEOUT_MS, () => new JinjaTemplateChatWrapper({ template, tokenizer: model.tokenizer }));
  } catch (error) {
    log("warn", `the model's chat template cannot be used, a general one is: ${errorName(error)}`);
    return undefined;
  }
}

/** By the model's name and tokens, where node-llama-cpp knows the family. */
function guessedWrapper(model: LlamaModel, log: Log): ChatWrapper {
  try {
    const { tokenizer, fileInfo, filename } = model;
    const wrapper = withTimeLimit(PREPARE_TIMEOUT_MS, () =>
      resolveChatWrapper({
        tokenizer,
        warningLogs: false,
        noJinja: true,
        bosString: model.tokens.bosString,
        architecture: model.architecture,
        fileInfo: { ...fileInfo, metadata: { ...fileInfo.metadata, tokenizer: { ...fileInfo.metadata.tokenizer, chat_template: "" } } },
        ...(filename === undefined ? {} : { filename }),
      }),
    );
    return wrapper ?? new GeneralChatWrapper();
  } catch (error) {
    log("warn", `no chat format could be guessed: ${errorName(error)}`);
    return new GeneralChatWrapper();
  }
}

/** Without the message: a template may put the conversation in it. */
function errorName(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}
