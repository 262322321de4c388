// What the readers of tool calls' bodies share. Engine process.
import { CallId } from "../../contract/parts";
import type { CallSyntax } from "./callSyntax";
import type { PartWriter } from "./PartWriter";
import type { Match } from "./Pattern";
import type { ToolSchemas } from "./ToolSchemas";

export interface Advance {
  /** Characters that need not be given again. */
  consumed: number;
  /** The body has ended, or broke off. */
  isDone: boolean;
}

export interface BodyReader {
  /** `text`: what was not consumed yet, and more. `isFinal`: nothing will follow. */
  advance(text: string, isFinal: boolean): Advance;
}

export interface CallSurroundings {
  syntax: CallSyntax;
  writer: PartWriter;
  tools: ToolSchemas;
  newCallId: () => string;
}

export interface Call {
  id: string;
  name: string;
}

export function callOf({ slots: found }: Match, { newCallId }: CallSurroundings): Call {
  const id = found.id;
  // Where only an id is written, the name is in it: "functions.get_weather:0".
  const name = found.name ?? (id ?? "").replace(/^functions\./u, "").replace(/:\d+$/u, "");
  return { id: ownId(id) ?? newCallId(), name };
}

/** The model's own id, where it is one. */
export function ownId(id: string | undefined): string | undefined {
  const parsed = CallId.safeParse(id);
  return parsed.success ? parsed.data : undefined;
}

/** The index of what is no blank, from `from` on. */
export function skipBlanks(text: string, from: number): number {
  let at = from;
  while (at < text.length && /\s/u.test(text[at] ?? "")) at++;
  return at;
}
