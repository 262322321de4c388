// How one model is loaded: each setting automatic or set, with the value Facet would choose, and why.
import { useMutation } from "@tanstack/react-query";
import { t } from "../../../electron/words/language";
import { useState } from "react";
import type { Failure, Outcome } from "../../../electron/contract/failure";
import { KvCacheType } from "../../../electron/contract/fit";
import type { ModelId } from "../../../electron/contract/ids";
import {
  isPossible,
  MAX_GPU_LAYERS,
  MAX_LOAD_CONTEXT_TOKENS,
  MAX_THREADS,
  MIN_LOAD_CONTEXT_TOKENS,
  automaticLoadSettings,
  type LoadSettingName,
  type LoadSettings,
  type LoadSettingsView,
} from "../../../electron/contract/loadSettings";
import { setAnswer, useAnswer } from "../../app/answers";
import { useApp } from "../../app/appStore";
import { call, callOrNotify } from "../../app/bridge";
import { failureParagraph, failureText } from "../../../electron/words/failureText";
import { formatBytes, formatNumber } from "../../../electron/words/quantities";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { DialogHeader } from "../../ui/DialogHeader";
import { NumberInput } from "../../ui/NumberInput";
import { readNumber } from "../../ui/numbersOnly";
import { loadedModel } from "../model/loadedModel";
import { fitTone, fitWords } from "../../../electron/words/fitWords";
import { closeLoadSettings, useSettingsOf } from "./loading";
import styles from "./LoadSettingsDialog.module.css";
import { conversationsWords, reasonWords, settingName, settingOrder, valueWords } from "./loadWords";

export function LoadSettingsDialog() {
  const modelId = useSettingsOf();
  return modelId === null ? null : <OneModel key={modelId} modelId={modelId} />;
}

function OneModel({ modelId }: { readonly modelId: ModelId }) {
  const name = useApp(({ models }) => models.find(({ id }) => id === modelId)?.name ?? t("Model"));
  const { answer } = useAnswer("loads.settings", { modelId });
  const saving = useMutation({
    mutationFn: (settings: LoadSettings) => call("loads.saveSettings", { modelId, settings }),
  });
  const failure = failureOf(saving.data) ?? (answer.kind === "failed" ? answer.failure : null);
  const known = answer.kind === "loaded" ? answer.value : null;
  // What was set is shown at once, also where it could not be saved.
  const set = saving.data?.ok === true ? undefined : saving.variables;
  const view = known === null || set === undefined ? known : { ...known, settings: set };

  function save(settings: LoadSettings): void {
    saving.mutate(settings, {
      // Called for the newest change only, so that the answer to an older one does not take a newer one back.
      onSuccess: (outcome) => {
        if (outcome.ok) setAnswer("loads.settings", { modelId }, outcome.value);
      },
    });
  }

  return (
    <Dialog label={t("Load settings of {name}", { name })} onClose={closeLoadSettings}>
      <DialogHeader title={t("Load settings of {name}", { name })} onClose={closeLoadSettings} />
      <div className={styles.content}>
        {failure !== null && (
          <p className={styles.problem} role="alert">
            {failureParagraph(failure)}
          </p>
        )}
        {view === null && failure === null && <output className={styles.waiting}>{t("Reading the model")}</output>}
        {view !== null && <Settings view={view} onSave={save} />}
      </div>
    </Dialog>
  );
}

function failureOf(outcome: Outcome<unknown> | undefined): Failure | null {
  return outcome === undefined || outcome.ok ? null : outcome.failure;
}

interface SettingsProps {
  readonly view: LoadSettingsView;
  readonly onSave: (settings: LoadSettings) => void;
}

function Settings({ view, onSave }: SettingsProps) {
  const { modelId, settings, plan, automatic, lastFailure } = view;
  const loaded = useApp(({ engine }) => loadedModel(engine));
  const isLoaded = loaded?.modelId === modelId;
  const isAutomatic = Object.values(settings).every((value) => value === null);
  const isOther = isLoaded && settingOrder.some((name) => loaded.choice[name] !== plan.choice[name]);
  return (
    <>
      {lastFailure !== null && (
        <p className={styles.problem}>
          {t("The last load failed: {reason}", { reason: failureText(lastFailure.failure).happened })}
        </p>
      )}
      <ul className={styles.rows}>
        {settingOrder.map((name) => (
          <li key={name}>
            <SettingRow name={name} view={view} onSave={onSave} />
            <p className={styles.why}>
              {settings[name] === null
                ? t("Automatic: {value}, {reason}", {
                    value: valueWords(name, plan.choice),
                    reason: reasonWords(plan.reasons[name]),
                  })
                : plan.reasons[name] === "chosen"
                  ? t("Automatic would be {value}: {reason}", {
                      value: valueWords(name, automatic.choice),
                      reason: reasonWords(automatic.reasons[name]),
                    })
                  : t("It will be {value}, {reason}", {
                      value: valueWords(name, plan.choice),
                      reason: reasonWords(plan.reasons[name]),
                    })}
            </p>
          </li>
        ))}
      </ul>
      <p className={styles.why}>{conversationsWords(plan)}</p>
      <p className={styles.fit} data-tone={fitTone(plan.fit)} aria-live="polite">
        <b>{fitWords(plan.fit)}</b>
        {plan.fit.neededBytes !== null && <span>{t("needs {size}", { size: formatBytes(plan.fit.neededBytes) })}</span>}
        {isOther && <span>{t("The loaded model keeps its settings until it is loaded again.")}</span>}
      </p>
      <div className={styles.actions}>
        <Button disabled={isAutomatic} onClick={() => onSave(automaticLoadSettings)}>
          {t("All automatic")}
        </Button>
        <span className={styles.space} />
        <Button onClick={closeLoadSettings}>{t("Close")}</Button>
        <Button
          look="primary"
          onClick={() => {
            void callOrNotify("models.load", { modelId });
            closeLoadSettings();
          }}
        >
          {isLoaded ? t("Load again") : t("Load")}
        </Button>
      </div>
    </>
  );
}

