// What an answer must be like: JSON by a schema, or text by a grammar.
import { useId, useState, type ReactNode } from "react";
import {
  MAX_STRUCTURE_CHARACTERS,
  type AnswerStructure,
  type ChatSettings,
} from "../../../../electron/contract/sampling";
import { findJsonMistake } from "../../../app/jsonMistake";
import { Segments } from "../../../ui/Segments";
import { changeChatSettings, useChatSettings } from "../chatSettings";
import { useChat } from "../chatStore";
import { draftKey } from "../composer/draft";
import { ownLimits } from "../textField/chatLimits";
import { TextField } from "../textField/TextField";
import styles from "./ToolsField.module.css";
import { setUnfinished, useUnfinished } from "./unfinishedTexts";

type Kind = AnswerStructure["kind"] | "none";

const kinds: readonly (readonly [Kind, string])[] = [
  ["none", "Free"],
  ["json-schema", "JSON"],
  ["grammar", "Grammar"],
];
const examples: Readonly<Record<AnswerStructure["kind"], string>> = {
  "json-schema": `{
  "type": "object",
  "properties": {
    "name": { "type": "string" },
    "age": { "type": "integer" }
  }
}`,
  grammar: 'root ::= "yes" | "no"',
};
const hints: Readonly<Record<Kind, string>> = {
  none: "The model writes what it likes.",
  "json-schema": "The answer is JSON of this schema; thoughts before it are free.",
  grammar: "The answer follows this grammar (GBNF); thoughts before it are free.",
};

export function StructureField(): ReactNode {
  const { structure } = useChatSettings();
  const [chosen, choose] = useState<Kind | null>(null);
  const kind = chosen ?? structure?.kind ?? "none";
  const chat = useChat(draftKey);
  const id = useId();
  const field = `structure ${kind}`;
  const unfinished = useUnfinished(field);
  const used = structure?.kind === kind ? textOf(structure) : undefined;
  const text = unfinished ?? used ?? "";
  const mistake = kind === "none" ? null : mistakeOf(kind, text);

  const change = (next: Kind) => {
    choose(next);
    if (next === "none") changeChatSettings(withoutStructure);
  };
  const write = (next: string) => {
    if (kind === "none") return;
    const isUsable = next.trim() !== "" && mistakeOf(kind, next) === null;
    setUnfinished(field, isUsable ? undefined : next);
    if (isUsable) changeChatSettings((settings) => ({ ...settings, structure: structureOf(kind, next) }));
    else if (next.trim() === "") changeChatSettings(withoutStructure);
  };
  return (
    <fieldset className={styles.field} data-drop-area>
      <legend className={styles.legend}>Structure</legend>
      <Segments value={kind} choices={kinds} onChange={change} />
      {kind === "none" ? null : (
        <TextField
          owner={`${chat} ${kind}`}
          limits={() => ownLimits(kind === "grammar" ? "grammar" : "schema", MAX_STRUCTURE_CHARACTERS)}
          id={id}
          aria-label={kind === "grammar" ? "Grammar" : "JSON schema"}
          rows={7}
          spellCheck={false}
          value={text}
          placeholder={examples[kind]}
          aria-describedby={`${id}-words`}
          aria-invalid={mistake !== null}
          onChange={write}
        />
      )}
      <output id={`${id}-words`} className={mistake === null ? styles.note : styles.problem}>
        {mistake ?? hints[kind]}
      </output>
    </fieldset>
  );
}

/** What the engine says of a grammar is said with the answer. */
function mistakeOf(kind: AnswerStructure["kind"], text: string): string | null {
  if (kind === "grammar" || text.trim() === "") return null;
  const mistake = findJsonMistake(text);
  if (mistake !== null)
    return mistake.isAtEnd
      ? "The schema ends too early."
      : `This is no JSON: line ${mistake.line}, column ${mistake.column}.`;
  return text.trim().startsWith("{") ? null : "A schema is a JSON object.";
}

function structureOf(kind: AnswerStructure["kind"], text: string): AnswerStructure {
  return kind === "grammar" ? { kind, grammar: text } : { kind, schema: text };
}

function textOf(structure: AnswerStructure): string {
  return structure.kind === "grammar" ? structure.grammar : structure.schema;
}

function withoutStructure({ structure: _before, ...settings }: ChatSettings): ChatSettings {
  return settings;
}
