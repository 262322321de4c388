// Unit and property tests of the stream receiver: a fake port and a flush by hand, no window.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MessageId, RequestId } from "../../../../electron/contract/ids";
import {
  changeParts,
  textOf,
  textParts,
  type MessageParts,
  type PartChange,
} from "../../../../electron/contract/parts";
import { STREAM_CREDITS, type StreamToEngine, type StreamToReader } from "../../../../electron/contract/tokenStream";
import { createLiveAnswerSink, liveAnswer, livePartsOf } from "./liveAnswer";
import { createStreamReceiver, type AnswerSink, type StreamPort } from "./streamReceiver";

const request = RequestId.parse("r1");
const message = MessageId.parse("m1");

class FakePort implements StreamPort {
  listener: ((data: unknown) => void) | null = null;
  sent: StreamToEngine[] = [];
  closed = false;
  listen(receive: (data: unknown) => void): void {
    this.listener = receive;
  }
  send(sent: StreamToEngine): void {
    this.sent.push(sent);
  }
  close(): void {
    this.closed = true;
  }
  receive(data: unknown): void {
    this.listener?.(data);
  }
  get credits(): number {
    return this.sent.filter((sent) => sent.kind === "credit").length;
  }
}

function setUp() {
  const log: string[] = [];
  const state = {
    parts: [] as MessageParts,
    get text() {
      return textOf(this.parts);
    },
    changeCount: 0,
    reconnects: 0,
    scheduled: null as (() => void) | null,
  };
  const sink: AnswerSink = {
    begin: (_request, _message, parts) => {
      state.parts = parts;
      log.push("begin");
    },
    change: ({ changes }) => {
      state.changeCount += changes.length;
      state.parts = changes.reduce<MessageParts>(changeParts, state.parts);
      log.push("change");
    },
    end: (_request, outcome) => log.push(`end ${outcome}`),
  };
  const receiver = createStreamReceiver({
    sink,
    scheduleFlush: (flush) => {
      state.scheduled = flush;
      return () => {
        state.scheduled = null;
      };
    },
    askForNewPort: () => {
      state.reconnects += 1;
    },
  });
  const port = new FakePort();
  receiver.attach(port);
  return { receiver, port, log, state };
}

function begin(text = "", sequence = 0, requestId = request): StreamToReader {
  return { kind: "begin", requestId, messageId: message, sequence, parts: textParts(text) };
}
const append = (text: string): PartChange[] => [{ kind: "append", text }];
function batch(sequence: number, text: string, requestId = request, changes = append(text)): StreamToReader {
  return {
    kind: "batch",
    requestId,
    sequence,
    changes,
    answerTokens: sequence,
    contextUsedTokens: 10 + sequence,
    oldestTokenAtMs: sequence,
  };
}
function end(sequence: number, requestId = request): StreamToReader {
  return { kind: "end", requestId, sequence, outcome: "complete" };
}

