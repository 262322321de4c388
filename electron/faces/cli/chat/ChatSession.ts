// One chat of a command: its model, its fine-tunes, its settings, and the answers in it. It is stored like any other chat.
import type { Message } from "../../../contract/chat";
import type { ChatId } from "../../../contract/ids";
import type { InstalledModel, LoadedModel } from "../../../contract/model";
import { defaultChatSettings, type ChatSettings } from "../../../contract/sampling";
import type { ApplicationClient } from "../../../instance/ApplicationClient";
import type { Output } from "../Output";
import { valueOf } from "../useOutcome";
import { toStack, type ChosenStack } from "./chooseStack";
import { loadModel, type LoadOptions } from "./loadModel";
import { writeAnswer, type AnswerOptions } from "./writeAnswer";

export interface ChatSessionOptions {
  application: ApplicationClient;
  output: Output;
  model: InstalledModel;
  stack: ChosenStack;
  settings?: ChatSettings;
  decide: LoadOptions["decide"];
}

export class ChatSession {
  readonly application: ApplicationClient;
  readonly #options: ChatSessionOptions;
  model: InstalledModel;
  #stack: ChosenStack;
  #settings: ChatSettings;
  /** null until the first message. */
  #chatId: ChatId | null = null;
  #loaded: LoadedModel | null = null;
  #lastAnswer: Message | null = null;

  constructor(options: ChatSessionOptions) {
    this.#options = options;
    this.application = options.application;
    this.model = options.model;
    this.#stack = options.stack;
    this.#settings = options.settings ?? defaultChatSettings;
  }

  get stack(): ChosenStack {
    return this.#stack;
  }

  get settings(): ChatSettings {
    return this.#settings;
  }

  get chatId(): ChatId | null {
    return this.#chatId;
  }

  /** As it was when it was last asked for. */
  get loaded(): LoadedModel | null {
    return this.#loaded;
  }

  get lastAnswer(): Message | null {
    return this.#lastAnswer;
  }

  /** Also when it is in memory already: another program may have loaded another one. */
  async load(signal: AbortSignal): Promise<LoadedModel> {
    const { output, decide } = this.#options;
    this.#loaded = await loadModel(this.application, this.model, { output, signal, decide });
    return this.#loaded;
  }

  async setStack(stack: ChosenStack): Promise<void> {
    if (this.#chatId !== null)
      valueOf(await this.application.call("chats.setStack", { chatId: this.#chatId, stack: toStack(stack) }));
    this.#stack = stack;
  }

  async setSettings(settings: ChatSettings): Promise<void> {
    if (this.#chatId !== null)
      valueOf(await this.application.call("chats.saveSettings", { chatId: this.#chatId, settings }));
    this.#settings = settings;
  }

  /** The next message begins another chat. */
  startAnew(): void {
    this.#chatId = null;
    this.#lastAnswer = null;
  }

  /** Whoever holds the data folder keeps it until the answer has ended. */
  ask(text: string, options: AnswerOptions): Promise<Message> {
    return this.application.during(async () => {
      await this.load(options.signal);
      const message = await writeAnswer(this.application, () => this.#send(text), options);
      this.#lastAnswer = message;
      return message;
    });
  }

  /** The chat goes, and what it was written with. */
  async delete(): Promise<void> {
    if (this.#chatId === null) return;
    await this.application.call("chats.delete", { chatId: this.#chatId });
    this.startAnew();
  }

  async #send(text: string) {
    if (this.#chatId !== null) return this.application.call("chats.send", { chatId: this.#chatId, text });
    const started = await this.application.call("chats.start", {
      settings: this.#settings,
      stack: toStack(this.#stack),
      text,
    });
    if (started.ok) this.#chatId = started.value.chat.id;
    return started;
  }
}
