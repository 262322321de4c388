// Long texts that will be sent with a message: a line each, to look into and to take away.
import { FileText, X } from "lucide-react";
import { useState, type ReactNode } from "react";
import { formatCount } from "../../../../electron/words/quantities";
import { IconButton } from "../../../ui/IconButton";
import { ChunkedText } from "../longText/ChunkedText";
import styles from "./LongTexts.module.css";
import { t } from "../../../../electron/words/language";

/** More does not fit into a line. */
const SHOWN_CHARACTERS = 120;

interface LongTextsProps {
  readonly texts: readonly string[];
  readonly onRemove: (index: number) => void;
}

export function LongTexts({ texts, onRemove }: LongTextsProps): ReactNode {
  return (
    <>
      {texts.length > 0 && (
        <ul className={styles.texts} aria-label={t("Long texts")}>
          {texts.map((text, index) => (
            // The same text may be there twice; a line knows nothing but its text and whether it is open.
            <LongText key={index} text={text} onRemove={() => onRemove(index)} />
          ))}
        </ul>
      )}
      <output className="visually-hidden">{texts.length === 0 ? "" : said(texts)}</output>
    </>
  );
}

function LongText({ text, onRemove }: { readonly text: string; readonly onRemove: () => void }): ReactNode {
  const [isOpen, setIsOpen] = useState(false);
  const beginning = text.slice(0, SHOWN_CHARACTERS).trim();
  return (
    <li className={styles.text}>
      <div className={styles.row}>
        <button type="button" className={styles.open} aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
          <FileText size={15} aria-hidden />
          <span className={styles.beginning}>{beginning === "" ? t("Long text") : beginning}</span>
          <span className={styles.size}>
            {t("{count, plural, one {# character} other {# characters}}", { count: text.length })}
          </span>
        </button>
        <IconButton name={t("Remove this text")} icon={<X size={14} aria-hidden />} onClick={onRemove} />
      </div>
      {isOpen && (
        // Focusable, so that the keyboard can scroll it.
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        <section className={styles.all} tabIndex={0} aria-label={t("Full text")}>
          <ChunkedText text={text} />
        </section>
      )}
    </li>
  );
}

function said(texts: readonly string[]): string {
  return t("{count, plural, one {# long text is} other {# long texts are}} sent too, {characters} characters in all", {
    count: texts.length,
    characters: formatCount(texts.reduce((sum, { length }) => sum + length, 0)),
  });
}
