// A schema or a grammar as text.
import type { ReactNode } from "react";
import { MAX_STRUCTURE_CHARACTERS, type AnswerStructure } from "../../../../electron/contract/sampling";
import { useChat } from "../chatStore";
import { draftKey } from "../composer/draft";
import { ownLimits } from "../textField/chatLimits";
import { TextField } from "../textField/TextField";
import { t } from "../../../../electron/words/language";

interface StructureTextProps {
  readonly kind: AnswerStructure["kind"];
  readonly text: string;
  readonly isWrong: boolean;
  /** Of what is said about it. */
  readonly wordsId: string;
  readonly onChange: (text: string) => void;
}

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

export function StructureText({ kind, text, isWrong, wordsId, onChange }: StructureTextProps): ReactNode {
  const chat = useChat(draftKey);
  return (
    <TextField
      owner={`${chat} ${kind}`}
      limits={() => ownLimits(MAX_STRUCTURE_CHARACTERS)}
      aria-label={kind === "grammar" ? t("Grammar") : t("JSON schema")}
      rows={7}
      spellCheck={false}
      value={text}
      placeholder={examples[kind]}
      aria-describedby={wordsId}
      aria-invalid={isWrong}
      onChange={onChange}
    />
  );
}
