// The answer that is being written right now, in a store of its own: a token re-renders its readers and nothing else.
import { createStore, useStore } from "zustand";
import type { MessageId, RequestId } from "../../../../electron/contract/ids";
import { changeParts, type MessageParts } from "../../../../electron/contract/parts";
import type { AnswerSink, ReceivedChanges } from "./streamReceiver";

export interface LiveAnswer {
  readonly requestId: RequestId | null;
  /** Kept after the end, so that the answer stays on screen until main's final message arrives. */
  readonly messageId: MessageId | null;
  readonly parts: MessageParts;
  /** When the last part began, on the clock of the sink; null where that was before this window listened. */
  readonly lastPartSinceMs: number | null;
  /** The one before, side by side: main may not have told of its end when the next one begins. */
  readonly before: { readonly messageId: MessageId; readonly parts: MessageParts } | null;
  readonly answerTokens: number;
  /** Tokens in the context; 0 before the first token. */
  readonly contextUsedTokens: number;
  /** Over the last SPEED_WINDOW_MS; null before there is something to measure. */
  readonly tokensPerSecond: number | null;
}

/** Long enough for a steady number, short enough to follow a slow-down. */
const SPEED_WINDOW_MS = 2000;
/** A number that changes each frame cannot be read. */
const SPEED_UPDATE_MS = 500;

const nothing: LiveAnswer = {
  requestId: null,
  messageId: null,
  parts: [],
  lastPartSinceMs: null,
  before: null,
  answerTokens: 0,
  contextUsedTokens: 0,
  tokensPerSecond: null,
};

export const liveAnswer = createStore<LiveAnswer>()(() => nothing);

/** What the stream brought of a message; null = nothing. */
export function livePartsOf({ messageId, parts, before }: LiveAnswer, id: MessageId): MessageParts | null {
  if (messageId === id) return parts;
  return before?.messageId === id ? before.parts : null;
}

export function useLiveAnswer<Value>(select: (state: LiveAnswer) => Value): Value {
  return useStore(liveAnswer, select);
}

/** Where the stream receiver puts what it receives. `nowMs` is a monotonic clock. */
export function createLiveAnswerSink(nowMs: () => number): AnswerSink {
  let samples: { atMs: number; tokens: number }[] = [];
  let speedUpdatedAtMs = Number.NEGATIVE_INFINITY;

  return {
    begin(requestId, messageId, parts) {
      samples = [];
      speedUpdatedAtMs = Number.NEGATIVE_INFINITY;
      const last = liveAnswer.getState();
      const before =
        last.messageId === null || last.messageId === messageId
          ? last.before
          : { messageId: last.messageId, parts: last.parts };
      // After a new port, the last part may be the one that was begun before.
      const isSame = last.messageId === messageId && last.parts.length === parts.length;
      const lastPartSinceMs = isSame ? last.lastPartSinceMs : null;
      liveAnswer.setState({ ...nothing, requestId, messageId, parts, lastPartSinceMs, before }, true);
    },
    change({ changes, answerTokens, contextUsedTokens }: ReceivedChanges) {
      const atMs = nowMs();
      samples.push({ atMs, tokens: answerTokens });
      samples = samples.filter((sample) => sample.atMs >= atMs - SPEED_WINDOW_MS);
      const before = liveAnswer.getState();
      let { tokensPerSecond } = before;
      if (atMs - speedUpdatedAtMs >= SPEED_UPDATE_MS) {
        tokensPerSecond = measureSpeed(samples) ?? tokensPerSecond;
        speedUpdatedAtMs = atMs;
      }
      const begins = before.parts.length === 0 || changes.some(({ kind }) => kind === "open");
      liveAnswer.setState({
        lastPartSinceMs: begins ? atMs : before.lastPartSinceMs,
        parts: changes.reduce<MessageParts>(changeParts, before.parts),
        answerTokens,
        contextUsedTokens,
        tokensPerSecond,
      });
    },
    end() {
      liveAnswer.setState({ requestId: null });
    },
  };
}

function measureSpeed(samples: readonly { atMs: number; tokens: number }[]): number | null {
  const first = samples[0];
  const last = samples.at(-1);
  if (first === undefined || last === undefined || last.atMs - first.atMs < SPEED_UPDATE_MS / 2) return null;
  return ((last.tokens - first.tokens) * 1000) / (last.atMs - first.atMs);
}