interface SettingRowProps {
  readonly name: LoadSettingName;
  readonly view: LoadSettingsView;
  readonly onSave: (settings: LoadSettings) => void;
}

function SettingRow({ name, view, onSave }: SettingRowProps) {
  const { settings, plan, layers } = view;
  const label = settingName(name);
  switch (name) {
    case "contextSizeTokens":
      return (
        <NumberRow
          label={label}
          unit={t("tokens")}
          min={MIN_LOAD_CONTEXT_TOKENS}
          max={plan.fit.trainContextSizeTokens ?? MAX_LOAD_CONTEXT_TOKENS}
          step={256}
          value={settings.contextSizeTokens}
          automatic={plan.choice.contextSizeTokens}
          onChange={(contextSizeTokens) => onSave({ ...settings, contextSizeTokens })}
        />
      );
    case "gpuLayers":
      return (
        <NumberRow
          label={label}
          min={0}
          max={layers ?? MAX_GPU_LAYERS}
          step={1}
          disabled={plan.fit.machine.gpus.length === 0}
          value={settings.gpuLayers}
          automatic={plan.choice.gpuLayers}
          onChange={(gpuLayers) => onSave({ ...settings, gpuLayers })}
        />
      );
    case "threads":
      return (
        <NumberRow
          label={label}
          min={1}
          max={Math.min(MAX_THREADS, Math.max(1, view.cores))}
          step={1}
          value={settings.threads}
          automatic={plan.choice.threads}
          onChange={(threads) => onSave({ ...settings, threads })}
        />
      );
    case "keyCacheType":
    case "valueCacheType":
      return (
        <ChoiceRow
          label={label}
          value={settings[name] ?? ""}
          options={[
            { value: "", words: t("Automatic") },
            ...KvCacheType.options.map((type) => ({
              value: type,
              words: type,
              impossible:
                plan.reasons[name] === "heads-not-divisible"
                  ? type !== "f16"
                  : !isPossible({ ...settings, [name]: type }),
            })),
          ]}
          onChange={(value) => onSave({ ...settings, [name]: KvCacheType.safeParse(value).data ?? null })}
        />
      );
    case "flashAttention":
    case "mmap":
      return (
        <ChoiceRow
          label={label}
          value={settings[name] === null ? "" : settings[name] ? "on" : "off"}
          options={[
            { value: "", words: t("Automatic") },
            { value: "on", words: t("On") },
            { value: "off", words: t("Off"), impossible: !isPossible({ ...settings, [name]: false }) },
          ]}
          onChange={(value) => onSave({ ...settings, [name]: value === "" ? null : value === "on" })}
        />
      );
  }
}

interface NumberRowProps {
  readonly label: string;
  readonly unit?: string;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly disabled?: boolean;
  readonly value: number | null;
  readonly automatic: number;
  readonly onChange: (value: number | null) => void;
}

/** Empty = automatic. What is typed counts when the field is left. */
function NumberRow({ label, unit, min, max, step, disabled = false, value, automatic, onChange }: NumberRowProps) {
  const [text, setText] = useState<string | null>(null);
  function leave(): void {
    if (text === null) return;
    setText(null);
    const next = held(text);
    if (next !== value) onChange(next);
  }
  function held(typed: string): number | null {
    const number = readNumber(typed, true);
    return number === null ? null : Math.min(max, Math.max(min, Math.round(number)));
  }
  const shown = text ?? (value === null ? "" : formatNumber(value));
  return (
    <label className={styles.row}>
      <span>
        {label}
        {unit !== undefined && <small> {unit}</small>}
      </span>
      <NumberInput
        // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- The browser's own number field freezes on a huge paste.
        role="spinbutton"
        aria-valuemin={min}
        aria-valuemax={max}
        aria-valuenow={held(shown) ?? automatic}
        className={styles.field}
        disabled={disabled}
        placeholder={t("Automatic ({value})", { value: formatNumber(automatic) })}
        value={shown}
        onChange={setText}
        onBlur={leave}
        onKeyDown={(event) => {
          if (event.key === "Enter") leave();
          if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
          event.preventDefault();
          const next = (held(shown) ?? automatic) + (event.key === "ArrowUp" ? step : -step);
          setText(formatNumber(held(String(next)) ?? next));
        }}
      />
    </label>
  );
}

interface ChoiceRowProps {
  readonly label: string;
  readonly value: string;
  readonly options: readonly { readonly value: string; readonly words: string; readonly impossible?: boolean }[];
  readonly onChange: (value: string) => void;
}

function ChoiceRow({ label, value, options, onChange }: ChoiceRowProps) {
  return (
    <label className={styles.row}>
      <span>{label}</span>
      <select className={styles.field} value={value} onChange={({ target }) => onChange(target.value)}>
        {options.map((option) => (
          <option key={option.value} value={option.value} disabled={option.impossible === true}>
            {option.words}
          </option>
        ))}
      </select>
    </label>
  );
}
