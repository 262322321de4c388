// The tools that the chat's model may call, as a list in JSON. What cannot be read is not used, and the field says what is wrong.
import { useId, type ReactNode } from "react";
import { readTools, type Tool } from "../../../../electron/contract/tools";
import { useApp } from "../../../app/appStore";
import { loadedModel } from "../../model/loadedModel";
import { changeChatSettings, useChatSettings } from "../chatSettings";
import { useChat } from "../chatStore";
import { draftKey } from "../composer/draft";
import { writeTools } from "../structure/structureChoice";
import { toolsLimits } from "../textField/chatLimits";
import { TextField } from "../textField/TextField";
import styles from "./ToolsField.module.css";
import { toolsMistakeWords, toolsWords } from "./toolsWords";
import { setUnfinished, useUnfinished } from "./unfinishedSettings";
import { t } from "../../../../electron/words/language";

const FIELD = "tools";
const EXAMPLE = `[{
  "type": "function",
  "function": {
    "name": "get_weather",
    "parameters": { … }
  }
}]`;

export function ToolsField(): ReactNode {
  const { tools: used, setAside, structure } = useChatSettings();
  const unfinished = useUnfinished(FIELD);
  const chat = useChat(draftKey);
  const hasPlace = useApp(({ engine }) => loadedModel(engine)?.format.hasTools ?? true);
  const id = useId();
  const isOff = used === undefined && setAside?.tools !== undefined;
  const text = unfinished ?? used ?? setAside?.tools ?? "";

  if (!hasPlace) {
    return (
      <div className={styles.field}>
        <h4>{t("Tools")}</h4>
        <p className={styles.note}>
          {text.trim() === ""
            ? t("This model’s chat template doesn’t support tools.")
            : t("This model’s chat template doesn’t support tools. Your list is kept for models that do.")}
        </p>
      </div>
    );
  }

  const reading = readTools(text);
  return (
    <div className={styles.field} data-drop-area>
      <label htmlFor={id}>{t("Tools")}</label>
      <TextField
        id={id}
        owner={chat}
        limits={toolsLimits}
        aria-describedby={`${id}-words`}
        aria-invalid={!reading.ok}
        placeholder={EXAMPLE}
        spellCheck={false}
        rows={7}
        value={text}
        onChange={write}
      />
      <output id={`${id}-words`} className={reading.ok ? styles.note : styles.problem}>
        {reading.ok
          ? toolsInUseWords(reading.tools, isOff, structure !== undefined)
          : [
              toolsMistakeWords(reading.mistake, text),
              used === undefined ? t("Until then, no tools are used.") : t("Until then, the previous version is used."),
            ].join(" ")}
      </output>
    </div>
  );
}

function write(text: string): void {
  const isUsable = readTools(text).ok;
  setUnfinished(FIELD, isUsable ? undefined : text);
  if (isUsable) changeChatSettings((settings) => writeTools(settings, text));
}

function toolsInUseWords(tools: readonly Tool[], isOff: boolean, hasStructure: boolean): string {
  if (tools.length === 0) return t("Tools the model may call: a JSON list, as for OpenAI’s API.");
  const state = isOff
    ? t("They are switched off.")
    : hasStructure
      ? t("An answer with a structure doesn’t call tools.")
      : null;
  return state === null ? toolsWords(tools) : [toolsWords(tools), state].join(" ");
}
