// Words that are made likelier or less likely, or ruled out, one in each row.
import { Plus, X } from "lucide-react";
import { useId, useRef, type ReactNode } from "react";
import { flushSync } from "react-dom";
import {
  MAX_BIAS,
  MAX_BIAS_CHARACTERS,
  MAX_BIASES,
  type ChatSettings,
  type LogitBias,
} from "../../../../electron/contract/sampling";
import { Button } from "../../../ui/Button";
import { IconButton } from "../../../ui/IconButton";
import { changeChatSettings, useChatSettings } from "../chatSettings";
import { biasesOf, biasOfChoice, biasRows, choiceOf, type BiasChoice, type BiasRow } from "./biasRows";
import styles from "./LogitBiasField.module.css";
import { NumberField } from "./NumberField";
import { parseFieldValue } from "./samplingFields";
import { setUnfinished, useUnfinished } from "./unfinishedSettings";
import { t } from "../../../../electron/words/language";
import { sentences } from "../../../../electron/words/sentences";
import { formatCount } from "../../../../electron/words/quantities";

const choices: readonly (readonly [BiasChoice, () => string])[] = [
  ["never", () => t("Never")],
  ["by", () => t("Bias")],
  ["always", () => t("Always")],
];

export function LogitBiasField(): ReactNode {
  const { logitBias = [] } = useChatSettings();
  const unfinished = useUnfinished("logit-bias");
  const rows = unfinished ?? biasRows(logitBias);
  const id = useId();
  const list = useRef<HTMLUListElement>(null);
  const addButton = useRef<HTMLButtonElement>(null);

  const change = (rowId: string, next: Partial<BiasRow>) =>
    write(rows.map((row) => (row.id === rowId ? { ...row, ...next } : row)));
  function add(): void {
    flushSync(() => write([...rows, { id: crypto.randomUUID(), text: "", bias: biasOfChoice.never }]));
    list.current?.querySelector<HTMLElement>("li:last-child input")?.focus(); // not translated
  }
  function remove(rowId: string): void {
    const index = rows.findIndex((row) => row.id === rowId);
    flushSync(() => write(rows.filter((row) => row.id !== rowId)));
    const buttons = list.current?.querySelectorAll<HTMLElement>("[data-remove]");
    (buttons?.[Math.min(index, rows.length - 2)] ?? addButton.current)?.focus();
  }

  return (
    <fieldset className={styles.field} aria-describedby={`${id}-words`}>
      <legend className={styles.legend}>{t("Logit bias")}</legend>
      {rows.length > 0 && (
        <ul ref={list} className={styles.list}>
          {rows.map((row, index) => (
            <li key={row.id} className={styles.row}>
              <input
                className={styles.text}
                aria-label={t("Text {number}", { number: formatCount(index + 1) })}
                placeholder={t("Word or token")}
                maxLength={MAX_BIAS_CHARACTERS}
                spellCheck={false}
                autoComplete="off"
                value={row.text}
                onChange={({ target }) => change(row.id, { text: target.value })}
              />
              <select
                className={styles.choice}
                aria-label={t("How text {number} is chosen", { number: formatCount(index + 1) })}
                value={choiceOf(row.bias)}
                onChange={({ target }) =>
                  change(row.id, {
                    bias: biasOfChoice[choices.find(([choice]) => choice === target.value)?.[0] ?? "by"],
                  })
                }
              >
                {choices.map(([choice, words]) => (
                  <option key={choice} value={choice}>
                    {words()}
                  </option>
                ))}
              </select>
              {choiceOf(row.bias) === "by" && (
                <NumberField
                  label={t("Bias of text {number}", { number: formatCount(index + 1) })}
                  value={row.bias}
                  parse={(text) => parseFieldValue(text, { min: -MAX_BIAS, max: MAX_BIAS, step: 0.1 })}
                  onChange={(bias) => change(row.id, { bias })}
                />
              )}
              <IconButton
                className={styles.remove}
                name={t("Remove text {number}", { number: formatCount(index + 1) })}
                icon={<X size={14} />}
                data-remove
                onClick={() => remove(row.id)}
              />
            </li>
          ))}
        </ul>
      )}
      {rows.length < MAX_BIASES && (
        <Button ref={addButton} look="quiet" className={styles.add} onClick={add}>
          <Plus size={14} aria-hidden />
          {t("Add a text")}
        </Button>
      )}
      <p id={`${id}-words`} className={styles.note}>
        {sentences(
          t("Makes a text likelier, or less likely below 0. Never is −100, Always is 100."),
          t("It applies to each token of the text. {code} stands for a line break.", { code: "\\n" }),
        )}
      </p>
    </fieldset>
  );
}

/** Rows stay as they are on screen; those with a text are the chat's. */
function write(rows: readonly BiasRow[]): void {
  setUnfinished("logit-bias", rows);
  changeChatSettings((settings) => withBiases(settings, biasesOf(rows)));
}

function withBiases({ logitBias: _before, ...settings }: ChatSettings, biases: LogitBias[]): ChatSettings {
  return biases.length === 0 ? settings : { ...settings, logitBias: biases };
}
