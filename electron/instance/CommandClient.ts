// The application for a command: in the process that holds the data folder, else in this one. When a holder ends, or this process lets
// go of the folder, the next call finds the next one.
import { succeed, type Outcome } from "../contract/failure";
import type { EventValue, SharedEventName } from "../core/EventStream";
import type { CoreInput, CoreMethodName, CoreOutcome } from "../core/methods/CoreHandlers";
import type { TokenListener } from "../core/supervision/TokenReaders";
import type { ApplicationClient } from "./ApplicationClient";
import { busyFailure } from "./busyFailure";
import type { HeldApplication } from "./holdDataFolder";
import { readInstanceAddress } from "./instanceAddress";
import { RemoteApplication } from "./RemoteApplication";

/** A holder that starts or ends needs a moment. */
const PATIENCE_MS = 10_000;
const RETRY_MS = 100;
/** Whoever asked for the folder is let first. */
const AFTER_RELEASE_MS = 3_000;

export interface CommandClientOptions {
  folder: string;
  /** As holdDataFolder; null = another process holds the folder. */
  hold: (onReleaseWanted: () => void) => Promise<Outcome<HeldApplication> | null>;
  /** Ending waits for another program that is in the middle of something. */
  onWaiting: () => void;
}

type Connection = { kind: "remote"; application: RemoteApplication } | { kind: "held"; application: HeldApplication };

interface Subscription {
  event: SharedEventName;
  listener: (value: never) => void;
  end: () => void;
}

interface Reader {
  listener: TokenListener;
  end: () => void;
}

export class CommandClient implements ApplicationClient {
  readonly #options: CommandClientOptions;
  readonly #subscriptions = new Set<Subscription>();
  readonly #readers = new Set<Reader>();
  #connection: Connection | null = null;
  #connecting: Promise<Outcome<Connection>> | null = null;
  #work = 0;
  #releasedAtMs = -Infinity;

  constructor(options: CommandClientOptions) {
    this.#options = options;
  }

  /** Whether the application runs in another process; null while it is not connected. */
  get isRemote(): boolean | null {
    return this.#connection === null ? null : this.#connection.kind === "remote";
  }

  /** Failures: those of opening the application, "data-folder-busy". */
  async connect(): Promise<Outcome<undefined>> {
    const connected = await this.#connected();
    return connected.ok ? succeed(undefined) : connected;
  }

  async call<Name extends CoreMethodName>(method: Name, input: CoreInput<Name>): Promise<CoreOutcome<Name>> {
    const connected = await this.#connected();
    return connected.ok ? connected.value.application.call(method, input) : connected;
  }

  on<Name extends SharedEventName>(event: Name, listener: (value: EventValue<Name>) => void): () => void {
    const subscription: Subscription = { event, listener, end: () => undefined };
    this.#subscriptions.add(subscription);
    if (this.#connection !== null) subscribe(subscription, this.#connection);
    return () => {
      this.#subscriptions.delete(subscription);
      subscription.end();
    };
  }

  readTokens(listener: TokenListener): () => void {
    const reader: Reader = { listener, end: () => undefined };
    this.#readers.add(reader);
    if (this.#connection !== null) reader.end = this.#connection.application.readTokens(listener);
    return () => {
      this.#readers.delete(reader);
      reader.end();
    };
  }

  async during<Result>(work: () => Promise<Result>): Promise<Result> {
    this.#work++;
    try {
      await this.#connected();
      const connection = this.#connection;
      return connection?.kind === "remote" ? await connection.application.during(work) : await work();
    } finally {
      this.#work--;
    }
  }

  async close(): Promise<void> {
    const connection = this.#connection;
    if (connection?.kind === "held" && connection.application.isWorkingForOthers) {
      this.#options.onWaiting();
      await connection.application.whenIdle();
    }
    await this.#disconnect();
  }

  async #connected(): Promise<Outcome<Connection>> {
    const connection = this.#connection;
    if (connection !== null && (connection.kind === "held" || connection.application.isConnected))
      return succeed(connection);
    this.#connecting ??= this.#open().finally(() => {
      this.#connecting = null;
    });
    return this.#connecting;
  }

  async #open(): Promise<Outcome<Connection>> {
    const opened = await this.#find();
    if (!opened.ok) return opened;
    this.#connection = opened.value;
    for (const subscription of this.#subscriptions) subscribe(subscription, opened.value);
    for (const reader of this.#readers) reader.end = opened.value.application.readTokens(reader.listener);
    return opened;
  }

  async #find(): Promise<Outcome<Connection>> {
    const { folder, hold } = this.#options;
    for (const givesUpAtMs = Date.now() + PATIENCE_MS; ;) {
      const address = readInstanceAddress(folder);
      const remote = address === null ? "gone" : await RemoteApplication.connect(address);
      if (typeof remote !== "string") return succeed({ kind: "remote", application: remote });
      const isLettingOthers = remote === "gone" && Date.now() - this.#releasedAtMs < AFTER_RELEASE_MS;
      const held = isLettingOthers ? null : await hold(() => void this.#release());
      if (held?.ok) return succeed({ kind: "held", application: held.value });
      if (held !== null) return held;
      if (remote === "other-version" || Date.now() > givesUpAtMs) return { ok: false, failure: busyFailure(folder) };
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }

  /**
   * Lets somebody else have the folder, unless there is work, or words that are in this process alone: whoever asks asks again. The next
   * call connects to them.
   */
  async #release(): Promise<void> {
    const connection = this.#connection;
    const isFree = () =>
      this.#work === 0 &&
      this.#connection === connection &&
      connection?.kind === "held" &&
      !connection.application.isWorkingForOthers;
    if (connection === null || !isFree()) return;
    const unsaved = await connection.application.call("chats.saveUnsaved", undefined);
    if (!unsaved.ok || unsaved.value.answers.length > 0 || !isFree()) return;
    this.#releasedAtMs = Date.now();
    await this.#disconnect();
  }

  async #disconnect(): Promise<void> {
    const connection = this.#connection;
    this.#connection = null;
    for (const subscription of this.#subscriptions) subscription.end();
    for (const reader of this.#readers) reader.end();
    await connection?.application.close();
  }
}

function subscribe(subscription: Subscription, { kind, application }: Connection): void {
  const { event } = subscription;
  // Each listener was given with its own event's name.
  const listener = subscription.listener as (value: EventValue<SharedEventName>) => void;
  subscription.end = kind === "remote" ? application.on(event, listener) : application.events.on(event, listener);
}
