// A JSON schema as the user types it: whether answers can be held to it, and to what of it they cannot.
import { MAX_STRUCTURE_CHARACTERS } from "../sampling";
import { SchemaError, SchemaGrammar } from "./SchemaGrammar";

export type SchemaReading =
  /** `grammar`: in GBNF. `ignored`: keywords that an answer is not held to. */
  | { readonly ok: true; readonly grammar: string; readonly ignored: readonly string[] }
  /** `words`: one sentence on what is wrong. */
  | { readonly ok: false; readonly isJson: boolean; readonly words: string };

export function readAnswerSchema(text: string): SchemaReading {
  if (text.length > MAX_STRUCTURE_CHARACTERS)
    return {
      ok: false,
      isJson: true,
      words: `It is longer than ${MAX_STRUCTURE_CHARACTERS.toLocaleString("en-US")} characters.`,
    };
  let schema: unknown;
  try {
    schema = JSON.parse(text);
  } catch {
    return { ok: false, isJson: false, words: "It is not JSON." };
  }
  try {
    const { text: grammar, ignored } = new SchemaGrammar(schema);
    return { ok: true, grammar, ignored };
  } catch (error) {
    if (error instanceof SchemaError) return { ok: false, isJson: true, words: error.message };
    throw error;
  }
}