describe("the stream receiver", () => {
  it("applies all batches of a frame at once and returns one credit for each, after applying", () => {
    const { port, log, state } = setUp();
    port.receive(begin());
    port.receive(batch(1, "a"));
    port.receive(batch(2, "b"));
    expect(state.text).toBe("");
    expect(port.credits).toBe(0);
    state.scheduled?.();
    expect(state.text).toBe("ab");
    expect(port.credits).toBe(2);
    expect(log).toEqual(["begin", "change"]);
  });

  it("applies the changes of a frame in their order, text joined", () => {
    const { port, state } = setUp();
    const thought = { kind: "thought", text: "Hm", durationMs: 5 } as const;
    port.receive(begin());
    port.receive(
      batch(1, "", request, [{ kind: "open", part: { ...thought, text: "", durationMs: null } }, ...append("H")]),
    );
    port.receive(batch(2, "m"));
    port.receive(
      batch(3, "", request, [
        { kind: "replace", part: thought },
        { kind: "open", part: { kind: "text", text: "" } },
      ]),
    );
    port.receive(batch(4, "So"));
    port.receive(batch(5, "."));
    state.scheduled?.();
    expect(state.parts).toEqual([thought, { kind: "text", text: "So." }]);
    expect(state.changeCount).toBe(5);
  });

  it("applies what waits before the end is reported", () => {
    const { port, log, state } = setUp();
    port.receive(begin("old "));
    port.receive(batch(1, "a"));
    port.receive(end(2));
    expect(state.text).toBe("old a");
    expect(log).toEqual(["begin", "change", "end complete"]);
    expect(state.scheduled).toBeNull();
  });

  it.each([
    ["a gap", batch(2, "x")],
    ["a repetition", batch(0, "x")],
    ["another stream's batch", batch(1, "x", RequestId.parse("other"))],
    ["an end out of sequence", end(5)],
    ["not an object", "hello"],
    ["a part that is none", { ...batch(1, ""), changes: [{ kind: "open", part: { kind: "text" } }] }],
    ["an unknown key", { ...batch(1, "x"), extra: 1 }],
    ["a begin that is not the first", begin("", 3)],
  ])("drops the port and asks for a new one after %s", (_name, bad) => {
    const { port, state } = setUp();
    port.receive(begin("kept"));
    port.receive(bad);
    expect(port.closed).toBe(true);
    expect(state.reconnects).toBe(1);
    expect(state.text).toBe("kept");
    port.receive(batch(1, "late"));
    expect(state.reconnects).toBe(1);
  });

  it("a batch before any begin is a gap", () => {
    const { port, state } = setUp();
    port.receive(batch(1, "x"));
    expect(state.reconnects).toBe(1);
  });

  it("closes the old port when a new one comes, and throws away what waited on it", () => {
    const { receiver, port, state } = setUp();
    port.receive(begin());
    port.receive(batch(1, "doubled"));
    const next = new FakePort();
    receiver.attach(next);
    expect(port.closed).toBe(true);
    next.receive(begin("doubled"));
    state.scheduled?.();
    expect(state.text).toBe("doubled");
    expect(port.credits).toBe(0);
  });

  it("sends stop only for the open stream", () => {
    const { receiver, port } = setUp();
    expect(receiver.stop(request)).toBe(false);
    port.receive(begin());
    expect(receiver.stop(RequestId.parse("other"))).toBe(false);
    expect(receiver.stop(request)).toBe(true);
    expect(port.sent).toEqual([{ kind: "stop", requestId: request }]);
    port.receive(end(1));
    expect(receiver.stop(request)).toBe(false);
  });

  it("does not queue more than the credits allow, whatever the engine does", () => {
    const { port, state } = setUp();
    port.receive(begin());
    for (let sequence = 1; sequence <= STREAM_CREDITS + 1; sequence++) port.receive(batch(sequence, "x"));
    expect(state.text).toBe("x".repeat(STREAM_CREDITS + 1));
  });

  it("loses, doubles and reorders nothing, whenever frames and new ports come", () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant("token" as const), text: fc.string({ maxLength: 5 }) }),
      fc.record({ kind: fc.constant("frame" as const) }),
      fc.record({ kind: fc.constant("new port" as const) }),
      fc.record({ kind: fc.constant("lost message" as const) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const { receiver, port: firstPort, state, log } = setUp();
        let port = firstPort;
        let written = "";
        let sequence = 1;
        let answeredReconnects = 0;
        const reconnect = () => {
          port = new FakePort();
          receiver.attach(port);
          port.receive(begin(written));
          sequence = 1;
          answeredReconnects = state.reconnects;
        };
        port.receive(begin());
        for (const one of steps) {
          if (one.kind === "token") {
            written += one.text;
            port.receive(batch(sequence++, one.text));
          } else if (one.kind === "frame") state.scheduled?.();
          else if (one.kind === "new port") reconnect();
          else sequence += 1;
          if (state.reconnects > answeredReconnects) reconnect();
          expect(written.startsWith(state.text)).toBe(true);
          expect(port.credits).toBeLessThan(sequence);
        }
        port.receive(end(sequence));
        if (state.reconnects > answeredReconnects) {
          reconnect();
          port.receive(end(sequence));
        }
        expect(state.text).toBe(written);
        expect(log.filter((entry) => entry.startsWith("end"))).toHaveLength(1);
      }),
    );
  });
});

