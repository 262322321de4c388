// What a tool gave, in a message of the user.
import type { ReactNode } from "react";
import type { ToolResultPart } from "../../../../electron/contract/parts";
import { CodeBlock } from "../markdown/CodeBlock";
import { Fold } from "./Fold";
import { preview, resultHeading, tidied } from "./partWords";
import styles from "./ToolCall.module.css";

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
          <bdi className={styles.preview}>{text.trim() === "" ? EMPTY_RESULT : preview(text)}</bdi>
        </>
      }
    >
      {() => <Result text={text} />}
    </Fold>
  );
}

function Result({ text }: { readonly text: string }): ReactNode {
  if (text.trim() === "") return <p>{EMPTY_RESULT}</p>;
  const { code, language } = tidied(text);
  return <CodeBlock code={code} language={language} growing={false} wraps={language === ""} />;
}

export const EMPTY_RESULT = "(empty)";
