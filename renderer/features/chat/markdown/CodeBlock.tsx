// A block of code in an answer: language and Copy above, colours when they are ready, never a change of line metrics.
import { memo, type ReactNode } from "react";
import { CopyButton } from "./CopyButton";
import styles from "./CodeBlock.module.css";
import { codeKinds, type HighlightedLine } from "./codeKinds";
import { useHighlightedLines } from "./useHighlightedLines";
import { t } from "../../../../electron/words/language";

/** Above these a block is one piece of plain text: each coloured line is an element of the page. */
const MAX_COLOURED_CHARACTERS = 100_000;
const MAX_COLOURED_LINES = 3000;

export interface CodeBlockProps {
  readonly code: string;
  /** As written after the fence; "" when nothing was. */
  readonly language: string;
  /** The fence is still open: more lines may come. */
  readonly growing: boolean;
  /** Long lines are broken, for what may be prose. */
  readonly wraps?: boolean;
  /** Scrolls in itself from about half the window's height. */
  readonly scrolls?: boolean;
}

export function CodeBlock({ code, language, growing, wraps = false, scrolls = false }: CodeBlockProps): ReactNode {
  const isSmall = code.length <= MAX_COLOURED_CHARACTERS && countLines(code) <= MAX_COLOURED_LINES;
  return (
    <div className={styles.block}>
      <div className={styles.header}>
        <span className={styles.language}>{language === "" ? t("text@@of no programming language") : language}</span>
        <CopyButton text={() => code} label={t("Copy code")} words />
      </div>
      {/* Focusable, so that long lines can be scrolled with the keyboard. */}
      <section
        className={styles.scroll}
        data-scrolls={scrolls || undefined}
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        aria-label={language === "" ? t("Code") : t("Code, {language}", { language })}
      >
        <pre>
          <code className={styles.code} data-wraps={wraps || undefined} dir="ltr" translate="no">
            {isSmall ? <ColouredLines code={code} language={language} growing={growing} /> : code}
          </code>
        </pre>
      </section>
    </div>
  );
}

function ColouredLines({ code, language, growing }: CodeBlockProps): ReactNode {
  const coloured = useHighlightedLines(code, language, growing);
  if (coloured.length === 0) return code;
  return code.split("\n").map((line, index, all) => (
    // Lines are only ever added at the end.
    <Line key={index} text={line} tokens={coloured[index]} isLast={index === all.length - 1} />
  ));
}

interface LineProps {
  readonly text: string;
  readonly tokens: HighlightedLine | undefined;
  readonly isLast: boolean;
}

const Line = memo(function Line({ text, tokens, isLast }: LineProps): ReactNode {
  const end = isLast ? "" : "\n";
  const matches = tokens !== undefined && tokens.map(([part]) => part).join("") === text;
  if (!matches) return text + end;
  return (
    <>
      {tokens.map(([part, kind], index) =>
        kind === 0 ? (
          part
        ) : (
          <span key={index} className={styles[codeKinds[kind] ?? "plain"]}>
            {part}
          </span>
        ),
      )}
      {end}
    </>
  );
});

function countLines(code: string): number {
  let lines = 1;
  for (let at = code.indexOf("\n"); at !== -1; at = code.indexOf("\n", at + 1)) lines += 1;
  return lines;
}
