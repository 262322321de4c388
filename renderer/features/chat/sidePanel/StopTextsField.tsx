// Texts that end an answer, one in each line.
import { useId, type ReactNode } from "react";
import type { ChatSettings } from "../../../../electron/contract/sampling";
import { changeChatSettings, useChatSettings } from "../chatSettings";
import { useChat } from "../chatStore";
import { draftKey } from "../composer/draft";
import { ownLimits } from "../textField/chatLimits";
import { TextField } from "../textField/TextField";
import { MAX_TYPED_CHARACTERS, readStopTexts, writeStopTexts } from "./stopTexts";
import styles from "./ToolsField.module.css";
import { setUnfinished, useUnfinished } from "./unfinishedSettings";
import { t } from "../../../../electron/words/language";

const FIELD = "stop-texts";

export function StopTextsField(): ReactNode {
  const { stopTexts = [] } = useChatSettings();
  const unfinished = useUnfinished(FIELD);
  const chat = useChat(draftKey);
  const id = useId();
  const text = unfinished ?? writeStopTexts(stopTexts);
  const reading = readStopTexts(text);
  return (
    <div className={styles.field} data-drop-area>
      <label htmlFor={id}>{t("Stop texts")}</label>
      <TextField
        owner={chat}
        limits={stopTextsLimits}
        id={id}
        rows={3}
        spellCheck={false}
        value={text}
        placeholder={t("One per line")}
        aria-describedby={`${id}-words`}
        aria-invalid={!reading.ok}
        onChange={write}
        onBlur={() => reading.ok && setUnfinished(FIELD, undefined)}
      />
      <output id={`${id}-words`} className={reading.ok ? styles.note : styles.problem}>
        {reading.ok
          ? t("The answer ends before any of them. {code} stands for a line break.", { code: "\\n" })
          : reading.mistake}
      </output>
    </div>
  );
}

const stopTextsLimits = () => ownLimits(MAX_TYPED_CHARACTERS);

/** As typed while it is being typed: an empty line is where the next text begins. */
function write(text: string): void {
  setUnfinished(FIELD, text);
  const reading = readStopTexts(text);
  if (reading.ok) changeChatSettings((settings) => withStopTexts(settings, reading.texts));
}

function withStopTexts({ stopTexts: _before, ...settings }: ChatSettings, texts: string[]): ChatSettings {
  return texts.length === 0 ? settings : { ...settings, stopTexts: texts };
}
