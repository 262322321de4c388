// The application as a command or a program sees it, whether it runs in this process or in the one that holds the data folder.
import type { CoreInput, CoreMethodName, CoreOutcome } from "../core/methods/CoreHandlers";
import type { EventValue, SharedEventName } from "../core/EventStream";
import type { TokenListener } from "../core/supervision/TokenReaders";

export interface ApplicationClient {
  /** An outcome in any case. Failures beside the method's own: "data-folder-busy", "application-ended". */
  call<Name extends CoreMethodName>(method: Name, input: CoreInput<Name>): Promise<CoreOutcome<Name>>;
  /** Returns what ends the subscription. */
  on<Name extends SharedEventName>(event: Name, listener: (value: EventValue<Name>) => void): () => void;
  /** Every token of every answer. Returns what ends the reading. */
  readTokens(listener: TokenListener): () => void;
  /** While `work` runs, the application that does it stays, also when the command that opened it is done. */
  during<Result>(work: () => Promise<Result>): Promise<Result>;
  /** Ends the connection, and the application where it runs in this process. */
  close(): Promise<void>;
}
