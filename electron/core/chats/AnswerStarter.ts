// The rows that an answer begins with: the question when it is new, and the empty answer; several of them for a comparison.
import { randomUUID } from "node:crypto";
import type { Chat, ChatSummary, Message } from "../../contract/chat";
import { isSameStack, type NamedStack } from "../../contract/deltas";
import type { Turn } from "../../contract/engineProtocol";
import { fail, succeed, type Outcome } from "../../contract/failure";
import { type ChatId, ComparisonId, type MessageId, type RequestId } from "../../contract/ids";
import { textOf, textParts, type MessagePart, type ToolResultPart } from "../../contract/parts";
import type { ChatSettings } from "../../contract/sampling";
import { type ChatRow, type MessageRow, readChatSettings, readParts, readStack } from "./chatRows";
import type { ChatTable, NewChat } from "./ChatTable";
import { titleFromText } from "./chatTitle";
import { type MessageTree, newMessage } from "./MessageTree";

/** What was added to a chat so that an answer can be written: the engine's next task. */
export interface StartedAnswer {
  /** For the window: the user's message when it is new, and the answer. */
  messages: Message[];
  answer: Message;
  /** What the model is to answer, oldest first. */
  turns: Turn[];
  settings: ChatSettings;
  /** The chat's new place and title in the sidebar. */
  chat: ChatSummary;
}

export interface StartedChat {
  chat: Chat;
  started: StartedAnswer[];
}

/** One answer of a comparison. */
export interface WantedAnswer {
  requestId: RequestId;
  stack: NamedStack;
}

/** The user's next message. */
interface NewQuestion {
  parentId: MessageId | null;
  parts: readonly MessagePart[];
}

/** ChatStore says what each method is for, and calls it in a transaction: a refusal takes back what was added before it. */
export class AnswerStarter {
  readonly #chats: ChatTable;
  readonly #tree: MessageTree;
  readonly #now: () => number;

  constructor(chats: ChatTable, tree: MessageTree, now: () => number) {
    this.#chats = chats;
    this.#tree = tree;
    this.#now = now;
  }

  startChat(about: NewChat, text: string, requestId: RequestId): Outcome<StartedChat> {
    const row = this.#chats.add(about);
    const started = this.#start(row, { parentId: null, parts: textParts(text) }, requestId);
    const chat = this.#chats.chat(row.id);
    return chat.ok ? succeed({ chat: chat.value, started: [started] }) : chat;
  }

  startComparedChat(about: NewChat, text: string, wanted: readonly WantedAnswer[]): Outcome<StartedChat> {
    const row = this.#chats.add(about);
    const started = this.#startComparison(row, { parentId: null, parts: textParts(text) }, wanted);
    if (!started.ok) return started;
    const chat = this.#chats.chat(row.id);
    return chat.ok ? succeed({ chat: chat.value, started: started.value }) : chat;
  }

  addQuestion(chatId: ChatId, text: string, requestId: RequestId): Outcome<StartedAnswer> {
    return this.#withEndedBranch(chatId, (chat) =>
      succeed(this.#start(chat, { parentId: chat.leaf_id, parts: textParts(text) }, requestId)),
    );
  }

  addToolResults(
    messageId: MessageId,
    results: readonly ToolResultPart[],
    requestId: RequestId,
  ): Outcome<StartedAnswer> {
    return this.#tree.with(messageId, (message, chat) => {
      const calls = readParts(message).flatMap((part) => (part.kind === "tool-call" ? [part.callId] : []));
      const given = new Set(results.map(({ callId }) => callId));
      const isComplete =
        calls.length === results.length && given.size === results.length && calls.every((callId) => given.has(callId));
      if (message.role !== "assistant" || calls.length === 0 || !isComplete) {
        return fail("request-invalid", undefined, "Each tool call of an answer has one result");
      }
      if (this.#tree.isWriting(chat.id)) return fail("engine-busy");
      return succeed(this.#start(chat, { parentId: message.id, parts: [...results] }, requestId));
    });
  }

  addEditedQuestion(messageId: MessageId, text: string, requestId: RequestId): Outcome<StartedAnswer> {
    return this.#withQuestion(messageId, (question, chat) =>
      succeed(this.#start(chat, { parentId: question.parent_id, parts: textParts(text) }, requestId)),
    );
  }

