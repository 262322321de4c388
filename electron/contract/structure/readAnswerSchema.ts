// A JSON schema as the user types it: whether answers can be held to it, and to what of it they cannot.
import type { Because, SchemaReason } from "../failureReasons";
import { MAX_STRUCTURE_CHARACTERS } from "../sampling";
import { SchemaError, SchemaGrammar } from "./SchemaGrammar";

export type SchemaReading =
  /** `grammar`: in GBNF. `ignored`: keywords that an answer is not held to. */
  | { readonly ok: true; readonly grammar: string; readonly ignored: readonly string[] }
  | { readonly ok: false; readonly mistake: Because<SchemaReason> };

export function readAnswerSchema(text: string): SchemaReading {
  if (text.length > MAX_STRUCTURE_CHARACTERS)
    return { ok: false, mistake: { reason: "structure-too-long", limit: String(MAX_STRUCTURE_CHARACTERS) } };
  let schema: unknown;
  try {
    schema = JSON.parse(text);
  } catch {
    return { ok: false, mistake: { reason: "not-json" } };
  }
  try {
    const { text: grammar, ignored } = new SchemaGrammar(schema);
    return { ok: true, grammar, ignored };
  } catch (error) {
    if (error instanceof SchemaError) return { ok: false, mistake: error.because };
    throw error;
  }
}
