// What every command works with: the application, where to write, and whether the user has cancelled it.
import type { Application } from "../../core/createApplication";
import type { ApplicationClient } from "../../instance/ApplicationClient";
import type { Output } from "./Output";

/** For lists and verdicts: asks the application that holds the data folder, or reads the folder itself; it writes nothing. */
export type Reader = Pick<Application, "call">;

export interface CommandContext {
  readonly output: Output;
  /** Aborted by Ctrl C, and when nobody reads the output any more. */
  readonly signal: AbortSignal;
  readonly dataFolder: string;
  /** For what writes, loads or generates. */
  application(): Promise<ApplicationClient>;
  reader(): Promise<Reader>;
  /** Until it is called again, Ctrl C does this instead of cancelling the command; null = cancel it. */
  onInterrupt(handler: (() => void) | null): void;
}