  addComparison(chatId: ChatId, text: string, wanted: readonly WantedAnswer[]): Outcome<StartedAnswer[]> {
    return this.#withEndedBranch(chatId, (chat) =>
      this.#startComparison(chat, { parentId: chat.leaf_id, parts: textParts(text) }, wanted),
    );
  }

  addEditedComparison(messageId: MessageId, text: string, wanted: readonly WantedAnswer[]): Outcome<StartedAnswer[]> {
    return this.#withQuestion(messageId, (question, chat) =>
      this.#startComparison(chat, { parentId: question.parent_id, parts: textParts(text) }, wanted),
    );
  }

  addAnotherAnswer(messageId: MessageId, requestId: RequestId, stack?: NamedStack): Outcome<StartedAnswer> {
    return this.#tree.with(messageId, (message, chat) => {
      if (message.role !== "assistant" || message.parent_id === null) {
        return fail("request-invalid", undefined, "Only an answer is regenerated");
      }
      if (this.#tree.isWriting(chat.id)) return fail("engine-busy");
      const question = { answerTo: message.parent_id };
      if (message.comparison_id === null) return succeed(this.#start(chat, question, requestId, stack));
      const by = stack ?? readStack(message.stack);
      const started = this.#start(chat, question, requestId, by, message.comparison_id);
      const branch = chat.leaf_id === null ? [] : this.#tree.branch(chat.id, chat.leaf_id);
      const shown = branch.find((row) => row.comparison_id === message.comparison_id);
      const stays = shown !== undefined && !isSameStack(readStack(shown.stack), by);
      if (stays) this.#chats.setLeaf(chat.id, chat.leaf_id);
      return succeed(started);
    });
  }

  #start(
    chat: ChatRow,
    question: NewQuestion | { answerTo: MessageId },
    requestId: RequestId,
    stack: NamedStack = readStack(chat.stack),
    comparisonId: ComparisonId | null = null,
  ): StartedAnswer {
    const now = this.#now();
    const added: MessageRow[] = [];
    let questionId: MessageId;
    if ("answerTo" in question) {
      questionId = question.answerTo;
    } else {
      const row = newMessage(chat.id, question.parentId, "user", question.parts, now);
      this.#tree.add(row);
      added.push(row);
      questionId = row.id;
      if (question.parentId === null && chat.is_renamed === 0) {
        this.#chats.setTitle(chat.id, titleFromText(textOf(question.parts)));
      }
    }
    const answer: MessageRow = {
      ...newMessage(chat.id, questionId, "assistant", [], now),
      state: "writing",
      request_id: requestId,
      stack: JSON.stringify(stack),
      comparison_id: comparisonId,
    };
    this.#tree.add(answer);
    added.push(answer);
    this.#chats.setLastUsed(chat.id, answer.id, now);
    return {
      messages: added.map((row) => this.#tree.message(row)),
      answer: this.#tree.message(answer),
      turns: joinTurns(this.#tree.branch(chat.id, questionId)),
      settings: readChatSettings(chat.settings),
      chat: this.#chats.summary(chat.id),
    };
  }

  #startComparison(
    chat: ChatRow,
    question: NewQuestion,
    [first, ...others]: readonly WantedAnswer[],
  ): Outcome<StartedAnswer[]> {
    if (first === undefined) return fail("request-invalid", undefined, "Nothing to compare");
    const comparisonId = ComparisonId.parse(randomUUID());
    const started = this.#start(chat, question, first.requestId, first.stack, comparisonId);
    const answers = [started];
    for (const { requestId, stack } of others) {
      const answerTo = started.answer.parentId;
      if (answerTo !== null) answers.push(this.#start(chat, { answerTo }, requestId, stack, comparisonId));
    }
    this.#chats.setLeaf(chat.id, started.answer.id);
    // Each knows its siblings only now that all are there.
    return succeed(answers.map((answer) => this.#readAgain(answer)));
  }

  #readAgain(started: StartedAnswer): StartedAnswer {
    const again = (message: Message) => {
      const row = this.#tree.find(message.id);
      return row === undefined ? message : this.#tree.message(row);
    };
    return { ...started, messages: started.messages.map(again), answer: again(started.answer) };
  }

  /** Nothing is asked in a chat where an answer is still being written. */
  #withEndedBranch<Value>(id: ChatId, work: (chat: ChatRow) => Outcome<Value>): Outcome<Value> {
    return this.#chats.with(id, (chat) => {
      if (this.#tree.isWriting(chat.id)) return fail("engine-busy");
      return work(chat);
    });
  }

  #withQuestion<Value>(id: MessageId, work: (question: MessageRow, chat: ChatRow) => Outcome<Value>): Outcome<Value> {
    return this.#tree.with(id, (message, chat) => {
      if (message.role !== "user") return fail("request-invalid", undefined, "Only the user's messages are edited");
      return this.#tree.isWriting(chat.id) ? fail("engine-busy") : work(message, chat);
    });
  }
}

/** Most chat templates insist on taking turns: where no answer came, what the user said twice is said together. */
function joinTurns(branch: readonly MessageRow[]): Turn[] {
  const turns: Turn[] = [];
  for (const row of branch) {
    const parts = readParts(row);
    if (row.role === "assistant" && parts.length === 0) continue;
    const last = turns.at(-1);
    if (last?.role === row.role) last.parts = [...last.parts, ...parts];
    else turns.push({ messageId: row.id, role: row.role, parts });
  }
  return turns;
}
