// The shape of `window.facet`: what preload gives to the page, and nothing more.
// Only types and names, no schemas: preload stays one small file.
import type { EventName, EventValue } from "./events";
import type { MethodInput, MethodName, MethodOutcome } from "./methods";

export const CALL_CHANNEL = "facet:call";
export const EVENT_CHANNEL = "facet:event";
export const STREAM_PORT_CHANNEL = "facet:stream-port";
/** Sent by preload with window.postMessage to the page's own origin, the port as its one transferred object. */
export const STREAM_PORT_MESSAGE = "facet:stream-port";

export interface Bridge {
  /** One function per method of contract/methods.ts: facet.call["chats.send"]({ … }). Frozen. */
  readonly call: { readonly [Name in MethodName]: (input: MethodInput<Name>) => Promise<MethodOutcome<Name>> };
  /** Returns the function that unsubscribes. */
  readonly on: <Name extends EventName>(name: Name, listener: (value: EventValue<Name>) => void) => () => void;
}
