// What changed in the application, typed: one stream for every face, and for the application's own parts.
import type { ProcessMemory } from "../contract/engineProtocol";
import type { EventValue as PageEventValue, EventName as PageEventName } from "../contract/events";
import type { LoadedModel } from "../contract/model";
import type { StreamToReader } from "../contract/tokenStream";
import type { Log } from "./LogFile";

/** Commands of a menu are no event of the application. */
export type SharedEventName = Exclude<PageEventName, "menu-command">;

interface InnerEvents {
  /** A new engine process listens: whoever reads tokens connects again. */
  "engine-started": undefined;
  /** For one of the readers of tokens in this process. */
  "token-read": { readerId: string; message: StreamToReader };
  "model-loaded": LoadedModel;
  /** Of the engine process, once a second. */
  "engine-memory": ProcessMemory;
  /** A GPU is left alone from now on. */
  "gpu-unused": undefined;
  /** A model that had ended the engine answered, or is gone. */
  "engine-ends-cleared": undefined;
  /** A download is complete. */
  "model-downloaded": undefined;
}

export type EventName = SharedEventName | keyof InnerEvents;
export type EventValue<Name extends EventName> = Name extends SharedEventName
  ? PageEventValue<Name>
  : Name extends keyof InnerEvents
    ? InnerEvents[Name]
    : never;

type Listener = (value: never) => unknown;

export class EventStream {
  readonly #listeners = new Map<EventName, Set<Listener>>();
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  /** Returns what ends the subscription. */
  on<Name extends EventName>(name: Name, listener: (value: EventValue<Name>) => unknown): () => void {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners);
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  /** Listeners run at once, in the order of their subscription. One that fails is logged and stops nobody. */
  emit<Name extends EventName>(name: Name, value: EventValue<Name>): void {
    const failed = (error: unknown) =>
      this.#log("error", "event listener failed", {
        event: name,
        error: error instanceof Error ? (error.stack ?? error.message) : String(error),
      });
    for (const listener of this.#listeners.get(name) ?? []) {
      try {
        // Only listeners of this very name are in its set.
        const result = (listener as (value: EventValue<Name>) => unknown)(value);
        if (result instanceof Promise) result.catch(failed);
      } catch (error) {
        failed(error);
      }
    }
  }
}
