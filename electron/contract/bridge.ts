// The shape of `window.facet`: what preload gives to the page, and nothing more.
// Only types and names, no schemas: preload stays one small file.
import type { EventName, EventValue } from "./events";
import type { MethodInput, MethodName, MethodOutcome } from "./methods";

export const CALL_CHANNEL = "facet:call";
export const EVENT_CHANNEL = "facet:event";
export const STREAM_PORT_CHANNEL = "facet:stream-port";
/** Sent by preload with window.postMessage to the page's own origin, the port as its one transferred object. */
export const STREAM_PORT_MESSAGE = "facet:stream-port";

/** The method that only preload calls, because its input is nothing that a page may make up. */
export const PRELOAD_METHOD = "import.dropped" satisfies MethodName;
export type PageMethodName = Exclude<MethodName, typeof PRELOAD_METHOD>;

/** A browser's File; the contract knows no browser. */
export interface DroppedFile {
  readonly name: string;
}

export interface Bridge {
  /** One function per method of contract/methods.ts: facet.call["chats.send"]({ … }). Frozen. */
  readonly call: { readonly [Name in PageMethodName]: (input: MethodInput<Name>) => Promise<MethodOutcome<Name>> };
  /**
   * Files and folders that the user dropped on the window. Their paths go from preload to main and never come here; files
   * that a page made itself have none and are left out. null = nothing was left.
   */
  readonly importDropped: (files: readonly DroppedFile[]) => Promise<MethodOutcome<"import.dropped"> | null>;
  /** Returns the function that unsubscribes. */
  readonly on: <Name extends EventName>(name: Name, listener: (value: EventValue<Name>) => void) => () => void;
}
