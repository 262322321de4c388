// What an answer must be like: JSON by a schema, or text by a grammar.
import { useMemo, type ReactNode } from "react";
import type { AnswerStructure, ChatSettings } from "../../../../electron/contract/sampling";
import { Segments } from "../../../ui/Segments";
import { changeChatSettings, useChatSettings } from "../chatSettings";
import styles from "../sidePanel/ToolsField.module.css";
import { setUnfinished, useUnfinished } from "../sidePanel/unfinishedSettings";
import { findFormMistake } from "./findFormMistake";
import { readSchemaForm, writeSchemaForm, type SchemaForm } from "./schemaForm";
import { SchemaFormFields } from "./SchemaFormFields";
import { chooseStructure, structureOf, structureOfKind, structureText, writeStructure } from "./structureChoice";
import { checkStructure, ignoredKeywordsText } from "./checkStructure";
import { StructureText } from "./StructureText";
import { t } from "../../../../electron/words/language";

type Kind = AnswerStructure["kind"] | "none";

const kinds = (): readonly (readonly [Kind, string])[] => [
  ["none", t("Free@@an answer without a structure")],
  ["json-schema", "JSON"],
  ["grammar", t("Grammar (GBNF)")],
];
const views = (): readonly (readonly ["form" | "text", string])[] => [
  ["form", t("Form")],
  ["text", t("JSON schema")],
];
const WORDS_ID = "structure-words";

export function StructureField(): ReactNode {
  const settings = useChatSettings();
  const chosenKind = useUnfinished("structure-kind");
  const kind = settings.structure?.kind ?? chosenKind ?? "none";
  return (
    <>
      <fieldset className={styles.field} data-drop-area>
        <legend className={styles.legend}>{t("Structure")}</legend>
        <Segments value={kind} choices={kinds()} onChange={choose} />
        {kind === "none" && <p className={styles.note}>{freeWords(settings)}</p>}
        {kind === "grammar" && <GrammarField />}
      </fieldset>
      {kind === "json-schema" && <SchemaField />}
    </>
  );
}

function GrammarField(): ReactNode {
  const { text, untilThen } = useStructureText("grammar");
  const { mistake } = checkStructure("grammar", text);
  return (
    <>
      <StructureText
        kind="grammar"
        text={text}
        isWrong={mistake !== null}
        wordsId={WORDS_ID}
        onChange={(next) => write("grammar", next, checkStructure("grammar", next).mistake === null)}
      />
      <Words mistake={mistake} untilThen={untilThen}>
        {t("The answer follows this grammar. Thinking before it is free.")}
      </Words>
    </>
  );
}

function SchemaField(): ReactNode {
  const { text, untilThen } = useStructureText("json-schema");
  const draft = useUnfinished("schema-form");
  const chosenView = useUnfinished("schema-view");
  const check = checkStructure("json-schema", text);
  const reading = useMemo(() => readSchemaForm(text), [text]);
  const form = draft ?? (reading.ok ? reading.form : null);
  const formMistake = draft === undefined ? null : findFormMistake(draft);
  const mistake = formMistake?.words ?? check.mistake;
  const isForm = form !== null && chosenView !== "text";
  return (
    <fieldset className={styles.field} data-drop-area>
      <legend className="visually-hidden">{t("Shown as")}</legend>
      <Segments
        value={isForm ? "form" : "text"}
        choices={views()}
        isDisabled={(view) => view === "form" && form === null}
        onChange={(view) => setUnfinished("schema-view", view)}
      />
      {isForm ? (
        <SchemaFormFields form={form} mistake={formMistake} wordsId={WORDS_ID} onChange={writeForm} />
      ) : (
        <StructureText
          kind="json-schema"
          text={text}
          isWrong={mistake !== null}
          wordsId={WORDS_ID}
          onChange={(next) => {
            setUnfinished("schema-form", undefined);
            // Where the text becomes one that a form could show, it stays a text until the user wants the form.
            setUnfinished("schema-view", "text");
            write("json-schema", next, checkStructure("json-schema", next).mistake === null);
          }}
        />
      )}
      <Words mistake={mistake} untilThen={untilThen}>
        {[
          t("The answer is JSON that follows this schema. Thinking before it is free."),
          t("The model doesn’t see the schema, so ask for what you want."),
          ignoredKeywordsText(check.ignored),
          reading.ok ? null : reading.reason,
        ]
          .filter((sentence) => sentence !== null)
          .join(" ")}
      </Words>
    </fieldset>
  );
}

interface WordsProps {
  readonly mistake: string | null;
  /** What holds until the mistake is mended: a sentence, or "". */
  readonly untilThen: string;
  readonly children: ReactNode;
}

function Words({ mistake, untilThen, children }: WordsProps): ReactNode {
  return (
    <output id={WORDS_ID} className={mistake === null ? styles.note : styles.problem}>
      {mistake === null ? children : `${mistake} ${untilThen}`}
    </output>
  );
}

/** As it is on screen, and what holds while that cannot be used. */
function useStructureText(kind: AnswerStructure["kind"]): { text: string; untilThen: string } {
  const settings = useChatSettings();
  const unfinished = useUnfinished(kind);
  const kept = structureOfKind(settings, kind);
  return {
    text: unfinished ?? (kept === undefined ? "" : structureText(kept)),
    untilThen:
      unfinished === undefined
        ? ""
        : settings.structure === undefined
          ? t("Until then, the answer is free.")
          : t("Until then, the previous version is used."),
  };
}

function choose(kind: Kind): void {
  setUnfinished("structure-kind", kind === "none" ? undefined : kind);
  changeChatSettings((settings) => chooseStructure(settings, kind));
}

function write(kind: AnswerStructure["kind"], text: string, isUsable: boolean): void {
  // The field stays when nothing in it can be used.
  setUnfinished("structure-kind", kind);
  setUnfinished(kind, isUsable ? undefined : text);
  if (isUsable)
    changeChatSettings((settings) =>
      writeStructure(settings, kind, text.trim() === "" ? undefined : structureOf(kind, text)),
    );
}

function writeForm(form: SchemaForm): void {
  setUnfinished("schema-form", form);
  const text = writeSchemaForm(form);
  const mistake = findFormMistake(form) ?? checkStructure("json-schema", text).mistake;
  write("json-schema", text, mistake === null);
}

function freeWords({ setAside }: ChatSettings): string {
  const [last] = setAside?.structures ?? [];
  if (last === undefined) return t("The model writes freely.");
  return last.kind === "grammar"
    ? t("The model writes freely. Your grammar is kept.")
    : t("The model writes freely. Your schema is kept.");
}
