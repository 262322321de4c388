// What the user was shown as stored, and what is therefore still there after any end.
import type { Message } from "../../electron/contract/chat";
import type { ChatId, DeltaId, MessageId, ModelId, RequestId } from "../../electron/contract/ids";
import { changeParts, textOf, type MessagePart } from "../../electron/contract/parts";
import type { StreamToReader } from "../../electron/contract/tokenStream";

/** So much of an answer may be lost (docs/architecture.md: twice a second the engine sends the text so far), and a moment for writing it. */
const PROMISED_LOSS_MS = 500 + 250;

/** All of it is there after any end. */
export type Stored = Pick<Ledger, "chats" | "messages" | "models" | "copies" | "deltas" | "theme">;

export interface CutAnswer {
  messageId: MessageId;
  text: string;
}

interface Writing {
  messageId: MessageId;
  parts: MessagePart[];
  /** How long the text was at which time. */
  shown: { atMs: number; characters: number }[];
}

export class Ledger {
  readonly chats = new Map<ChatId, string>();
  /** Those that ended, by what was shown at their ends. */
  readonly messages = new Map<MessageId, { chatId: ChatId; text: string }>();
  /** As the list of models was shown last. */
  models: ReadonlyMap<ModelId, string> = new Map();
  /** SHA-256 of the files that were copied into Facet's folder, and their names. */
  readonly copies = new Map<string, string>();
  readonly deltas = new Map<DeltaId, string>();
  theme = "system";
  /** Since when the disk is full; what ends meanwhile is said not to be stored. */
  isDiskFull = false;
  readonly #writing = new Map<RequestId, Writing>();

  /** As it is now. */
  copy(): Stored {
    const { chats, messages, models, copies, deltas, theme } = this;
    return {
      chats: new Map(chats),
      messages: new Map(messages),
      models: new Map(models),
      copies: new Map(copies),
      deltas: new Map(deltas),
      theme,
    };
  }

  forgetChat(chatId: ChatId): void {
    this.chats.delete(chatId);
    for (const [id, message] of this.messages) if (message.chatId === chatId) this.messages.delete(id);
  }

  /** Returns what an answer that broke off should have besides, as far as it was promised. */
  message({ id, chatId, role, state, parts }: Message, nowMs: number): CutAnswer | null {
    if (role === "assistant" && state === "writing") return null;
    const writing = [...this.#writing].find(([, { messageId }]) => messageId === id);
    if (writing !== undefined) this.#writing.delete(writing[0]);
    if (!this.chats.has(chatId)) return null;
    const text = textOf(parts);
    // On a full disk the window says that it is not stored yet.
    if (this.isDiskFull) this.messages.delete(id);
    else this.messages.set(id, { chatId, text });
    if (state !== "interrupted" || writing === undefined) return null;
    const sure = sureText(writing[1], nowMs);
    return text.startsWith(sure) ? null : { messageId: id, text: sure };
  }

  /** Lists as they are shown. On a full disk what is new in them is said not to be stored. */
  showModels(shown: ReadonlyMap<ModelId, string>): void {
    this.models = this.isDiskFull ? new Map([...this.models].filter(([id]) => shown.has(id))) : shown;
  }

  showDeltas(shown: ReadonlyMap<DeltaId, string>): void {
    for (const [id, name] of this.deltas) if (!this.isDiskFull || shown.get(id) !== name) this.deltas.delete(id);
    if (!this.isDiskFull) for (const [id, name] of shown) this.deltas.set(id, name);
  }

  token(message: StreamToReader, nowMs: number): void {
    if (message.kind === "begin") {
      const { requestId, messageId, parts } = message;
      const shown = this.#writing.get(requestId)?.shown ?? [];
      this.#writing.set(requestId, { messageId, parts, shown });
    } else if (message.kind === "end") this.#writing.delete(message.requestId);
    else {
      const writing = this.#writing.get(message.requestId);
      if (writing === undefined) return;
      for (const change of message.changes) writing.parts = changeParts(writing.parts, change);
      writing.shown.push({ atMs: nowMs, characters: textOf(writing.parts).length });
    }
  }

  /** What must be stored of the answers in the middle of which the application ends now. Nothing is being written afterwards. */
  cutWriting(nowMs: number): CutAnswer[] {
    const cut = [...this.#writing.values()].map((writing) => ({
      messageId: writing.messageId,
      text: sureText(writing, nowMs),
    }));
    this.#writing.clear();
    return this.isDiskFull ? [] : cut;
  }
}

/** What was on screen for longer than may be lost. */
function sureText({ parts, shown }: Writing, nowMs: number): string {
  return textOf(parts).slice(0, shown.findLast(({ atMs }) => atMs <= nowMs - PROMISED_LOSS_MS)?.characters ?? 0);
}

export function words(text: string): number {
  return text.match(/\S+/gu)?.length ?? 0;
}
