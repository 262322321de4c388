// The stream keeps its promises whatever its readers do: order, no gaps, bounded queues, one end for each.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MessageId, RequestId } from "../contract/ids";
import { changeParts, textOf, textParts, type MessagePart, type PartChange } from "../contract/parts";
import { BATCH_INTERVAL_MS, MAX_WAITING_CHARACTERS, STREAM_CREDITS, StreamToReader } from "../contract/tokenStream";
import { TokenSender, type SenderClock, type StreamPort } from "./TokenSender";

const requestId = RequestId.parse("r1");
const messageId = MessageId.parse("m1");

class FakeClock implements SenderClock {
  now = 1000;
  #timers = new Set<{ at: number; run: () => void }>();
  nowMs = () => this.now;
  after = (delayMs: number, run: () => void) => {
    const timer = { at: this.now + delayMs, run };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  };
  advance(ms: number): void {
    this.now += ms;
    for (const timer of this.#timers) {
      if (timer.at > this.now) continue;
      this.#timers.delete(timer);
      timer.run();
    }
  }
}

/** The window's end: keeps what came, and answers when told to. */
class FakeWindow implements StreamPort {
  received: StreamToReader[] = [];
  closed = false;
  creditsGiven = 0;
  #listener: (message: unknown) => void = () => {};
  #onClose: () => void = () => {};
  post = (message: StreamToReader) => {
    if (this.closed) throw new Error("posted to a closed port");
    this.received.push(StreamToReader.parse(message));
  };
  close = () => void (this.closed = true);
  onMessage = (listener: (message: unknown) => void) => void (this.#listener = listener);
  onClose = (listener: () => void) => void (this.#onClose = listener);
  say(message: unknown): void {
    this.#listener(message);
  }
  credit(id = requestId): void {
    this.creditsGiven++;
    this.say({ kind: "credit", requestId: id });
  }
  goAway(): void {
    this.closed = true;
    this.#onClose();
  }
  batches() {
    return this.received.filter((message) => message.kind === "batch");
  }
  parts(): MessagePart[] {
    return this.received.reduce<MessagePart[]>((parts, message) => {
      if (message.kind === "begin") return message.parts;
      return message.kind === "batch" ? message.changes.reduce(changeParts, parts) : parts;
    }, []);
  }
  text(): string {
    return textOf(this.parts());
  }
}

const append = (text: string): PartChange[] => [{ kind: "append", text }];

function setUp(onStop: (id: RequestId) => void = () => {}) {
  const clock = new FakeClock();
  const sender = new TokenSender(clock, onStop);
  const window = new FakeWindow();
  sender.connect(window);
  let tokens = 0;
  const change = (...changes: PartChange[]) =>
    sender.push({ changes, answerTokens: ++tokens, contextUsedTokens: tokens, tokenAtMs: clock.now });
  const push = (text: string) => change(...append(text));
  return { clock, sender, window, change, push };
}

describe("TokenSender", () => {
  it("sends the first token at once, later ones at most once per frame", () => {
    const { clock, sender, window, push } = setUp();
    sender.begin(requestId, messageId);
    push("a");
    expect(window.text()).toBe("a");
    push("b");
    push("c");
    expect(window.batches()).toHaveLength(1);
    clock.advance(BATCH_INTERVAL_MS);
    expect(window.batches().map(({ changes }) => changes)).toEqual([append("a"), append("bc")]);
    sender.end("complete");
    expect(window.received.map(({ kind, sequence }) => `${kind}${sequence}`)).toEqual([
      "begin0",
      "batch1",
      "batch2",
      "end3",
    ]);
  });

  it("says when the oldest token of a batch was sampled", () => {
    const { clock, sender, window, push } = setUp();
    sender.begin(requestId, messageId);
    push("a");
    clock.advance(5);
    push("b");
    clock.advance(5);
    push("c");
    clock.advance(BATCH_INTERVAL_MS);
    expect(window.batches().map(({ oldestTokenAtMs }) => oldestTokenAtMs)).toEqual([1000, 1005]);
  });

  it("stops sending without credit and joins what waits", () => {
    const { clock, sender, window, push } = setUp();
    sender.begin(requestId, messageId);
    for (let index = 0; index < 50; index++) {
      push("x");
      clock.advance(BATCH_INTERVAL_MS);
    }
    expect(window.batches()).toHaveLength(STREAM_CREDITS);
    window.credit();
    expect(window.batches()).toHaveLength(STREAM_CREDITS + 1);
    expect(window.text()).toBe("x".repeat(50));
  });

  it("drops what waits above the limit, and starts over with all of the text at the next credit", () => {
    const { clock, sender, window, push } = setUp();
    sender.begin(requestId, messageId);
    for (let index = 0; index < STREAM_CREDITS; index++) {
      push("x");
      clock.advance(BATCH_INTERVAL_MS);
    }
    push("y".repeat(MAX_WAITING_CHARACTERS + 1));
    push("z");
    window.credit();
    const whole = "x".repeat(STREAM_CREDITS) + "y".repeat(MAX_WAITING_CHARACTERS + 1) + "z";
    expect(window.received.at(-1)).toEqual({
      kind: "begin",
      requestId,
      messageId,
      sequence: 0,
      parts: textParts(whole),
    });
    push("!");
    expect(window.text()).toBe(`${whole}!`);
    expect(window.received.at(-1)).toMatchObject({ kind: "batch", sequence: 1 });
  });

  it("brings all of the text with the end, also to a reader that never took anything", () => {
    const { sender, window, push } = setUp();
    sender.begin(requestId, messageId);
    for (let index = 0; index < STREAM_CREDITS * 2; index++) push("z");
    push("y".repeat(MAX_WAITING_CHARACTERS + 1));
    sender.end("complete");
    expect(window.text()).toBe("z".repeat(STREAM_CREDITS * 2) + "y".repeat(MAX_WAITING_CHARACTERS + 1));
    expect(window.received.slice(-2).map(({ kind, sequence }) => `${kind}${sequence}`)).toEqual(["begin0", "end1"]);
  });

  it("a slow reader slows no other", () => {
    const { clock, sender, window, push } = setUp();
    const quick = new FakeWindow();
    sender.connect(quick);
    sender.begin(requestId, messageId);
    for (let index = 0; index < STREAM_CREDITS * 3; index++) {
      push("x");
      clock.advance(BATCH_INTERVAL_MS);
      quick.credit();
    }
    expect(window.batches()).toHaveLength(STREAM_CREDITS);
    expect(quick.batches()).toHaveLength(STREAM_CREDITS * 3);
    window.goAway();
    push("!");
    sender.end("complete");
    expect(quick.text()).toBe(`${"x".repeat(STREAM_CREDITS * 3)}!`);
    expect(window.received.at(-1)?.kind).toBe("batch");
  });

  it("a new window begins with all the text", () => {
    const { sender, window, push } = setUp();
    sender.begin(requestId, messageId);
    push("first");
    window.goAway();
    push("last");
    const next = new FakeWindow();
    sender.connect(next);
    sender.end("complete");
    expect(next.text()).toBe("firstlast");
    expect(next.received.map(({ kind }) => kind)).toEqual(["begin", "end"]);
  });

  it("brings thoughts and tool calls whole, joined in a batch or in a window's begin", () => {
    const { clock, sender, window, change, push } = setUp();
    const call = { kind: "tool-call", callId: "c1", name: "weather", arguments: "" } as const;
    sender.begin(requestId, messageId);
    change({ kind: "open", part: { kind: "thought", text: "", durationMs: null } });
    push("H");
    push("m");
    change(
      { kind: "replace", part: { kind: "thought", text: "Hm", durationMs: 5 } },
      { kind: "open", part: { kind: "text", text: "So" } },
    );
    push(".");
    change({ kind: "open", part: call });
    push("{");
    clock.advance(BATCH_INTERVAL_MS);
    const next = new FakeWindow();
    sender.connect(next);
    push("}");
    const whole = [
      { kind: "thought", text: "Hm", durationMs: 5 },
      { kind: "text", text: "So." },
      { ...call, arguments: "{}" },
    ];
    expect(window.batches().map(({ changes }) => changes.length)).toEqual([1, 6]);
    expect(window.parts()).toEqual([...whole.slice(0, 2), { ...call, arguments: "{" }]);
    expect(next.parts()).toEqual(whole);
  });

  it("counts tool calls as what waits", () => {
    const { sender, window, change } = setUp();
    sender.begin(requestId, messageId);
    for (let index = 0; index < 2; index++) {
      change({
        kind: "open",
        part: { kind: "tool-call", callId: "c1", name: "n", arguments: "x".repeat(MAX_WAITING_CHARACTERS) },
      });
    }
    window.credit();
    expect(window.received.map(({ kind }) => kind)).toEqual(["begin", "batch", "begin"]);
  });

  it("hands on a stop of the running stream, and nothing else", () => {
    const stopped: string[] = [];
    const { sender, window, push } = setUp((id) => stopped.push(id));
    sender.begin(requestId, messageId);
    push("a");
    for (const hostile of [
      null,
      7,
      "stop",
      {},
      { kind: "stop" },
      { kind: "stop", requestId: "../x" },
      { kind: "stop", requestId: "r1", more: 1 },
    ])
      window.say(hostile);
    window.say({ kind: "stop", requestId: "another" });
    expect(stopped).toEqual([]);
    window.say({ kind: "stop", requestId });
    expect(stopped).toEqual([requestId]);
  });

  it("cannot be given more credits than there are", () => {
    const { clock, sender, window, push } = setUp();
    sender.begin(requestId, messageId);
    for (let index = 0; index < 100; index++) window.credit();
    for (let index = 0; index < 50; index++) {
      push("x");
      clock.advance(BATCH_INTERVAL_MS);
    }
    expect(window.batches()).toHaveLength(STREAM_CREDITS);
  });

  it("loses nothing in any interleaving of tokens, credits, time, reloads and an end", () => {
    const step = fc.oneof(
      {
        weight: 6,
        arbitrary: fc.record({ kind: fc.constant("push" as const), text: fc.string({ minLength: 1, maxLength: 5 }) }),
      },
      { weight: 1, arbitrary: fc.constant({ kind: "push-much" as const }) },
      { weight: 4, arbitrary: fc.constant({ kind: "credit" as const }) },
      { weight: 4, arbitrary: fc.record({ kind: fc.constant("time" as const), ms: fc.integer({ min: 0, max: 40 }) }) },
      { weight: 1, arbitrary: fc.constant({ kind: "reload" as const }) },
      { weight: 1, arbitrary: fc.constant({ kind: "close" as const }) },
      { weight: 1, arbitrary: fc.constant({ kind: "hostile" as const }) },
    );
    const endings = fc.constantFrom("complete" as const, "stopped" as const, "failed" as const);
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), endings, fc.boolean(), (steps, outcome, connectLate) => {
        const clock = new FakeClock();
        const sender = new TokenSender(clock, () => {});
        let window = new FakeWindow();
        const windows = [window];
        if (!connectLate) sender.connect(window);
        sender.begin(requestId, messageId);
        if (connectLate) sender.connect(window);
        let whole = "";
        let tokens = 0;
        const push = (text: string) => {
          whole += text;
          sender.push({
            changes: append(text),
            answerTokens: ++tokens,
            contextUsedTokens: tokens,
            tokenAtMs: clock.now,
          });
        };
        for (const one of steps) {
          switch (one.kind) {
            case "push":
              push(one.text);
              break;
            case "push-much":
              push("m".repeat(200_000));
              break;
            case "credit":
              if (window.batches().length > window.creditsGiven) window.credit();
              break;
            case "time":
              clock.advance(one.ms);
              break;
            case "close":
              window.goAway();
              break;
            case "hostile":
              window.say({ kind: "credit", requestId: "other" });
              break;
            case "reload":
              window = new FakeWindow();
              windows.push(window);
              sender.connect(window);
              break;
          }
          const inFlight = window.batches().length - window.creditsGiven;
          expect(inFlight).toBeLessThanOrEqual(STREAM_CREDITS);
        }
        sender.end(outcome);
        clock.advance(1000);

        for (const one of windows) {
          if (one.received.length === 0) continue;
          let next = 0;
          for (const { kind, sequence } of one.received) {
            if (kind === "begin") next = 0;
            expect(sequence).toBe(next++);
          }
          expect(one.received[0]).toMatchObject({ kind: "begin" });
          expect(whole.startsWith(one.text())).toBe(true);
          expect(one.received.filter(({ kind }) => kind === "end")).toHaveLength(one.closed ? 0 : 1);
        }
        for (const one of windows.filter(({ closed }) => !closed)) {
          expect(one.text()).toBe(whole);
          expect(one.received.at(-1)).toMatchObject({ kind: "end", outcome });
        }
      }),
      { numRuns: 300 },
    );
  });
});
