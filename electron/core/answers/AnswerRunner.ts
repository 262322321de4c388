// From a user's message to a stored answer: rows first, then the engine, then its text into the rows until the end.
//
import type { Chat, ChatSummary, Message } from "../../contract/chat";
import type { NamedStack } from "../../contract/deltas";
import { succeed, type Failure, type Outcome } from "../../contract/failure";
import type { ChatId, MessageId, RequestId } from "../../contract/ids";
import type { OpenChat } from "../../contract/methods";
import type { MessagePart, ToolResultPart } from "../../contract/parts";
import type { ThinkingChoice } from "../../contract/thinking";
import type { StartedAnswer, WantedAnswer } from "../chats/AnswerStarter";
import type { AnswerEnd } from "../chats/AnswerWriter";
import type { ChatStore, UnsavedAnswer } from "../chats/ChatStore";
import type { NewChat } from "../chats/ChatTable";
import type { AnswerEngine, AnswerJobEnd } from "./AnswerJob";

/** Words that could not be saved (a full disk, mostly) are tried again after this time, then after twice as long, and so on. */
const SAVE_AGAIN_FIRST_MS = 1_000;
const SAVE_AGAIN_LAST_MS = 60_000;

export interface AnswerRunnerOptions {
  store: ChatStore;
  engine: AnswerEngine;
  newRequestId: () => RequestId;
  onMessageChanged: (message: Message) => void;
  onChatChanged: (chat: ChatSummary) => void;
  /** A failure that belongs to no request: the growing answer cannot be saved. */
  onSaveFailed: (failure: Failure) => void;
}

interface Writing {
  answer: Message;
  /** The last that was heard of. */
  parts: MessagePart[];
  saveFailed: boolean;
  onEnded: () => void;
}

/** The engine writes what it has begun for 2 s at most after a stop. */
const STOP_TIMEOUT_MS = 3_000;

/** What is not on the disk. */
export interface NotSaved {
  answers: UnsavedAnswer[];
  /** Why, as the disk said it last; null where there are none. */
  failure: Failure | null;
}

export class AnswerRunner {
  readonly #options: AnswerRunnerOptions;
  readonly #writing = new Map<RequestId, Writing>();
  #saveAgainTimer: ReturnType<typeof setTimeout> | null = null;
  #saveAgainMs = SAVE_AGAIN_FIRST_MS;

  constructor(options: AnswerRunnerOptions) {
    this.#options = options;
  }

  /** A new chat with its first message, answered by the chat's stack, or side by side by `stacks`. */
  startChat(
    about: NewChat,
    text: string,
    { thinking, stacks }: { thinking?: ThinkingChoice | undefined; stacks?: readonly NamedStack[] | undefined },
  ): Outcome<{ chat: Chat; messages: Message[] }> {
    const { engine, store, newRequestId } = this.#options;
    const refusal = engine.refusal();
    if (refusal) return { ok: false, failure: refusal };
    const created =
      stacks === undefined
        ? store.startChat(about, text, newRequestId())
        : store.startComparedChat(
            about,
            text,
            stacks.map((stack) => ({ requestId: newRequestId(), stack })),
          );
    if (!created.ok) return created;
    const { chat, started } = created.value;
    for (const answer of started) this.#write(withThinking(answer, thinking));
    return succeed({ chat, messages: started.flatMap(({ messages }) => messages) });
  }

  /** `thinking` takes the place of the chat's own choice, for this answer. */
  send(chatId: ChatId, text: string, thinking?: ThinkingChoice): Outcome<{ messages: Message[] }> {
    return this.#start((requestId) => this.#options.store.addQuestion(chatId, text, requestId), thinking);
  }

  sendToolResults(messageId: MessageId, results: readonly ToolResultPart[]): Outcome<{ messages: Message[] }> {
    return this.#start((requestId) => this.#options.store.addToolResults(messageId, results, requestId));
  }

  /** By `stack`, else by the chat's own. */
  regenerate(messageId: MessageId, stack?: NamedStack, thinking?: ThinkingChoice): Outcome<{ messages: Message[] }> {
    return this.#start((requestId) => this.#options.store.addAnotherAnswer(messageId, requestId, stack), thinking);
  }

