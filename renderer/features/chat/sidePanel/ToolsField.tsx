// The tools that the chat's model may call, as a list in JSON. What cannot be read is not used, and the field says what is wrong.
import { useId, type ReactNode } from "react";
import { readTools } from "../../../../electron/contract/tools";
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
        <h4>Tools</h4>
        <p className={styles.note}>
          This model&apos;s template has no place for tools.
          {text.trim() === "" ? "" : " The chat keeps its list for models that have one."}
        </p>
      </div>
    );
  }

  const reading = readTools(text);
  return (
    <div className={styles.field} data-drop-area>
      <label htmlFor={id}>Tools</label>
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
        {!reading.ok &&
          `${toolsMistakeWords(reading.mistake, text)} Until then ${used === undefined ? "no tools are used" : "the list from before is used"}.`}
        {reading.ok &&
          (reading.tools.length === 0
            ? "What the model may call: a JSON list, as for OpenAI's API."
            : `${toolsWords(reading.tools)}.${stateWords(isOff, structure !== undefined)}`)}
      </output>
    </div>
  );
}

function write(text: string): void {
  const isUsable = readTools(text).ok;
  setUnfinished(FIELD, isUsable ? undefined : text);
  if (isUsable) changeChatSettings((settings) => writeTools(settings, text));
}

function stateWords(isOff: boolean, hasStructure: boolean): string {
  if (isOff) return " They are switched off.";
  return hasStructure ? " An answer that is held to a structure calls none." : "";
}
