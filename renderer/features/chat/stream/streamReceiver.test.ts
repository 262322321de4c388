// Unit and property tests of the stream receiver: a fake port and a flush by hand, no window.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MessageId, RequestId } from "../../../../electron/contract/ids";
import { STREAM_CREDITS, type StreamToEngine, type StreamToWindow } from "../../../../electron/contract/tokenStream";
import { createLiveAnswerSink, liveAnswer, liveTextOf } from "./liveAnswer";
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
  const state = { text: "", reconnects: 0, scheduled: null as (() => void) | null };
  const sink: AnswerSink = {
    begin: (_request, _message, text) => {
      state.text = text;
      log.push("begin");
    },
    append: ({ text }) => {
      state.text += text;
      log.push("append");
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

function begin(text = "", sequence = 0, requestId = request): StreamToWindow {
  return { kind: "begin", requestId, messageId: message, sequence, text };
}
function batch(sequence: number, text: string, requestId = request): StreamToWindow {
  return { kind: "batch", requestId, sequence, text, answerTokens: sequence, contextUsedTokens: 10 + sequence, oldestTokenAtMs: sequence };
}
function end(sequence: number, requestId = request): StreamToWindow {
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
    expect(log).toEqual(["begin", "append"]);
  });

  it("applies what waits before the end is told", () => {
    const { port, log, state } = setUp();
    port.receive(begin("old "));
    port.receive(batch(1, "a"));
    port.receive(end(2));
    expect(state.text).toBe("old a");
    expect(log).toEqual(["begin", "append", "end complete"]);
    expect(state.scheduled).toBeNull();
  });

  it.each([
    ["a gap", batch(2, "x")],
    ["a repetition", batch(0, "x")],
    ["another stream's batch", batch(1, "x", RequestId.parse("other"))],
    ["an end out of sequence", end(5)],
    ["not an object", "hello"],
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
    sink.begin(request, message, "");
    for (let tokens = 1; tokens <= 20; tokens++) {
      nowMs += 100;
      sink.append({ text: "x", answerTokens: tokens, contextUsedTokens: 100 + tokens, oldestTokenAtMs: 0 });
    }
    sink.end(request, "complete");
    expect(liveAnswer.getState()).toMatchObject({ requestId: null, messageId: message, text: "x".repeat(20), contextUsedTokens: 120 });
    expect(liveAnswer.getState().tokensPerSecond).toBeCloseTo(10);
    sink.begin(request, message, "again");
    expect(liveAnswer.getState()).toMatchObject({ text: "again", answerTokens: 0, tokensPerSecond: null });
  });
  it("keeps the text of the answer before, until main has told of its end", () => {
    const [first, second, third] = ["first", "second", "third"].map((id) => MessageId.parse(id)) as [MessageId, MessageId, MessageId];
    const sink = createLiveAnswerSink(() => 0);
    const texts = () => [first, second, third].map((id) => liveTextOf(liveAnswer.getState(), id));
    for (const [id, text] of [[first, "One"], [second, "Two"]] as const) {
      sink.begin(request, id, "");
      sink.append({ text, answerTokens: 1, contextUsedTokens: 1, oldestTokenAtMs: 0 });
    }
    expect(texts()).toEqual(["One", "Two", null]);
    // A new port brings the whole text of the same answer again.
    sink.begin(request, second, "Two again");
    expect(texts()).toEqual(["One", "Two again", null]);
    sink.begin(request, third, "");
    expect(texts()).toEqual([null, "Two again", ""]);
  });
});