describe("the live answer", () => {
  it("keeps message and text after the end, until the next begin", () => {
    let nowMs = 0;
    const sink = createLiveAnswerSink(() => nowMs);
    sink.begin(request, message, []);
    for (let tokens = 1; tokens <= 20; tokens++) {
      nowMs += 100;
      sink.change({ changes: append("x"), answerTokens: tokens, contextUsedTokens: 100 + tokens, oldestTokenAtMs: 0 });
    }
    sink.end(request, "complete");
    expect(liveAnswer.getState()).toMatchObject({
      requestId: null,
      messageId: message,
      parts: textParts("x".repeat(20)),
      contextUsedTokens: 120,
    });
    expect(liveAnswer.getState().tokensPerSecond).toBeCloseTo(10);
    sink.begin(request, message, textParts("again"));
    expect(liveAnswer.getState()).toMatchObject({ parts: textParts("again"), answerTokens: 0, tokensPerSecond: null });
  });
  it("keeps the text of the answer before, until main has told of its end", () => {
    const [first, second, third] = ["first", "second", "third"].map((id) => MessageId.parse(id)) as [
      MessageId,
      MessageId,
      MessageId,
    ];
    const sink = createLiveAnswerSink(() => 0);
    const texts = () =>
      [first, second, third].map((id) => livePartsOf(liveAnswer.getState(), id)).map((parts) => parts && textOf(parts));
    for (const [id, text] of [
      [first, "One"],
      [second, "Two"],
    ] as const) {
      sink.begin(request, id, []);
      sink.change({ changes: append(text), answerTokens: 1, contextUsedTokens: 1, oldestTokenAtMs: 0 });
    }
    expect(texts()).toEqual(["One", "Two", null]);
    // A new port brings the whole text of the same answer again.
    sink.begin(request, second, textParts("Two again"));
    expect(texts()).toEqual(["One", "Two again", null]);
    sink.begin(request, third, []);
    expect(texts()).toEqual([null, "Two again", ""]);
  });
  it("knows when the last part began, as far as this window saw it", () => {
    let nowMs = 5;
    const sink = createLiveAnswerSink(() => nowMs);
    const change = (atMs: number, changes: PartChange[]) => {
      nowMs = atMs;
      sink.change({ changes, answerTokens: 1, contextUsedTokens: 1, oldestTokenAtMs: 0 });
      return liveAnswer.getState().lastPartSinceMs;
    };
    const thought = { kind: "thought", text: "", durationMs: null } as const;
    sink.begin(request, MessageId.parse("seen"), []);
    expect(change(10, [{ kind: "open", part: thought }])).toBe(10);
    expect(change(20, append("Hm"))).toBe(10);
    // A new port, in the same thought and after it.
    sink.begin(request, MessageId.parse("seen"), [{ ...thought, text: "Hm." }]);
    expect(change(30, append(" So"))).toBe(10);
    sink.begin(request, MessageId.parse("seen"), [
      { ...thought, text: "Hm. So.", durationMs: 25 },
      { kind: "text", text: "Yes" },
    ]);
    expect(change(40, append("."))).toBeNull();
    // A chat that was opened while the model thinks.
    sink.begin(request, MessageId.parse("opened"), [{ ...thought, text: "So far" }]);
    expect(change(50, append("…"))).toBeNull();
    expect(
      change(60, [
        { kind: "replace", part: { ...thought, durationMs: 55 } },
        { kind: "open", part: thought },
      ]),
    ).toBe(60);
  });
});
