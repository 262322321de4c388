// The methods that the application answers itself, whoever asks: the page through main, a command, a program over the socket.
import type { z } from "zod";
import { fail, type Outcome } from "../../contract/failure";
import { localMethods } from "../../contract/localMethods";
import { methods, type MethodName, type WindowMethodName } from "../../contract/methods";
import type { Log } from "../LogFile";

type Table = Omit<typeof methods, WindowMethodName> & typeof localMethods;
export type CoreMethodName = keyof Table;
export type CoreInput<Name extends CoreMethodName> = z.input<Table[Name]["input"]>;
export type CoreParsedInput<Name extends CoreMethodName> = z.output<Table[Name]["input"]>;
export type CoreOutput<Name extends CoreMethodName> = z.output<Table[Name]["output"]>;
export type CoreOutcome<Name extends CoreMethodName> = Outcome<CoreOutput<Name>>;

export type CoreHandlers = {
  readonly [Name in CoreMethodName]: (input: CoreParsedInput<Name>) => CoreOutcome<Name> | Promise<CoreOutcome<Name>>;
};

const table: Readonly<Record<string, { input: z.ZodType }>> = { ...methods, ...localMethods };

/** The page may ask for these; not for what takes paths. */
export function isPageMethod(name: string): name is MethodName {
  return Object.hasOwn(methods, name);
}

/** Parses the input and runs the handler: an answer in any case. Failures: those of the method, "request-invalid", "internal". */
export async function callMethod(
  handlers: Readonly<Record<string, (input: never) => unknown>>,
  name: string,
  input: unknown,
  log: Log,
): Promise<Outcome<unknown>> {
  const parsed = Object.hasOwn(table, name) ? table[name]?.input.safeParse(input) : undefined;
  const handler = Object.hasOwn(handlers, name) ? handlers[name] : undefined;
  if (parsed === undefined || handler === undefined) return refuse("unknown method", log);
  if (!parsed.success) {
    // Where and what kind of mistake, never the value: it may be a message.
    const issues = parsed.error.issues.map(({ path, code }) => `${path.map(String).join(".")}: ${code}`).join("; ");
    return refuse("the input does not fit", log, { method: name, issues });
  }
  try {
    // The schema of this very method has just been applied.
    return (await handler(parsed.data as never)) as Outcome<unknown>;
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : typeof error;
    log("error", "method failed", { method: name, error: text });
    return fail("internal", undefined, error instanceof Error ? error.name : undefined);
  }
}

/** A refusal is an answer and a line in the log, never silence. */
export function refuse(why: string, log: Log, facts: { method?: string; issues?: string } = {}): Outcome<never> {
  log("warn", "call refused", { why, ...facts });
  return fail("request-invalid", undefined, why);
}
