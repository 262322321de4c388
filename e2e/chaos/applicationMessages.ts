// What goes between the run and the process that holds the application.
import type { EventName } from "../../electron/contract/events";
import type { Outcome } from "../../electron/contract/failure";
import type { StreamToReader } from "../../electron/contract/tokenStream";
import type { CoreInput, CoreMethodName } from "../../electron/core/methods/CoreHandlers";

export type ToApplication =
  | { kind: "call"; id: number; name: CoreMethodName; input: CoreInput<CoreMethodName> }
  /** From now on the clock is so much ahead. */
  | { kind: "clock"; aheadMs: number }
  | { kind: "close" };

export type FromApplication =
  | { kind: "opened"; outcome: Outcome<null> }
  | { kind: "outcome"; id: number; outcome: Outcome<unknown> }
  | { kind: "event"; name: EventName; value: unknown }
  | { kind: "token"; message: StreamToReader }
  /** The longest stretch of the JavaScript loop since the last one, in its own CPU time. */
  | { kind: "held"; ms: number; during: string }
  | { kind: "defect"; error: string }
  | { kind: "closed" };
