// Chats and their message trees on disk. Every change is on the disk when the call returns.
import { randomUUID } from "node:crypto";
import { z } from "zod";
import {
  type AnswerFacts,
  type Chat,
  type ChatSummary,
  MAX_TITLE_CHARACTERS,
  type Message,
  type MessageState,
  type SearchHit,
} from "../../contract/chat";
import { isSameStack, type NamedStack } from "../../contract/deltas";
import type { Turn } from "../../contract/engineProtocol";
import { fail, succeed, type Failure, type Outcome } from "../../contract/failure";
import { ChatId, ComparisonId, MessageId, type DeltaId, type ModelId, type RequestId } from "../../contract/ids";
import type { ModelUse } from "../../contract/importing";
import type { OpenChat } from "../../contract/methods";
import { textOf, textParts, type MessagePart, type ToolResultPart } from "../../contract/parts";
import { type ChatSettings, defaultChatSettings } from "../../contract/sampling";
import {
  ChatRow,
  HitRow,
  MessageRow,
  readChatSettings,
  readParts,
  readStack,
  storedParts,
  toChat,
  toMessage,
  toSummary,
} from "./chatRows";
import { titleFromText, UNTITLED } from "./chatTitle";
import type { Database } from "./database";
import { databaseFailure } from "./databaseFailure";
import { fullTextQuery } from "./searchQuery";
import { snippetOf } from "./snippet";

const MAX_SEARCH_HITS = 50;
/** Titles that are shown when somebody asks which chats use a model. */
const MAX_SHOWN_USES = 3;
/** Of many hits, so many are looked at closely: by how well they match and how recent they are. */
const MAX_RANKED_HITS = 500;
/** A hit that is so much older counts half. */
const RANK_HALVED_AFTER_MS = 30 * 24 * 3_600_000;
/** Tokens of a title around a found word. */
const SNIPPET_TOKENS = 16;

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

/** The user's next message. */
interface NewQuestion {
  parentId: MessageId | null;
  parts: readonly MessagePart[];
}

/** What a chat has before its first message. */
export interface NewChat {
  settings: ChatSettings;
  stack: NamedStack;
}
const newChat: NewChat = { settings: defaultChatSettings, stack: [] };

export interface StartedChat {
  chat: Chat;
  started: StartedAnswer[];
}

/** One answer of a comparison. */
export interface WantedAnswer {
  requestId: RequestId;
  stack: NamedStack;
}

/** How an answer ended. */
export interface AnswerEnd {
  state: Exclude<MessageState, "writing">;
  parts: MessagePart[];
  facts: AnswerFacts | null;
  failure: Failure | null;
}

const chatColumns = "id, title, is_renamed, created_at_ms, last_used_at_ms, leaf_id, settings, stack";
const messageColumns =
  "id, chat_id, parent_id, role, text, parts, created_at_ms, state, request_id, failure, facts, stack, comparison_id";

export class ChatStore {
  readonly #database: Database;
  readonly #now: () => number;

  constructor(database: Database, now: () => number) {
    this.#database = database;
    this.#now = now;
  }

