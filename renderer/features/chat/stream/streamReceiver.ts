// Receives tokens on the MessagePort from the engine: checks the sequence, applies what came once per flush, returns credits.
import type { MessageId, RequestId } from "../../../../electron/contract/ids";
import { addChange, type MessagePart, type PartChange } from "../../../../electron/contract/parts";
import { STREAM_CREDITS, StreamToReader, type StreamToEngine } from "../../../../electron/contract/tokenStream";

/** What the receiver needs of a MessagePort. */
export interface StreamPort {
  listen(receive: (data: unknown) => void): void;
  send(message: StreamToEngine): void;
  close(): void;
}

export interface ReceivedChanges {
  readonly changes: readonly PartChange[];
  readonly answerTokens: number;
  readonly contextUsedTokens: number;
  /** Epoch ms with fractions: when the oldest token of these changes left the sampler. */
  readonly oldestTokenAtMs: number;
}

export interface AnswerSink {
  begin(requestId: RequestId, messageId: MessageId, parts: readonly MessagePart[]): void;
  change(received: ReceivedChanges): void;
  end(requestId: RequestId, outcome: "complete" | "stopped" | "failed"): void;
}

export interface ReceiverParts {
  readonly sink: AnswerSink;
  /** Calls back once, soon; returns how to cancel. */
  readonly scheduleFlush: (flush: () => void) => () => void;
  /** The stream on this port is broken; a new port brings the whole text again. */
  readonly askForNewPort: () => void;
}

export interface StreamReceiver {
  /** Replaces and closes the port used before. */
  attach(port: StreamPort): void;
  /** Asks the engine directly to stop; false when no stream with this id is open on the port. */
  stop(requestId: RequestId): boolean;
}

type Batch = Extract<StreamToReader, { kind: "batch" }>;

export function createStreamReceiver({ sink, scheduleFlush, askForNewPort }: ReceiverParts): StreamReceiver {
  let port: StreamPort | null = null;
  let stream: { readonly requestId: RequestId; nextSequence: number } | null = null;
  let waiting: Batch[] = [];
  let cancelFlush: (() => void) | null = null;

  function flush(): void {
    cancelFlush?.();
    cancelFlush = null;
    const first = waiting[0];
    const last = waiting.at(-1);
    if (first === undefined || last === undefined) return;
    const batches = waiting;
    waiting = [];
    const changes: PartChange[] = [];
    for (const change of batches.flatMap((batch) => batch.changes)) addChange(changes, change);
    sink.change({
      changes,
      answerTokens: last.answerTokens,
      contextUsedTokens: last.contextUsedTokens,
      oldestTokenAtMs: first.oldestTokenAtMs,
    });
    for (const batch of batches) port?.send({ kind: "credit", requestId: batch.requestId });
  }

  function drop(): void {
    cancelFlush?.();
    cancelFlush = null;
    waiting = [];
    stream = null;
    port?.close();
    port = null;
  }

  /** Text is missing or unreadable: what is shown stays, and the new port starts with all of it. */
  function giveUp(): void {
    drop();
    askForNewPort();
  }

  function receive(data: unknown): void {
    const parsed = StreamToReader.safeParse(data);
    if (!parsed.success) return giveUp();
    const message = parsed.data;
    if (message.kind === "begin") {
      if (message.sequence !== 0) return giveUp();
      flush();
      stream = { requestId: message.requestId, nextSequence: 1 };
      return sink.begin(message.requestId, message.messageId, message.parts);
    }
    if (stream === null || stream.requestId !== message.requestId || stream.nextSequence !== message.sequence) {
      return giveUp();
    }
    stream.nextSequence += 1;
    if (message.kind === "end") {
      flush();
      stream = null;
      return sink.end(message.requestId, message.outcome);
    }
    waiting.push(message);
    // An engine that ignores its credits is not waited for: the text is needed anyway, a queue is not.
    if (waiting.length > STREAM_CREDITS) flush();
    else cancelFlush ??= scheduleFlush(flush);
  }

  return {
    attach(next) {
      drop();
      port = next;
      next.listen((data) => {
        if (port === next) receive(data);
      });
    },
    stop(requestId) {
      if (port === null || stream?.requestId !== requestId) return false;
      port.send({ kind: "stop", requestId });
      return true;
    },
  };
}