  /** One question, answered by each stack, one after the other. */
  compare(chatId: ChatId, text: string, stacks: readonly NamedStack[]): Outcome<{ messages: Message[] }> {
    return this.#startCompared(stacks, (wanted) => this.#options.store.addComparison(chatId, text, wanted));
  }

  edit(messageId: MessageId, text: string): Outcome<{ messages: Message[] }> {
    return this.#start((requestId) => this.#options.store.addEditedQuestion(messageId, text, requestId));
  }

  /** The question said differently, answered by each stack, one after the other. */
  editCompared(messageId: MessageId, text: string, stacks: readonly NamedStack[]): Outcome<{ messages: Message[] }> {
    return this.#startCompared(stacks, (wanted) => this.#options.store.addEditedComparison(messageId, text, wanted));
  }

  stop(requestId: RequestId): void {
    this.#options.engine.cancel(requestId);
  }

  answerNow(requestId: RequestId): void {
    this.#options.engine.answerNow(requestId);
  }

  /** Also one that has ended and is not on the disk yet. */
  get isWriting(): boolean {
    return this.#writing.size + this.#options.store.unsavedAnswers().length > 0;
  }

  /** Before a chat is deleted: nobody will read what is being written in it. */
  stopChat(chatId: ChatId): void {
    for (const [requestId, { answer }] of this.#writing) {
      if (answer.chatId === chatId) this.stop(requestId);
    }
  }

  /** A chat as it is, also where the disk does not know it yet. */
  withUnsaved(open: OpenChat): OpenChat {
    const current = (message: Message): Message => {
      const writing = message.requestId === null ? undefined : this.#writing.get(message.requestId);
      return writing ? { ...message, parts: writing.parts } : message;
    };
    return { ...open, messages: open.messages.map(current), compared: open.compared.map(current) };
  }

  /** Tries again now, and returns what the disk still does not take: of answers that are being written, the words so far. */
  saveNow(): NotSaved {
    const { store, onMessageChanged } = this.#options;
    const { saved, failure } = store.saveUnsaved();
    for (const message of saved) onMessageChanged(message);
    const answers = store.unsavedAnswers();
    let reason = answers.length === 0 ? null : failure;
    for (const writing of this.#writing.values()) {
      if (!writing.saveFailed) continue;
      const again = store.writeCheckpoint(writing.answer.id, writing.parts);
      writing.saveFailed = !again.ok;
      if (again.ok) continue;
      const found = store.answerWithQuestion(writing.answer.id);
      if (found.ok) answers.push({ ...found.value, answer: { ...found.value.answer, parts: writing.parts } });
      reason ??= again.failure;
    }
    return { answers, failure: reason };
  }

