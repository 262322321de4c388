// The one door for calls from the page: who calls, from where, what, how often. Main process; pure, see ipcGate.ts.
import { fail, type Outcome } from "../contract/failure";
import { methods, type MethodName, type MethodOutcome, type MethodParsedInput } from "../contract/methods";
import type { Log } from "../services/LogFile";
import { isOwnPage } from "./ownPage";

/** Far above what a person can cause, far below what would keep main from its work. */
const MAX_CALLS_AT_ONCE = 300;
const CALLS_PER_SECOND = 100;

export type Handlers = {
  readonly [Name in MethodName]: (input: MethodParsedInput<Name>) => MethodOutcome<Name> | Promise<MethodOutcome<Name>>;
};

/** What is needed of Electron's IpcMainInvokeEvent. */
export interface CallEvent {
  readonly sender: unknown;
  /** null when the frame was closed meanwhile. */
  readonly senderFrame: { readonly url: string; readonly parent: unknown } | null;
}

export interface CallGateOptions {
  handlers: Handlers;
  isOurWindow: (sender: unknown) => boolean;
  log: Log;
  now: () => number;
}

export type CallGate = (event: CallEvent, name: unknown, input: unknown) => Promise<Outcome<unknown>>;

/** A refusal is an answer and a line in the log, never silence. */
export function createCallGate({ handlers, isOurWindow, log, now }: CallGateOptions): CallGate {
  const isWithinRate = createRateLimit(now);

  function refuse(why: string, facts: { method?: string; issues?: string } = {}) {
    log("warn", "call refused", { why, ...facts });
    return fail("request-invalid", undefined, why);
  }

  async function run<Name extends MethodName>(name: Name, input: unknown): Promise<Outcome<unknown>> {
    const parsed = methods[name].input.safeParse(input);
    if (!parsed.success) {
      // Where and what kind of mistake, never the value: it may be a message.
      const issues = parsed.error.issues.map(({ path, code }) => `${path.map(String).join(".")}: ${code}`).join("; ");
      return refuse("the input does not fit", { method: name, issues });
    }
    try {
      // The schema of this very method has just been applied.
      return await handlers[name](parsed.data as MethodParsedInput<Name>);
    } catch (error) {
      log("error", "method failed", {
        method: name,
        error: error instanceof Error ? (error.stack ?? error.message) : typeof error,
      });
      return fail("internal", undefined, error instanceof Error ? error.name : undefined);
    }
  }

  return async (event, name, input) => {
    if (!isOurWindow(event.sender)) return refuse("unknown window");
    const frame = event.senderFrame;
    if (frame === null || frame.parent !== null) return refuse("not the top frame");
    if (!isOwnPage(frame.url)) return refuse("foreign page");
    if (!isWithinRate()) return refuse("too many calls");
    if (typeof name !== "string" || !isMethodName(name)) return refuse("unknown method");
    return run(name, input);
  };
}

function isMethodName(name: string): name is MethodName {
  return Object.hasOwn(methods, name);
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
