// The one gate for calls from the page: checks who calls, from where, what, and how often. Main process; pure, see ipcGate.ts.
import type { Outcome } from "../../contract/failure";
import type { MethodName, MethodOutcome, MethodParsedInput } from "../../contract/methods";
import type { Log } from "../../core/LogFile";
import { callMethod, isPageMethod, refuse } from "../../core/methods/CoreHandlers";
import { isOwnPage } from "./ownPage";

/** Far above what a user can cause, far below what would keep main from its work. */
const MAX_CALLS_AT_ONCE = 300;
const CALLS_PER_SECOND = 100;

export type PageHandlers = {
  readonly [Name in MethodName]: (input: MethodParsedInput<Name>) => MethodOutcome<Name> | Promise<MethodOutcome<Name>>;
};

/** What is needed of Electron's IpcMainInvokeEvent. */
export interface CallEvent {
  readonly sender: unknown;
  /** null when the frame was closed meanwhile. */
  readonly senderFrame: { readonly url: string; readonly parent: unknown } | null;
}

export interface CallGateOptions {
  /** At the time of each call. */
  handlers: () => PageHandlers;
  isOurWindow: (sender: unknown) => boolean;
  log: Log;
  now: () => number;
}

export type CallGate = (event: CallEvent, name: unknown, input: unknown) => Promise<Outcome<unknown>>;

export function createCallGate({ handlers, isOurWindow, log, now }: CallGateOptions): CallGate {
  const isWithinRate = createRateLimit(now);
  return async (event, name, input) => {
    if (!isOurWindow(event.sender)) return refuse("unknown window", log); // not translated
    const frame = event.senderFrame;
    if (frame === null || frame.parent !== null) return refuse("not the top frame", log); // not translated
    if (!isOwnPage(frame.url)) return refuse("foreign page", log); // not translated
    if (!isWithinRate()) return refuse("too many calls", log); // not translated
    // The application has further methods that take paths: not for the page.
    if (typeof name !== "string" || !isPageMethod(name)) return refuse("unknown method", log); // not translated
    return callMethod(handlers(), name, input, log);
  };
}

/** A bucket that calls empty and time fills. */
function createRateLimit(now: () => number): () => boolean {
  let calls = MAX_CALLS_AT_ONCE;
  let lastMs = now();
  return () => {
    const atMs = now();
    calls = Math.min(MAX_CALLS_AT_ONCE, calls + ((atMs - lastMs) / 1_000) * CALLS_PER_SECOND);
    lastMs = atMs;
    if (calls < 1) return false;
    calls -= 1;
    return true;
  };
}
