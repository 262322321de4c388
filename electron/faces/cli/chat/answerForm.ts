// The form of answers from a file: a JSON schema, or a grammar. A mistake in it is said before anything is loaded.
import { readFileSync } from "node:fs";
import { findGrammarMistake } from "../../../contract/structure/findGrammarMistake";
import { readAnswerSchema } from "../../../contract/structure/readAnswerSchema";
import type { AnswerStructure } from "../../../contract/sampling";
import { CommandError, EXIT } from "../CommandError";
import type { Output } from "../Output";

export function readSchemaFile(file: string, output: Output): AnswerStructure {
  const schema = readTextFile(file);
  const reading = readAnswerSchema(schema);
  if (!reading.ok) throw new CommandError(`${file} is no JSON schema that answers can be held to. ${reading.words}`);
  if (reading.ignored.length > 0)
    output.remark(`Answers are not held to these keywords of the schema: ${reading.ignored.join(", ")}.`);
  return { kind: "json-schema", schema };
}

export function readGrammarFile(file: string): AnswerStructure {
  const grammar = readTextFile(file);
  const mistake = findGrammarMistake(grammar);
  if (mistake !== null) throw new CommandError(`${file} is no grammar that answers can be held to. ${mistake}`);
  return { kind: "grammar", grammar };
}

function readTextFile(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const isMissing = error instanceof Error && "code" in error && error.code === "ENOENT";
    throw new CommandError(
      isMissing ? `There is no file ${file}.` : `${file} cannot be read.`,
      isMissing ? EXIT.notFound : EXIT.failed,
    );
  }
}
