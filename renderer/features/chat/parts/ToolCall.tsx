// A tool that the model wants to be called: its name and arguments on one line, all of them behind it.
import { Wrench } from "lucide-react";
import type { ReactNode } from "react";
import type { ToolCallPart } from "../../../../electron/contract/parts";
import { CodeBlock } from "../markdown/CodeBlock";
import { Fold } from "./Fold";
import { areArguments, preview, tidied } from "./partWords";
import styles from "./ToolCall.module.css";
import { t } from "../../../../electron/words/language";

interface ToolCallProps {
  readonly foldKey: string;
  readonly call: ToolCallPart;
  readonly isWriting: boolean;
}

export function ToolCall({ foldKey, call, isWriting }: ToolCallProps): ReactNode {
  return (
    <Fold
      foldKey={foldKey}
      line={
        <>
          <Wrench size={13} aria-hidden />
          <span className="visually-hidden">{t("Tool call:")} </span>
          <bdi className={styles.name}>{call.name.trim() === "" ? t("unnamed tool") : call.name}</bdi>
          <bdi className={styles.preview}>{preview(call.arguments)}</bdi>
        </>
      }
    >
      {() => <Arguments call={call} isWriting={isWriting} />}
    </Fold>
  );
}

function Arguments({ call: { arguments: text }, isWriting }: Omit<ToolCallProps, "foldKey">): ReactNode {
  if (!isWriting && text.trim() === "") return <p>{t("No arguments")}</p>;
  const { code, language } = isWriting ? { code: text, language: "json" } : tidied(text);
  return (
    <>
      <CodeBlock code={code} language={language} growing={isWriting} wraps={language === ""} />
      {!isWriting && !areArguments(text) && (
        <p className={styles.mistake}>
          {t("These arguments aren’t a JSON object. They are shown as the model wrote them.")}
        </p>
      )}
    </>
  );
}
