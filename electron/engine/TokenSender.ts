// The engine's side of the token stream: batches with credits to the window, joined while it is slow. Engine process.
import type { MessageId, RequestId } from "../contract/ids";
import { addChange, changeParts, countCharacters, type MessagePart, type PartChange } from "../contract/parts";
import {
  BATCH_INTERVAL_MS,
  MAX_WAITING_CHARACTERS,
  STREAM_CREDITS,
  StreamToEngine,
  type StreamToWindow,
} from "../contract/tokenStream";

/** A MessagePort as this class needs it, Electron's and Node's alike. */
export interface StreamPort {
  post: (message: StreamToWindow) => void;
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
  requestId: RequestId;
  messageId: MessageId;
  /** All of the answer so far: what a new window begins with. */
  parts: MessagePart[];
  answerTokens: number;
  contextUsedTokens: number;
  // the rest belongs to the port that is connected
  waiting: PartChange[];
  waitingCharacters: number;
  oldestTokenAtMs: number;
  sequence: number;
  credits: number;
  lastBatchAtMs: number;
}

/**
 * One stream at a time. On each port: "begin", batches, exactly one "end", with sequence numbers without gaps.
 * Without a window nothing waits: the text is kept once, for the window that comes next.
 */
export class TokenSender {
  readonly #clock: SenderClock;
  readonly #onStop: (requestId: RequestId) => void;
  #port: StreamPort | undefined;
  #stream: Stream | undefined;
  #cancelTimer: (() => void) | undefined;
  #roomWaiters: (() => void)[] = [];

  constructor(clock: SenderClock, onStop: (requestId: RequestId) => void) {
    this.#clock = clock;
    this.#onStop = onStop;
  }

  /** From now on the window is at the other end of this port; the previous port is closed. */
  connect(port: StreamPort): void {
    const previous = this.#port;
    this.#port = port;
    previous?.close();
    port.onMessage((message) => {
      if (this.#port === port) this.#receive(message);
    });
    port.onClose(() => {
      if (this.#port === port) this.#disconnect();
    });
    if (this.#stream !== undefined) this.#beginOnPort(this.#stream);
    this.#releaseRoom();
  }

  begin(requestId: RequestId, messageId: MessageId): void {
    if (this.#stream !== undefined) throw new Error("a stream is open");
    this.#stream = {
      requestId,
      messageId,
      parts: [],
      answerTokens: 0,
      contextUsedTokens: 0,
      waiting: [],
      waitingCharacters: 0,
      oldestTokenAtMs: 0,
      sequence: 0,
      credits: 0,
      lastBatchAtMs: 0,
    };
    this.#beginOnPort(this.#stream);
  }

  push(sent: SentChanges): void {
    const stream = this.#stream;
    if (stream === undefined) throw new Error("no stream is open");
    for (const change of sent.changes) stream.parts = changeParts(stream.parts, change);
    stream.answerTokens = sent.answerTokens;
    stream.contextUsedTokens = sent.contextUsedTokens;
    if (this.#port === undefined) return;
    if (stream.waiting.length === 0) stream.oldestTokenAtMs = sent.tokenAtMs;
    for (const change of sent.changes) {
      addChange(stream.waiting, change);
      stream.waitingCharacters += charactersOf(change);
    }
    this.#sendWhenDue(stream);
  }

  /** A promise while the window is too far behind; it resolves when there is room, no window, or no stream any more. */
  room(): Promise<void> | undefined {
    if (this.#port === undefined || this.#stream === undefined) return undefined;
    if (this.#stream.waitingCharacters <= MAX_WAITING_CHARACTERS) return undefined;
    return new Promise((resolve) => this.#roomWaiters.push(resolve));
  }

  /** Ends the stream. What waits goes out first, without asking for credit: it is one bounded batch. */
  end(outcome: "complete" | "stopped" | "failed"): void {
    const stream = this.#stream;
    if (stream === undefined) throw new Error("no stream is open");
    if (stream.waiting.length > 0) this.#sendBatch(stream);
    this.#stopTimer();
    this.#stream = undefined;
    this.#port?.post({ kind: "end", requestId: stream.requestId, sequence: stream.sequence, outcome });
    this.#releaseRoom();
  }

  #beginOnPort(stream: Stream): void {
    this.#stopTimer();
    forgetWaiting(stream);
    stream.sequence = 1;
    stream.credits = STREAM_CREDITS;
    stream.lastBatchAtMs = Number.NEGATIVE_INFINITY;
    this.#port?.post({
      kind: "begin",
      requestId: stream.requestId,
      messageId: stream.messageId,
      sequence: 0,
      parts: stream.parts,
    });
  }

  #receive(message: unknown): void {
    const parsed = StreamToEngine.safeParse(message);
    if (!parsed.success) return;
    const stream = this.#stream;
    // What comes late from a stream that has ended means nothing any more.
    if (stream === undefined || parsed.data.requestId !== stream.requestId) return;
    if (parsed.data.kind === "stop") {
      this.#onStop(stream.requestId);
      return;
    }
    stream.credits = Math.min(STREAM_CREDITS, stream.credits + 1);
    this.#sendWhenDue(stream);
  }

  #sendWhenDue(stream: Stream): void {
    if (stream.waiting.length === 0 || stream.credits === 0 || this.#cancelTimer !== undefined) return;
    const waitMs = stream.lastBatchAtMs + BATCH_INTERVAL_MS - this.#clock.nowMs();
    if (waitMs <= 0) {
      this.#sendBatch(stream);
      return;
    }
    this.#cancelTimer = this.#clock.after(waitMs, () => {
      this.#cancelTimer = undefined;
      if (this.#stream === stream && stream.waiting.length > 0 && stream.credits > 0) this.#sendBatch(stream);
    });
  }

  #sendBatch(stream: Stream): void {
    const { requestId, waiting: changes, answerTokens, contextUsedTokens, oldestTokenAtMs, sequence } = stream;
    forgetWaiting(stream);
    stream.sequence++;
    stream.credits = Math.max(0, stream.credits - 1);
    stream.lastBatchAtMs = this.#clock.nowMs();
    this.#port?.post({ kind: "batch", requestId, sequence, changes, answerTokens, contextUsedTokens, oldestTokenAtMs });
    this.#releaseRoom();
  }

  #disconnect(): void {
    this.#port = undefined;
    this.#stopTimer();
    if (this.#stream !== undefined) forgetWaiting(this.#stream);
    this.#releaseRoom();
  }

  #stopTimer(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  #releaseRoom(): void {
    const waiters = this.#roomWaiters;
    this.#roomWaiters = [];
    for (const resolve of waiters) resolve();
  }
}

function forgetWaiting(stream: Stream): void {
  stream.waiting = [];
  stream.waitingCharacters = 0;
}

function charactersOf(change: PartChange): number {
  return change.kind === "append" ? change.text.length : countCharacters([change.part]);
}
