// Whether answers can be held to a schema or a grammar, by the checks that the engine makes too, in words.
import { findGrammarMistake } from "../../../../electron/contract/structure/findGrammarMistake";
import { readAnswerSchema } from "../../../../electron/contract/structure/readAnswerSchema";
import type { AnswerStructure } from "../../../../electron/contract/sampling";
import { languageCode, t } from "../../../../electron/words/language";
import { formatList } from "../../../../electron/words/quantities";
import { becauseWords } from "../../../../electron/words/reasonWords";
import { jsonMistakeWords } from "../sidePanel/toolsWords";

export interface StructureCheck {
  /** One sentence; null: it can be used. */
  readonly mistake: string | null;
  /** Keywords of a schema that an answer is not held to. */
  readonly ignored: readonly string[];
}

const fine: StructureCheck = { mistake: null, ignored: [] };

/** A field asks when a key was pressed and when it is drawn: long grammars take tenths of a second. */
let last: {
  readonly kind: AnswerStructure["kind"];
  readonly text: string;
  readonly language: string;
  readonly check: StructureCheck;
} | null = null;

/** An empty text is none, and no mistake. */
export function checkStructure(kind: AnswerStructure["kind"], text: string): StructureCheck {
  const language = languageCode();
  if (last?.kind !== kind || last.text !== text || last.language !== language)
    last = { kind, text, language, check: check(kind, text) };
  return last.check;
}

function check(kind: AnswerStructure["kind"], text: string): StructureCheck {
  if (text.trim() === "") return fine;
  if (kind === "grammar") {
    const mistake = findGrammarMistake(text);
    return { mistake: mistake && becauseWords(mistake), ignored: [] };
  }
  const reading = readAnswerSchema(text);
  if (reading.ok) return { mistake: null, ignored: reading.ignored };
  const { mistake } = reading;
  return { mistake: mistake.reason === "not-json" ? jsonMistakeWords(text) : becauseWords(mistake), ignored: [] };
}

/** "Answers don't have to follow “pattern” and “not”."; null: they follow all. */
export function ignoredKeywordsText(ignored: readonly string[]): string | null {
  if (ignored.length === 0) return null;
  return t("Answers don’t have to follow {keywords}.", { keywords: formatList(ignored.map((one) => `“${one}”`)) });
}
