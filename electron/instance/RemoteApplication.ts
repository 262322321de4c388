// The application in the process that holds the data folder, over its socket.
import { connect, type Socket } from "node:net";
import { fail, type Outcome } from "../contract/failure";
import { FromInstance, INSTANCE_PROTOCOL, type InstanceAddress, type ToInstance } from "../contract/instanceProtocol";
import type { EventValue, SharedEventName } from "../core/EventStream";
import type { CoreInput, CoreMethodName, CoreOutcome } from "../core/methods/CoreHandlers";
import type { TokenListener } from "../core/supervision/TokenReaders";
import type { ApplicationClient } from "./ApplicationClient";
import { jsonLines, type JsonLines } from "./JsonLines";

const CONNECT_TIMEOUT_MS = 3_000;

/** "gone": nobody listens there. "silent": somebody does, and does not answer. "other-version": of Facet. */
export type ConnectFailure = "gone" | "silent" | "other-version";

type EventListener = (value: never) => void;

export class RemoteApplication implements ApplicationClient {
  readonly #socket: Socket;
  readonly #lines: JsonLines;
  readonly #calls = new Map<number, (outcome: Outcome<unknown>) => void>();
  readonly #listeners = new Map<string, Set<EventListener>>();
  readonly #readers = new Set<TokenListener>();
  readonly #greeting: Promise<"welcome" | ConnectFailure>;
  #greeted: (answer: "welcome" | ConnectFailure) => void = () => undefined;
  #lastCall = 0;
  #work = 0;
  #isClosed = false;

  static async connect({ address, token, protocol }: InstanceAddress): Promise<RemoteApplication | ConnectFailure> {
    if (protocol !== INSTANCE_PROTOCOL) return "other-version";
    const remote = new RemoteApplication(connect(address));
    const timeout = setTimeout(() => remote.#greeted("silent"), CONNECT_TIMEOUT_MS);
    remote.#send({ kind: "hello", protocol, token });
    const answer = await remote.#greeting;
    clearTimeout(timeout);
    if (answer === "welcome") return remote;
    await remote.close();
    return answer;
  }

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.#greeting = new Promise((resolve) => {
      this.#greeted = resolve;
    });
    this.#lines = jsonLines(socket, (message) => this.#received(message));
    socket.on("error", () => socket.destroy());
    socket.on("close", () => this.#closed());
  }

  get isConnected(): boolean {
    return !this.#isClosed;
  }

  async call<Name extends CoreMethodName>(method: Name, input: CoreInput<Name>): Promise<CoreOutcome<Name>> {
    if (this.#isClosed) return fail("application-ended");
    const id = ++this.#lastCall;
    const outcome = new Promise<Outcome<unknown>>((resolve) => this.#calls.set(id, resolve));
    this.#send({ kind: "call", id, method, input });
    // The holder is of the same version (INSTANCE_PROTOCOL): its outcome is this method's.
    return (await outcome) as CoreOutcome<Name>;
  }

  on<Name extends SharedEventName>(event: Name, listener: (value: EventValue<Name>) => void): () => void {
    const listeners = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, listeners);
    if (listeners.size === 0) this.#send({ kind: "subscribe", event });
    listeners.add(listener);
    return () => {
      if (listeners.delete(listener) && listeners.size === 0) this.#send({ kind: "unsubscribe", event });
    };
  }

  readTokens(listener: TokenListener): () => void {
    this.#readers.add(listener);
    this.#send({ kind: "read-tokens", isOn: true });
    return () => {
      if (this.#readers.delete(listener) && this.#readers.size === 0) this.#send({ kind: "read-tokens", isOn: false });
    };
  }

  async during<Result>(work: () => Promise<Result>): Promise<Result> {
    if (++this.#work === 1) this.#send({ kind: "work", isOn: true });
    try {
      return await work();
    } finally {
      if (--this.#work === 0) this.#send({ kind: "work", isOn: false });
    }
  }

  /** Asks a holder that is between two pieces of work to let go of the folder. Nothing else can be asked afterwards. */
  async askForRelease(): Promise<void> {
    this.#send({ kind: "release" });
    await new Promise<void>((resolve) => this.#socket.end(resolve));
  }

  async close(): Promise<void> {
    this.#socket.destroy();
    this.#closed();
  }

  #send(message: ToInstance): void {
    void this.#lines.send(message);
  }

  #received(message: unknown): void {
    const read = FromInstance.safeParse(message);
    if (!read.success) {
      this.#socket.destroy();
      return;
    }
    switch (read.data.kind) {
      case "welcome":
        this.#greeted("welcome");
        break;
      case "refused":
        // With another token the file is of another holder by now.
        this.#greeted(read.data.reason === "protocol" ? "other-version" : "gone");
        break;
      case "outcome": {
        const { id, outcome } = read.data;
        this.#calls.get(id)?.(outcome as Outcome<unknown>);
        this.#calls.delete(id);
        break;
      }
      case "event": {
        const { event, value } = read.data;
        for (const listener of this.#listeners.get(event) ?? []) listener(value as never);
        break;
      }
      case "tokens": {
        const { message: tokens } = read.data;
        for (const listener of this.#readers) void listener(tokens);
        break;
      }
    }
  }

  #closed(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#greeted("gone");
    for (const resolve of this.#calls.values()) resolve(fail("application-ended"));
    this.#calls.clear();
  }
}
