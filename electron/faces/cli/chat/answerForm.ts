// The form of answers from a file: a JSON schema, or a grammar. A mistake in it is said before anything is loaded.
import { readFileSync } from "node:fs";
import { findGrammarMistake } from "../../../contract/structure/findGrammarMistake";
import { readAnswerSchema } from "../../../contract/structure/readAnswerSchema";
import type { AnswerStructure } from "../../../contract/sampling";
import { t } from "../../../words/language";
import { becauseWords } from "../../../words/reasonWords";
import { noFile } from "../chooseByName";
import { CommandError, EXIT } from "../CommandError";
import type { Output } from "../Output";

export function readSchemaFile(file: string, output: Output): AnswerStructure {
  const schema = readTextFile(file);
  const reading = readAnswerSchema(schema);
  if (!reading.ok)
    throw new CommandError(
      t("Answers can’t follow the JSON schema in {file}. {reason}", { file, reason: becauseWords(reading.mistake) }),
    );
  if (reading.ignored.length > 0)
    output.remark(
      t("Answers don’t follow these keywords of the schema: {keywords}.", { keywords: reading.ignored.join(", ") }),
    );
  return { kind: "json-schema", schema };
}

export function readGrammarFile(file: string): AnswerStructure {
  const grammar = readTextFile(file);
  const mistake = findGrammarMistake(grammar);
  if (mistake !== null)
    throw new CommandError(
      t("Answers can’t follow the grammar in {file}. {reason}", { file, reason: becauseWords(mistake) }),
    );
  return { kind: "grammar", grammar };
}

function readTextFile(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const isMissing = error instanceof Error && "code" in error && error.code === "ENOENT";
    throw new CommandError(
      isMissing ? noFile(file) : t("“{file}” cannot be read.", { file }),
      isMissing ? EXIT.notFound : EXIT.failed,
    );
  }
}