  /** Ends those that are being written and cannot be saved, so that what there is of them is all of them. */
  async stopUnsaved(): Promise<void> {
    const unsaved = [...this.#writing].filter(([, { saveFailed }]) => saveFailed);
    const ended = unsaved.map(
      ([, writing]) =>
        new Promise<void>((resolve) => {
          writing.onEnded = resolve;
        }),
    );
    for (const [requestId] of unsaved) this.stop(requestId);
    await Promise.race([Promise.all(ended), new Promise((resolve) => setTimeout(resolve, STOP_TIMEOUT_MS))]);
  }

  /** At quit, after the engine has ended: the last chance to save what could not be saved. Returns what is lost. */
  close(): NotSaved {
    if (this.#saveAgainTimer !== null) clearTimeout(this.#saveAgainTimer);
    this.#saveAgainTimer = null;
    return this.saveNow();
  }

  #start(
    addRows: (requestId: RequestId) => Outcome<StartedAnswer>,
    thinking?: ThinkingChoice,
  ): Outcome<{ messages: Message[] }> {
    const refusal = this.#options.engine.refusal();
    if (refusal) return { ok: false, failure: refusal };
    const started = addRows(this.#options.newRequestId());
    if (!started.ok) return started;
    this.#write(withThinking(started.value, thinking));
    return succeed({ messages: started.value.messages });
  }

  #startCompared(
    stacks: readonly NamedStack[],
    addRows: (wanted: readonly WantedAnswer[]) => Outcome<StartedAnswer[]>,
  ): Outcome<{ messages: Message[] }> {
    const refusal = this.#options.engine.refusal();
    if (refusal) return { ok: false, failure: refusal };
    const started = addRows(stacks.map((stack) => ({ requestId: this.#options.newRequestId(), stack })));
    if (!started.ok) return started;
    started.value.forEach((answer) => this.#write(answer));
    return succeed({ messages: started.value.flatMap(({ messages }) => messages) });
  }

  #write({ messages, answer, turns, settings, chat }: StartedAnswer): void {
    const { engine, onMessageChanged, onChatChanged } = this.#options;
    const { requestId } = answer;
    if (requestId === null) throw new Error("an answer that is being written has a request");
    const writing: Writing = { answer, parts: [], saveFailed: false, onEnded: () => undefined };
    this.#writing.set(requestId, writing);
    onChatChanged(chat);
    for (const message of messages) onMessageChanged(message);
    engine.generate({
      requestId,
      chatId: answer.chatId,
      messageId: answer.id,
      turns,
      settings,
      stack: answer.stack,
      onCheckpoint: (parts) => this.#checkpoint(writing, parts),
      onEnd: (end) => {
        this.#writing.delete(requestId);
        this.#end(writing, toAnswerEnd(end, writing.parts));
        writing.onEnded();
      },
    });
  }

  #checkpoint(writing: Writing, parts: MessagePart[]): void {
    writing.parts = parts;
    const saved = this.#options.store.writeCheckpoint(writing.answer.id, parts);
    // The answer goes on in the window; once is enough to say that it is there only.
    if (!saved.ok && !writing.saveFailed) this.#options.onSaveFailed(saved.failure);
    writing.saveFailed ||= !saved.ok;
  }

  #end(writing: Writing, end: AnswerEnd): void {
    const { store, onMessageChanged, onSaveFailed } = this.#options;
    const saved = store.endAnswer(writing.answer.id, end);
    if (saved.ok) {
      onMessageChanged(saved.value);
      return;
    }
    const kept = store.message(writing.answer.id);
    onMessageChanged(
      kept.ok
        ? kept.value
        : {
            ...writing.answer,
            parts: end.parts,
            state: end.state,
            facts: end.facts,
            failure: end.failure,
            requestId: null,
            ...(saved.failure.code === "not-found" ? {} : { isUnsaved: true as const }),
          },
    );
    if (saved.failure.code === "not-found") return;
    if (!writing.saveFailed) onSaveFailed(saved.failure);
    this.#saveAgainMs = SAVE_AGAIN_FIRST_MS;
    this.#saveLater();
  }

  #saveLater(): void {
    if (this.#saveAgainTimer !== null) clearTimeout(this.#saveAgainTimer);
    this.#saveAgainTimer = setTimeout(() => {
      this.#saveAgainTimer = null;
      const { saved, failure } = this.#options.store.saveUnsaved();
      for (const message of saved) this.#options.onMessageChanged(message);
      this.#saveAgainMs = Math.min(SAVE_AGAIN_LAST_MS, this.#saveAgainMs * 2);
      if (failure !== null) this.#saveLater();
    }, this.#saveAgainMs);
  }
}

function toAnswerEnd(end: AnswerJobEnd, soFar: MessagePart[]): AnswerEnd {
  switch (end.kind) {
    case "answered":
      return {
        state: end.facts.endReason === "stopped" ? "stopped" : "complete",
        parts: end.parts,
        facts: end.facts,
        failure: null,
      };
    case "cancelled":
      return { state: "stopped", parts: soFar, facts: null, failure: null };
    case "failed": {
      const parts = end.parts.length === 0 ? soFar : end.parts;
      // With words on the screen it is an answer that broke off; without, none came.
      return { state: parts.length === 0 ? "failed" : "interrupted", parts, facts: null, failure: end.failure };
    }
    case "engine-died":
      return { state: "interrupted", parts: soFar, facts: null, failure: end.failure };
  }
}

function withThinking(started: StartedAnswer, thinking: ThinkingChoice | undefined): StartedAnswer {
  return thinking === undefined ? started : { ...started, settings: { ...started.settings, thinking } };
}
