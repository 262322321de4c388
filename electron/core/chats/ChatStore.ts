// Chats and their message trees on disk. Every change is on the disk when the call returns, or nothing of it is.
import type { Chat, ChatSummary, Message } from "../../contract/chat";
import type { NamedStack } from "../../contract/deltas";
import { fail, succeed, type Failure, type Outcome } from "../../contract/failure";
import type { ChatId, DeltaId, MessageId, ModelId, RequestId } from "../../contract/ids";
import type { ModelUse } from "../../contract/importing";
import type { OpenChat } from "../../contract/methods";
import type { MessagePart, ToolResultPart } from "../../contract/parts";
import type { ChatSettings } from "../../contract/sampling";
import { AnswerStarter, type StartedAnswer, type StartedChat, type WantedAnswer } from "./AnswerStarter";
import { type AnswerEnd, AnswerWriter } from "./AnswerWriter";
import { ChatTable, type NewChat } from "./ChatTable";
import { chatsAnsweredBy, chatsUsingDelta } from "./chatUses";
import type { Database } from "./database";
import { migrate } from "./migrate";
import { databaseFailure, isConstraint } from "./databaseFailure";
import { FaultyRows } from "./FaultyRows";
import { MessageTree } from "./MessageTree";
import { UnsavedAnswers } from "./UnsavedAnswers";

/** An answer with the message that it answers, and the title of its chat. */
export interface UnsavedAnswer {
  title: string;
  question: Message | null;
  answer: Message;
}

/** The front of the parts beside it: makes each change one transaction, and an error of SQLite a failure. */
export class ChatStore {
  /** What could not be read so far. */
  readonly faultyRows = new FaultyRows();
  readonly #database: Database;
  readonly #chats: ChatTable;
  readonly #tree: MessageTree;
  readonly #starter: AnswerStarter;
  readonly #writer: AnswerWriter;
  readonly #unsaved = new UnsavedAnswers();
  #isReplaced = false;

  constructor(database: Database, now: () => number) {
    this.#database = database;
    this.#chats = new ChatTable(database, this.faultyRows, now);
    this.#tree = new MessageTree(database, this.faultyRows, this.#chats, this.#unsaved);
    this.#starter = new AnswerStarter(this.#chats, this.#tree, now);
    this.#writer = new AnswerWriter(database);
  }

