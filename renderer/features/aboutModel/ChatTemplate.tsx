// The source code of a chat template: of the one that is used, and of the file's own where that is another.
import { useState } from "react";
import type { ModelFormat } from "../../../electron/contract/modelFormat";
import { Segments } from "../../ui/Segments";
import { CodeBlock } from "../chat/markdown/CodeBlock";
import { templateOriginWords } from "../../../electron/words/modelFormatWords";
import styles from "./ChatTemplate.module.css";
import { t } from "../../../electron/words/language";

type Which = "used" | "own";

export function ChatTemplate({ format }: { readonly format: ModelFormat }) {
  const { template, unusedTemplate } = format;
  const [which, setWhich] = useState<Which>("used");
  const showsOwn = which === "own" && unusedTemplate !== null;
  return (
    <>
      {unusedTemplate !== null && (
        <fieldset className={styles.choice}>
          <legend className="visually-hidden">{t("Which template is shown")}</legend>
          <Segments<Which>
            value={which}
            choices={[
              ["used", t("In use")],
              ["own", t("In the file")],
            ]}
            onChange={setWhich}
          />
        </fieldset>
      )}
      <p className={styles.words}>
        {showsOwn ? t("From the model’s file. It isn’t used.") : templateOriginWords(format)}
      </p>
      <div className={styles.code}>
        <CodeBlock code={showsOwn ? unusedTemplate : template} language="jinja" growing={false} wraps scrolls />
      </div>
    </>
  );
}
