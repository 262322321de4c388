// What a tool gave, in a message of the user.
import type { ReactNode } from "react";
import type { ToolResultPart } from "../../../../electron/contract/parts";
import { CodeBlock } from "../markdown/CodeBlock";
import { Fold } from "./Fold";
import { preview, resultHeading, tidied } from "./partWords";
import styles from "./ToolCall.module.css";
import { t } from "../../../../electron/words/language";

export function ToolResult({
  foldKey,
  result: { name, text },
}: {
  readonly foldKey: string;
  readonly result: ToolResultPart;
}): ReactNode {
  return (
    <Fold
      foldKey={foldKey}
      line={
        <>
          <bdi className={styles.heading}>{resultHeading(name)}</bdi>
          <bdi className={styles.preview}>{text.trim() === "" ? emptyResultWords() : preview(text)}</bdi>
        </>
      }
    >
      {() => <Result text={text} />}
    </Fold>
  );
}

function Result({ text }: { readonly text: string }): ReactNode {
  if (text.trim() === "") return <p>{emptyResultWords()}</p>;
  const { code, language } = tidied(text);
  return <CodeBlock code={code} language={language} growing={false} wraps={language === ""} />;
}

export function emptyResultWords(): string {
  return t("(empty)");
}