  /** Once at start: answers that a dead app left half-written are marked, deleted chats go for good. */
  recover(): Outcome<{ interruptedAnswers: number }> {
    return this.#attempt(() => {
      const interruptedAnswers = this.#database.transaction(() => {
        const deleted = "SELECT id FROM chats WHERE deleted_at_ms IS NOT NULL";
        this.#database.run(`UPDATE chats SET leaf_id = NULL WHERE id IN (${deleted})`);
        this.#database.run(`DELETE FROM messages WHERE chat_id IN (${deleted})`);
        this.#database.run("DELETE FROM chats WHERE deleted_at_ms IS NOT NULL");
        return this.#database.run(
          "UPDATE messages SET state = 'interrupted', request_id = NULL WHERE state = 'writing'",
        );
      });
      // Deleted words leave the write-ahead log as well.
      this.#database.execute("PRAGMA wal_checkpoint(TRUNCATE)");
      return succeed({ interruptedAnswers });
    });
  }

  /** Last used first. */
  listChats(): Outcome<ChatSummary[]> {
    return this.#attempt(() => {
      const rows = this.#database.all(
        `SELECT ${chatColumns} FROM chats WHERE deleted_at_ms IS NULL ORDER BY last_used_at_ms DESC, row DESC`,
      );
      return succeed(z.array(ChatRow).parse(rows).map(toSummary));
    });
  }

  createChat(): Outcome<Chat> {
    return this.#attempt(() => this.#insertChat(newChat, (row) => succeed(toChat(row))));
  }

  /** A chat and its first question, with an answer to it. Nothing of it stays when that fails. */
  startChat(about: NewChat, text: string, requestId: RequestId): Outcome<StartedChat> {
    return this.#change(() =>
      this.#insertChat(about, (chat) => {
        const started = this.#startAnswer(chat, { parentId: null, parts: textParts(text) }, requestId);
        return this.#withChat(chat.id, (row) => succeed({ chat: toChat(row), started: [started] }));
      }),
    );
  }

  /** As startChat, with an answer by each of the stacks, as addComparison. */
  startComparedChat(about: NewChat, text: string, wanted: readonly WantedAnswer[]): Outcome<StartedChat> {
    return this.#change(() =>
      this.#insertChat(about, (chat) => {
        const started = this.#startComparison(chat, { parentId: null, parts: textParts(text) }, wanted);
        if (!started.ok) return started;
        return this.#withChat(chat.id, (row) => succeed({ chat: toChat(row), started: started.value }));
      }),
    );
  }

  openChat(id: ChatId): Outcome<OpenChat> {
    return this.#attempt(() => this.#withChat(id, (row) => succeed(this.#shownBranch(row))));
  }

  renameChat(id: ChatId, title: string): Outcome<ChatSummary> {
    return this.#attempt(() => {
      const kept = title.trim().slice(0, MAX_TITLE_CHARACTERS) || UNTITLED;
      this.#database.run("UPDATE chats SET title = ?, is_renamed = 1 WHERE id = ? AND deleted_at_ms IS NULL", kept, id);
      return this.#withChat(id, (row) => succeed(toSummary(row)));
    });
  }

  saveSettings(id: ChatId, settings: ChatSettings): Outcome<Chat> {
    return this.#attempt(() => {
      this.#database.run(
        "UPDATE chats SET settings = ? WHERE id = ? AND deleted_at_ms IS NULL",
        JSON.stringify(settings),
        id,
      );
      return this.#withChat(id, (row) => succeed(toChat(row)));
    });
  }

  setStack(id: ChatId, stack: NamedStack): Outcome<Chat> {
    return this.#attempt(() => {
      this.#database.run(
        "UPDATE chats SET stack = ? WHERE id = ? AND deleted_at_ms IS NULL",
        JSON.stringify(stack),
        id,
      );
      return this.#withChat(id, (row) => succeed(toChat(row)));
    });
  }

  deleteChat(id: ChatId): Outcome<undefined> {
    return this.#attempt(() => {
      const changed = this.#database.run(
        "UPDATE chats SET deleted_at_ms = ? WHERE id = ? AND deleted_at_ms IS NULL",
        this.#now(),
        id,
      );
      return changed === 0 ? fail("not-found") : succeed(undefined);
    });
  }

  restoreChat(id: ChatId): Outcome<ChatSummary> {
    return this.#attempt(() => {
      this.#database.run("UPDATE chats SET deleted_at_ms = NULL WHERE id = ?", id);
      return this.#withChat(id, (row) => succeed(toSummary(row)));
    });
  }

  /** Ids of the requests whose answers are being written in a chat. */
  writingRequests(id: ChatId): Outcome<RequestId[]> {
    return this.#attempt(() =>
      succeed(this.#messageRows("chat_id = ? AND state = 'writing'", id).flatMap((row) => row.request_id ?? [])),
    );
  }

  /** The user's next message at the end of the shown branch, and an answer to it. */
  addQuestion(chatId: ChatId, text: string, requestId: RequestId): Outcome<StartedAnswer> {
    return this.#change(() =>
      this.#withChat(chatId, (chat) => {
        if (chat.leaf_id !== null && this.#messageRow(chat.leaf_id)?.state === "writing") return fail("engine-busy");
        return succeed(this.#startAnswer(chat, { parentId: chat.leaf_id, parts: textParts(text) }, requestId));
      }),
    );
  }

  /** What the tools returned that an answer called: the user's next message, which the model answers. */
  addToolResults(
    messageId: MessageId,
    results: readonly ToolResultPart[],
    requestId: RequestId,
  ): Outcome<StartedAnswer> {
    return this.#change(() =>
      this.#withMessage(messageId, (message, chat) => {
        const calls = readParts(message).flatMap((part) => (part.kind === "tool-call" ? [part.callId] : []));
        const given = new Set(results.map(({ callId }) => callId));
        const isComplete =
          calls.length === results.length &&
          given.size === results.length &&
          calls.every((callId) => given.has(callId));
        if (message.role !== "assistant" || calls.length === 0 || !isComplete) {
          return fail("request-invalid", undefined, "Each tool call of an answer has one result");
        }
        if (message.state === "writing") return fail("engine-busy");
        return succeed(this.#startAnswer(chat, { parentId: message.id, parts: [...results] }, requestId));
      }),
    );
  }

  /** The user's message edited: a sibling of it, answered again. */
  addEditedQuestion(messageId: MessageId, text: string, requestId: RequestId): Outcome<StartedAnswer> {
    return this.#change(() =>
      this.#withQuestion(messageId, (question, chat) =>
        succeed(this.#startAnswer(chat, { parentId: question.parent_id, parts: textParts(text) }, requestId)),
      ),
    );
  }

  /**
   * One question at the end of the shown branch, and an answer to it by each of the stacks. The first one is shown.
   * All answers are to the same turns.
   */
  addComparison(chatId: ChatId, text: string, wanted: readonly WantedAnswer[]): Outcome<StartedAnswer[]> {
    return this.#change(() =>
      this.#withChat(chatId, (chat) => {
        if (chat.leaf_id !== null && this.#messageRow(chat.leaf_id)?.state === "writing") return fail("engine-busy");
        return this.#startComparison(chat, { parentId: chat.leaf_id, parts: textParts(text) }, wanted);
      }),
    );
  }

  /** The user's message edited as by addEditedQuestion, and answered as by addComparison. */
  addEditedComparison(messageId: MessageId, text: string, wanted: readonly WantedAnswer[]): Outcome<StartedAnswer[]> {
    return this.#change(() =>
      this.#withQuestion(messageId, (question, chat) =>
        this.#startComparison(chat, { parentId: question.parent_id, parts: textParts(text) }, wanted),
      ),
    );
  }

  /**
   * Another answer to the same message: a sibling of this one. By `stack`, else by the chat's own. Beside an answer of a comparison
   * it is by `stack`, else by that answer's own, and joins the comparison: on the shown branch it replaces its own former version only.
   */
  addAnotherAnswer(messageId: MessageId, requestId: RequestId, stack?: NamedStack): Outcome<StartedAnswer> {
    return this.#change(() =>
      this.#withMessage(messageId, (message, chat) => {
        if (message.role !== "assistant" || message.parent_id === null) {
          return fail("request-invalid", undefined, "Only an answer is regenerated");
        }
        if (message.state === "writing") return fail("engine-busy");
        const question = { answerTo: message.parent_id };
        if (message.comparison_id === null) return succeed(this.#startAnswer(chat, question, requestId, stack));
        const by = stack ?? readStack(message.stack);
        const started = this.#startAnswer(chat, question, requestId, by, message.comparison_id);
        const branch = chat.leaf_id === null ? [] : branchTo(chat.leaf_id, this.#messageRows("chat_id = ?", chat.id));
        const shown = branch.find((row) => row.comparison_id === message.comparison_id);
        const stays = shown !== undefined && !isSameStack(readStack(shown.stack), by);
        if (stays) this.#database.run("UPDATE chats SET leaf_id = ? WHERE id = ?", chat.leaf_id, chat.id);
        return succeed(started);
      }),
    );
  }

  /** An answer that is being written, as far as it has come. Ignored when it has ended. */
  writeCheckpoint(answerId: MessageId, parts: readonly MessagePart[]): Outcome<undefined> {
    return this.#attempt(() => {
      const stored = storedParts(parts);
      this.#database.run(
        "UPDATE messages SET text = ?, parts = ? WHERE id = ? AND state = 'writing'",
        stored.text,
        stored.parts,
        answerId,
      );
      return succeed(undefined);
    });
  }

  endAnswer(answerId: MessageId, end: AnswerEnd): Outcome<Message> {
    return this.#attempt(() => {
      const stored = storedParts(end.parts);
      this.#database.run(
        "UPDATE messages SET text = ?, parts = ?, state = ?, facts = ?, failure = ?, request_id = NULL WHERE id = ? AND state = 'writing'",
        stored.text,
        stored.parts,
        end.state,
        end.facts === null ? null : JSON.stringify(end.facts),
        end.failure === null ? null : JSON.stringify(end.failure),
        answerId,
      );
      const row = this.#messageRow(answerId);
      return row === undefined ? fail("not-found") : succeed(this.#message(row));
    });
  }

  /** Shows this message and, below it, the newest of what followed. */
  showSibling(messageId: MessageId): Outcome<OpenChat> {
    return this.#change(() =>
      this.#withMessage(messageId, (message, chat) => {
        const newestChildOf = new Map<MessageId, MessageId>();
        for (const row of this.#messageRows("chat_id = ?", chat.id)) {
          if (row.parent_id !== null) newestChildOf.set(row.parent_id, row.id);
        }
        let leaf = message.id;
        for (let next = newestChildOf.get(leaf); next !== undefined; next = newestChildOf.get(next)) leaf = next;
        this.#database.run("UPDATE chats SET leaf_id = ? WHERE id = ?", leaf, chat.id);
        return succeed(this.#shownBranch({ ...chat, leaf_id: leaf }));
      }),
    );
  }

  /** The chats with an answer of this model, as each answer's facts say. Reads all answers: asked for one model at a time. */
  chatsAnsweredBy(modelId: ModelId): Outcome<ModelUse> {
    return this.#attempt(() => {
      const rows = this.#database.all(
        `SELECT chats.title, max(messages.created_at_ms) AS atMs FROM messages JOIN chats ON chats.id = messages.chat_id
        WHERE facts ->> 'modelId' = ? AND deleted_at_ms IS NULL GROUP BY chats.id ORDER BY atMs DESC`,
        modelId,
      );
      const chats = z.array(z.object({ title: z.string() })).parse(rows);
      return succeed({ chatCount: chats.length, titles: chats.slice(0, MAX_SHOWN_USES).map(({ title }) => title) });
    });
  }

  /** The chats that this delta answers in next, or has answered in. Reads all answers. */
  chatsUsingDelta(deltaId: DeltaId): Outcome<ModelUse> {
    return this.#attempt(() => {
      const rows = this.#database.all(
        `SELECT title FROM chats WHERE deleted_at_ms IS NULL AND (
          EXISTS (SELECT 1 FROM json_each(chats.stack) AS entry WHERE entry.value ->> 'deltaId' = ?1)
          OR EXISTS (SELECT 1 FROM messages, json_each(messages.stack) AS entry WHERE messages.chat_id = chats.id AND entry.value ->> 'deltaId' = ?1)
        ) ORDER BY last_used_at_ms DESC`,
        deltaId,
      );
      const chats = z.array(z.object({ title: z.string() })).parse(rows);
      return succeed({ chatCount: chats.length, titles: chats.slice(0, MAX_SHOWN_USES).map(({ title }) => title) });
    });
  }

  search(typed: string): Outcome<SearchHit[]> {
    const query = fullTextQuery(typed);
    if (query === null) return succeed([]);
    // bm25 is below zero, the better the lower; age pulls it towards zero.
    const rank = (atMs: string) => `rank / (1 + max(0, ? - ${atMs}) / ${RANK_HALVED_AFTER_MS}.0)`;
    return this.#attempt(() => {
      const titles = this.#database.all(
        `SELECT chats.id AS chatId, NULL AS messageId, chats.title, snippet(chats_fts, 0, char(0xE000), char(0xE001), '…', ${SNIPPET_TOKENS}) AS snippet,
          last_used_at_ms AS atMs
        FROM chats_fts JOIN chats ON chats.row = chats_fts.rowid
        WHERE chats_fts MATCH ? AND deleted_at_ms IS NULL ORDER BY last_used_at_ms DESC LIMIT ${MAX_SEARCH_HITS}`,
        query,
      );
      const messages = this.#database.all(
        `WITH best AS (SELECT rowid AS row, rank FROM messages_fts WHERE messages_fts MATCH ? ORDER BY rank LIMIT ${MAX_RANKED_HITS}),
          shown AS (
            SELECT best.row, ${rank("messages.created_at_ms")} AS rank
            FROM best JOIN messages ON messages.row = best.row JOIN chats ON chats.id = messages.chat_id
            WHERE chats.deleted_at_ms IS NULL ORDER BY 2 LIMIT ${MAX_SEARCH_HITS}
          )
        SELECT messages.chat_id AS chatId, messages.id AS messageId, chats.title, messages.text AS snippet, messages.created_at_ms AS atMs
        FROM shown JOIN messages ON messages.row = shown.row JOIN chats ON chats.id = messages.chat_id
        ORDER BY shown.rank`,
        query,
        this.#now(),
      );
      const hits = z
        .array(HitRow)
        .parse([...titles, ...messages])
        .slice(0, MAX_SEARCH_HITS);
      return succeed(
        hits.map((hit) => (hit.messageId === null ? hit : { ...hit, snippet: snippetOf(hit.snippet, typed) })),
      );
    });
  }

  close(): void {
    this.#database.close();
  }

  // Below: inside one attempt.

  #startAnswer(
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
      const row = newRow(chat.id, question.parentId, "user", question.parts, now);
      this.#insert(row);
      added.push(row);
      questionId = row.id;
      if (question.parentId === null && chat.is_renamed === 0) {
        this.#database.run("UPDATE chats SET title = ? WHERE id = ?", titleFromText(textOf(question.parts)), chat.id);
      }
    }
    const answer: MessageRow = {
      ...newRow(chat.id, questionId, "assistant", [], now),
      state: "writing",
      request_id: requestId,
      stack: JSON.stringify(stack),
      comparison_id: comparisonId,
    };
    this.#insert(answer);
    added.push(answer);
    this.#database.run("UPDATE chats SET leaf_id = ?, last_used_at_ms = ? WHERE id = ?", answer.id, now, chat.id);
    return {
      messages: added.map((row) => this.#message(row)),
      answer: this.#message(answer),
      turns: joinTurns(branchTo(questionId, this.#messageRows("chat_id = ?", chat.id))),
      settings: readChatSettings(chat.settings),
      chat: toSummary(ChatRow.parse(this.#chatRow(chat.id))),
    };
  }

  #startComparison(
    chat: ChatRow,
    question: NewQuestion,
    [first, ...others]: readonly WantedAnswer[],
  ): Outcome<StartedAnswer[]> {
    if (first === undefined) return fail("request-invalid", undefined, "Nothing to compare");
    const comparisonId = ComparisonId.parse(randomUUID());
    const started = this.#startAnswer(chat, question, first.requestId, first.stack, comparisonId);
    const answers = [started];
    for (const { requestId, stack } of others) {
      const answerTo = started.answer.parentId;
      if (answerTo !== null) answers.push(this.#startAnswer(chat, { answerTo }, requestId, stack, comparisonId));
    }
    this.#database.run("UPDATE chats SET leaf_id = ? WHERE id = ?", started.answer.id, chat.id);
    // Each knows its siblings only now that all are there.
    return succeed(answers.map((answer) => this.#readAgain(answer)));
  }

  #readAgain(started: StartedAnswer): StartedAnswer {
    const again = (message: Message) => {
      const row = this.#messageRow(message.id);
      return row === undefined ? message : this.#message(row);
    };
    return { ...started, messages: started.messages.map(again), answer: again(started.answer) };
  }

  #insert(row: MessageRow): void {
    this.#database.run(
      `INSERT INTO messages (id, chat_id, parent_id, role, text, parts, created_at_ms, state, request_id, stack, comparison_id)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      row.id,
      row.chat_id,
      row.parent_id,
      row.role,
      row.text,
      row.parts,
      row.created_at_ms,
      row.state,
      row.request_id,
      row.stack,
      row.comparison_id,
    );
  }

  #shownBranch(chat: ChatRow): OpenChat {
    const rows = this.#messageRows("chat_id = ?", chat.id);
    const siblings = new Map<MessageId | null, MessageId[]>();
    for (const row of rows) {
      const ids = siblings.get(row.parent_id);
      if (ids) ids.push(row.id);
      else siblings.set(row.parent_id, [row.id]);
    }
    const branch = chat.leaf_id === null ? [] : branchTo(chat.leaf_id, rows);
    const comparisons = new Set(branch.flatMap((row) => row.comparison_id ?? []));
    const shown = new Set(branch.map(({ id }) => id));
    const compared = rows.filter(
      (row) => row.comparison_id !== null && comparisons.has(row.comparison_id) && !shown.has(row.id),
    );
    const withSiblings = (row: MessageRow) => toMessage(row, siblings.get(row.parent_id) ?? [row.id]);
    return { chat: toChat(chat), messages: branch.map(withSiblings), compared: compared.map(withSiblings) };
  }

  #message(row: MessageRow): Message {
    const siblings = this.#database.all(
      "SELECT id FROM messages WHERE chat_id = ? AND parent_id IS ? ORDER BY row",
      row.chat_id,
      row.parent_id,
    );
    return toMessage(
      row,
      z
        .array(z.object({ id: MessageId }))
        .parse(siblings)
        .map(({ id }) => id),
    );
  }

  #chatRow(id: ChatId): unknown {
    return this.#database.get(`SELECT ${chatColumns} FROM chats WHERE id = ? AND deleted_at_ms IS NULL`, id);
  }

  #messageRow(id: MessageId): MessageRow | undefined {
    return this.#messageRows("id = ?", id)[0];
  }

  /** Oldest first. */
  #messageRows(condition: string, value: string): MessageRow[] {
    return z
      .array(MessageRow)
      .parse(this.#database.all(`SELECT ${messageColumns} FROM messages WHERE ${condition} ORDER BY row`, value));
  }

  #withChat<Value>(id: ChatId, work: (chat: ChatRow) => Outcome<Value>): Outcome<Value> {
    const row = this.#chatRow(id);
    return row === undefined ? fail("not-found") : work(ChatRow.parse(row));
  }

  #withMessage<Value>(id: MessageId, work: (message: MessageRow, chat: ChatRow) => Outcome<Value>): Outcome<Value> {
    const message = this.#messageRow(id);
    return message === undefined ? fail("not-found") : this.#withChat(message.chat_id, (chat) => work(message, chat));
  }

  #withQuestion<Value>(id: MessageId, work: (question: MessageRow, chat: ChatRow) => Outcome<Value>): Outcome<Value> {
    return this.#withMessage(id, (message, chat) =>
      message.role === "user"
        ? work(message, chat)
        : fail("request-invalid", undefined, "Only the person's messages are edited"),
    );
  }

  #insertChat<Value>({ settings, stack }: NewChat, use: (chat: ChatRow) => Outcome<Value>): Outcome<Value> {
    const id = ChatId.parse(randomUUID());
    const now = this.#now();
    this.#database.run(
      "INSERT INTO chats (id, title, created_at_ms, last_used_at_ms, settings, stack) VALUES (?, ?, ?, ?, ?, ?)",
      id,
      UNTITLED,
      now,
      now,
      JSON.stringify(settings),
      JSON.stringify(stack),
    );
    return this.#withChat(id, use);
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
    try {
      return work();
    } catch (error) {
      return { ok: false, failure: databaseFailure(error) };
    }
  }
}

function newRow(
  chatId: ChatId,
  parentId: MessageId | null,
  role: "user" | "assistant",
  parts: readonly MessagePart[],
  now: number,
): MessageRow {
  return {
    id: MessageId.parse(randomUUID()),
    chat_id: chatId,
    parent_id: parentId,
    role,
    ...storedParts(parts),
    created_at_ms: now,
    state: "complete",
    request_id: null,
    failure: null,
    facts: null,
    stack: "[]",
    comparison_id: null,
  };
}

/** From the first message of the tree down to `leafId`. */
function branchTo(leafId: MessageId, rows: readonly MessageRow[]): MessageRow[] {
  const byId = new Map(rows.map((row) => [row.id, row]));
  const branch: MessageRow[] = [];
  // Each row is taken once: a damaged tree with a circle in it must not hang the app.
  for (
    let row = byId.get(leafId);
    row !== undefined;
    row = row.parent_id === null ? undefined : byId.get(row.parent_id)
  ) {
    byId.delete(row.id);
    branch.push(row);
  }
  return branch.reverse();
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