  /** Once at start: answers that a dead app left half-written are marked, deleted chats go for good. */
  recover(): Outcome<{ interruptedAnswers: number }> {
    return this.#attempt(() => {
      this.#tidy(() => this.#chats.removeDeleted());
      const interruptedAnswers = this.#tidy(() => this.#writer.interruptAll()) ?? 0;
      this.#tree.countLost();
      // Deleted words leave the write-ahead log as well.
      this.#database.execute("PRAGMA wal_checkpoint(TRUNCATE)");
      return succeed({ interruptedAnswers });
    });
  }

  /**
   * Another content takes the place of all chats, in the database that is open. Until that is done nothing is read or written:
   * "chats-busy". Where the work fails, all is as it was.
   */
  async replaceAll<Value>(work: () => Promise<Outcome<Value>>): Promise<Outcome<Value>> {
    if (this.#isReplaced) return fail("chats-busy");
    this.#isReplaced = true;
    const replaced = await work().finally(() => {
      this.#isReplaced = false;
    });
    if (!replaced.ok) return replaced;
    this.faultyRows.forget();
    const migrated = this.#attempt(() => {
      migrate(this.#database, Number(this.#database.values("user_version", "pragma_user_version")[0]));
      return succeed(undefined);
    });
    const recovered = migrated.ok ? this.recover() : migrated;
    return recovered.ok ? replaced : recovered;
  }

  /** Last used first. */
  listChats(): Outcome<ChatSummary[]> {
    return this.#attempt(() => succeed(this.#chats.list()));
  }

  createChat(): Outcome<Chat> {
    return this.#attempt(() => this.#chats.chat(this.#chats.add().id));
  }

  openChat(id: ChatId): Outcome<OpenChat> {
    return this.#attempt(() => this.#chats.with(id, (chat) => succeed(this.#tree.shownBranch(chat))));
  }

  renameChat(id: ChatId, title: string): Outcome<ChatSummary> {
    return this.#attempt(() => this.#chats.rename(id, title));
  }

  saveSettings(id: ChatId, settings: ChatSettings): Outcome<Chat> {
    return this.#attempt(() => this.#chats.saveSettings(id, settings));
  }

  setStack(id: ChatId, stack: NamedStack): Outcome<Chat> {
    return this.#attempt(() => this.#chats.setStack(id, stack));
  }

  deleteChat(id: ChatId): Outcome<undefined> {
    return this.#attempt(() => this.#chats.delete(id));
  }

  restoreChat(id: ChatId): Outcome<ChatSummary> {
    return this.#attempt(() => this.#chats.restore(id));
  }

  /** Shows this message and, below it, the newest of what followed. */
  showSibling(messageId: MessageId): Outcome<OpenChat> {
    return this.#change(() => this.#tree.showSibling(messageId));
  }

  /** A chat and its first question, with an answer to it. Nothing of it stays when that fails. */
  startChat(about: NewChat, text: string, requestId: RequestId): Outcome<StartedChat> {
    return this.#change(() => this.#starter.startChat(about, text, requestId));
  }

  /** As startChat, with an answer by each of the stacks, as addComparison. */
  startComparedChat(about: NewChat, text: string, wanted: readonly WantedAnswer[]): Outcome<StartedChat> {
    return this.#change(() => this.#starter.startComparedChat(about, text, wanted));
  }

  /** The user's next message at the end of the shown branch, and an answer to it. */
  addQuestion(chatId: ChatId, text: string, requestId: RequestId): Outcome<StartedAnswer> {
    return this.#change(() => this.#starter.addQuestion(chatId, text, requestId));
  }

  /** What the tools returned that an answer called: the user's next message, which the model answers. */
  addToolResults(
    messageId: MessageId,
    results: readonly ToolResultPart[],
    requestId: RequestId,
  ): Outcome<StartedAnswer> {
    return this.#change(() => this.#starter.addToolResults(messageId, results, requestId));
  }

  /** The user's message edited: a sibling of it, answered again. */
  addEditedQuestion(messageId: MessageId, text: string, requestId: RequestId): Outcome<StartedAnswer> {
    return this.#change(() => this.#starter.addEditedQuestion(messageId, text, requestId));
  }

  /**
   * One question at the end of the shown branch, and an answer to it by each of the stacks. The first one is shown.
   * All answers are to the same turns.
   */
  addComparison(chatId: ChatId, text: string, wanted: readonly WantedAnswer[]): Outcome<StartedAnswer[]> {
    return this.#change(() => this.#starter.addComparison(chatId, text, wanted));
  }

  /** The user's message edited as by addEditedQuestion, and answered as by addComparison. */
  addEditedComparison(messageId: MessageId, text: string, wanted: readonly WantedAnswer[]): Outcome<StartedAnswer[]> {
    return this.#change(() => this.#starter.addEditedComparison(messageId, text, wanted));
  }

  /**
   * Another answer to the same message: a sibling of this one. By `stack`, else by the chat's own. Beside an answer of a comparison
   * it is by `stack`, else by that answer's own, and joins the comparison: on the shown branch it replaces its own former version only.
   */
  addAnotherAnswer(messageId: MessageId, requestId: RequestId, stack?: NamedStack): Outcome<StartedAnswer> {
    return this.#change(() => this.#starter.addAnotherAnswer(messageId, requestId, stack));
  }

  /** An answer that is being written, as far as it has come. Ignored when it has ended. */
  writeCheckpoint(answerId: MessageId, parts: readonly MessagePart[]): Outcome<undefined> {
    return this.#attempt(() => {
      this.#writer.writeCheckpoint(answerId, parts);
      return succeed(undefined);
    });
  }

  /** What the disk does not take is kept here, and shown as it is, until saveUnsaved() or the end. */
  endAnswer(answerId: MessageId, end: AnswerEnd): Outcome<Message> {
    const ended = this.#attempt(() => (this.#writer.end(answerId, end) ? this.message(answerId) : fail("not-found")));
    if (!ended.ok && ended.failure.code !== "not-found") this.#unsaved.keep(answerId, end);
    return ended;
  }

  /** Tries again. Returns the messages that are saved now, and why others are not. */
  saveUnsaved(): { saved: Message[]; failure: Failure | null } {
    const { saved, failure } = this.#unsaved.save(this.#writer, (work) => this.#attempt(work));
    const messages = saved.map((id) => this.message(id));
    return { saved: messages.flatMap((found) => (found.ok ? [found.value] : [])), failure };
  }

  /** Those of deleted chats are nobody's loss. */
  unsavedAnswers(): UnsavedAnswer[] {
    return this.#unsaved.ids.flatMap((id) => {
      const found = this.answerWithQuestion(id);
      return found.ok ? [found.value] : [];
    });
  }

  answerWithQuestion(id: MessageId): Outcome<UnsavedAnswer> {
    return this.#attempt(() =>
      this.#tree.with(id, (row, { title }) => {
        const question = row.parent_id === null ? undefined : this.#tree.find(row.parent_id);
        return succeed({
          title,
          question: question === undefined ? null : this.#tree.message(question),
          answer: this.#tree.message(row),
        });
      }),
    );
  }

  message(id: MessageId): Outcome<Message> {
    return this.#attempt(() => {
      const row = this.#tree.find(id);
      return row === undefined ? fail("not-found") : succeed(this.#tree.message(row));
    });
  }

  /** The chats with an answer of this model, as each answer's facts say. */
  chatsAnsweredBy(modelId: ModelId): Outcome<ModelUse> {
    return this.#attempt(() => succeed(chatsAnsweredBy(this.#database, this.faultyRows, modelId)));
  }

  /** The chats that this delta answers in next, or has answered in. */
  chatsUsingDelta(deltaId: DeltaId): Outcome<ModelUse> {
    return this.#attempt(() => succeed(chatsUsingDelta(this.#database, this.faultyRows, deltaId)));
  }

  close(): void {
    this.#database.close();
  }

  /** Where a row is damaged so that it cannot be written again, all stays as it is: no reason not to start. */
  #tidy<Value>(work: () => Value): Value | null {
    try {
      return this.#database.transaction(work);
    } catch (error) {
      if (isConstraint(error)) return null;
      throw error;
    }
  }

  /** In one transaction, which leaves nothing behind when the work fails. */
  #change<Value>(work: () => Outcome<Value>): Outcome<Value> {
    return this.#attempt(() => {
      let refused: Outcome<Value> | null = null;
      try {
        return this.#database.transaction(() => {
          const outcome = work();
          if (outcome.ok) return outcome;
          refused = outcome;
          throw new Error("rolled back");
        });
      } catch (error) {
        if (refused !== null) return refused;
        throw error;
      }
    });
  }

  #attempt<Value>(work: () => Outcome<Value>): Outcome<Value> {
    if (this.#isReplaced) return fail("chats-busy");
    try {
      return work();
    } catch (error) {
      return { ok: false, failure: databaseFailure(error) };
    }
  }
}
