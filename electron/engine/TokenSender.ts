// The engine's side of the token stream: every reader (a window, a program) gets batches for its own credits. Engine process.
import type { MessageId, RequestId } from "../contract/ids";
import { addChange, changeParts, countCharacters, type MessagePart, type PartChange } from "../contract/parts";
import {
  BATCH_INTERVAL_MS,
  MAX_WAITING_CHARACTERS,
  STREAM_CREDITS,
  StreamToEngine,
  type StreamToReader,
} from "../contract/tokenStream";

/** A MessagePort as this class needs it, Electron's and Node's alike. */
export interface StreamPort {
  post: (message: StreamToReader) => void;
  close: () => void;
  onMessage: (listener: (message: unknown) => void) => void;
  onClose: (listener: () => void) => void;
}

export interface SenderClock {
  nowMs: () => number;
  /** Returns what cancels it. */
  after: (delayMs: number, run: () => void) => () => void;
}

export interface SentChanges {
  changes: readonly PartChange[];
  answerTokens: number;
  contextUsedTokens: number;
  tokenAtMs: number;
}

interface Stream {
  readonly requestId: RequestId;
  readonly messageId: MessageId;
  /** All of the answer so far: what a new reader begins with. */
  parts: MessagePart[];
  answerTokens: number;
  contextUsedTokens: number;
}

/**
 * One stream at a time, to any number of readers. On each port: "begin", batches, exactly one "end", with sequence numbers without gaps.
 * A reader that falls behind slows nobody and keeps no memory: when it takes something again, it gets a new "begin" with all of
 * the answer so far.
 */
export class TokenSender {
  readonly #clock: SenderClock;
  readonly #onStop: (requestId: RequestId) => void;
  readonly #readers = new Map<StreamPort, StreamReader>();
  #stream: Stream | undefined;

  constructor(clock: SenderClock, onStop: (requestId: RequestId) => void) {
    this.#clock = clock;
    this.#onStop = onStop;
  }

  /** From now on a reader is at the other end of this port, until the port closes. */
  connect(port: StreamPort): void {
    const reader = new StreamReader(port, this.#clock);
    this.#readers.set(port, reader);
    port.onMessage((message) => {
      if (this.#readers.has(port)) this.#receive(reader, message);
    });
    port.onClose(() => {
      this.#readers.delete(port);
      reader.forget();
    });
    if (this.#stream !== undefined) reader.begin(this.#stream);
  }

  begin(requestId: RequestId, messageId: MessageId): void {
    if (this.#stream !== undefined) throw new Error("a stream is open");
    this.#stream = { requestId, messageId, parts: [], answerTokens: 0, contextUsedTokens: 0 };
    for (const reader of this.#readers.values()) reader.begin(this.#stream);
  }

  push(sent: SentChanges): void {
    const stream = this.#stream;
    if (stream === undefined) throw new Error("no stream is open");
    for (const change of sent.changes) stream.parts = changeParts(stream.parts, change);
    stream.answerTokens = sent.answerTokens;
    stream.contextUsedTokens = sent.contextUsedTokens;
    for (const reader of this.#readers.values()) reader.push(stream, sent);
  }

  /** Ends the stream. What waits goes out first, without asking for credit: it is one bounded batch. */
  end(outcome: "complete" | "stopped" | "failed"): void {
    const stream = this.#stream;
    if (stream === undefined) throw new Error("no stream is open");
    this.#stream = undefined;
    for (const reader of this.#readers.values()) reader.end(stream, outcome);
  }

  #receive(reader: StreamReader, message: unknown): void {
    const parsed = StreamToEngine.safeParse(message);
    if (!parsed.success) return;
    const stream = this.#stream;
    // What comes late from a stream that has ended means nothing any more.
    if (stream === undefined || parsed.data.requestId !== stream.requestId) return;
    if (parsed.data.kind === "stop") this.#onStop(stream.requestId);
    else reader.credit(stream);
  }
}

/** One end of the stream, with what waits for it. */
class StreamReader {
  readonly #port: StreamPort;
  readonly #clock: SenderClock;
  #waiting: PartChange[] = [];
  #waitingCharacters = 0;
  #oldestTokenAtMs = 0;
  /** More waited than is kept: only a new beginning helps. */
  #isBehind = false;
  #sequence = 0;
  #credits = 0;
  #lastBatchAtMs = 0;
  #cancelTimer: (() => void) | undefined;

  constructor(port: StreamPort, clock: SenderClock) {
    this.#port = port;
    this.#clock = clock;
  }

  begin(stream: Stream): void {
    this.#credits = STREAM_CREDITS;
    this.#lastBatchAtMs = Number.NEGATIVE_INFINITY;
    this.#sendBegin(stream);
  }

  push(stream: Stream, { changes, tokenAtMs }: SentChanges): void {
    if (this.#isBehind) return;
    if (this.#waiting.length === 0) this.#oldestTokenAtMs = tokenAtMs;
    for (const change of changes) {
      addChange(this.#waiting, change);
      this.#waitingCharacters += charactersOf(change);
    }
    this.#sendWhenDue(stream);
    if (this.#waitingCharacters <= MAX_WAITING_CHARACTERS) return;
    this.forget();
    this.#isBehind = true;
  }

  credit(stream: Stream): void {
    this.#credits = Math.min(STREAM_CREDITS, this.#credits + 1);
    if (this.#isBehind) this.#sendBegin(stream);
    else this.#sendWhenDue(stream);
  }

  end(stream: Stream, outcome: "complete" | "stopped" | "failed"): void {
    if (this.#isBehind) this.#sendBegin(stream);
    if (this.#waiting.length > 0) this.#sendBatch(stream);
    this.forget();
    this.#port.post({ kind: "end", requestId: stream.requestId, sequence: this.#sequence, outcome });
  }

  /** Nothing waits any more. */
  forget(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#waiting = [];
    this.#waitingCharacters = 0;
  }

  #sendBegin({ requestId, messageId, parts }: Stream): void {
    this.forget();
    this.#isBehind = false;
    this.#sequence = 1;
    this.#port.post({ kind: "begin", requestId, messageId, sequence: 0, parts });
  }

  #sendWhenDue(stream: Stream): void {
    if (this.#waiting.length === 0 || this.#credits === 0 || this.#cancelTimer !== undefined) return;
    const waitMs = this.#lastBatchAtMs + BATCH_INTERVAL_MS - this.#clock.nowMs();
    if (waitMs <= 0) {
      this.#sendBatch(stream);
      return;
    }
    this.#cancelTimer = this.#clock.after(waitMs, () => {
      this.#cancelTimer = undefined;
      if (this.#waiting.length > 0 && this.#credits > 0) this.#sendBatch(stream);
    });
  }

  #sendBatch({ requestId, answerTokens, contextUsedTokens }: Stream): void {
    const changes = this.#waiting;
    const sequence = this.#sequence++;
    this.forget();
    this.#credits = Math.max(0, this.#credits - 1);
    this.#lastBatchAtMs = this.#clock.nowMs();
    const oldestTokenAtMs = this.#oldestTokenAtMs;
    this.#port.post({ kind: "batch", requestId, sequence, changes, answerTokens, contextUsedTokens, oldestTokenAtMs });
  }
}

function charactersOf(change: PartChange): number {
  return change.kind === "append" ? change.text.length : countCharacters([change.part]);
}
