// The open chat's settings. Each change is shown at once and saved shortly after.
import { X } from "lucide-react";
import { useEffect, useId, useRef } from "react";
import {
  type ChatSettings,
  defaultSampling,
  MAX_SYSTEM_PROMPT_CHARACTERS,
  type Sampling,
} from "../../../../electron/contract/sampling";
import { ActionButton } from "../../../app/ActionButton";
import { useApp } from "../../../app/appStore";
import { toggleSidePanel } from "../../../app/layout";
import { loadedModel } from "../../model/loadedModel";
import { changeChatSettings, saveChatSettings, useChatSettings } from "../chatSettings";
import { useChat } from "../chatStore";
import { systemPromptLimits } from "../textField/chatLimits";
import { TextField } from "../textField/TextField";
import { StructureField } from "../structure/StructureField";
import { ThinkingFields } from "../thinking/ThinkingFields";
import { AdvancedFold } from "./AdvancedFold";
import { LogitBiasField } from "./LogitBiasField";
import { OptionalNumberField } from "./OptionalNumberField";
import { SamplingSlider } from "./SamplingSlider";
import { advancedSamplingFields, usualSamplingFields, type SamplingField } from "./samplingFields";
import styles from "./SidePanel.module.css";
import { StopTextsField } from "./StopTextsField";
import { ToolsField } from "./ToolsField";
import { t } from "../../../../electron/words/language";
import { sentences } from "../../../../electron/words/sentences";

export function SidePanel() {
  const settings = useChatSettings();
  const chatId = useChat((state) => state.chat?.id ?? "new");
  const model = useApp(({ engine }) => loadedModel(engine));
  const defaults = model?.samplingDefaults ?? defaultSampling;
  const panel = useRef<HTMLElement>(null);
  const promptId = useId();
  useEffect(() => () => void saveChatSettings(), []);
  const slider = (field: SamplingField) => (
    <SamplingSlider
      key={field.key}
      field={field}
      value={settings.sampling[field.key]}
      defaultValue={defaults[field.key]}
      onChange={(value) => changeChatSettings((before) => withSampling(before, field.key, value))}
    />
  );

  return (
    // Escape closes the panel while it has the focus.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <aside
      ref={panel}
      className={styles.panel}
      aria-label={t("Chat settings")}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || event.defaultPrevented) return;
        event.preventDefault();
        toggleSidePanel();
      }}
    >
      <header className={styles.header}>
        <h2>{t("Chat settings")}</h2>
        <ActionButton action="toggle-settings-panel" name={t("Close chat settings")} icon={<X size={16} />} />
      </header>
      <div className={styles.fields}>
        <div className={styles.prompt} data-drop-area>
          <label htmlFor={promptId}>{t("System prompt")}</label>
          <TextField
            id={promptId}
            owner={chatId}
            value={settings.systemPrompt}
            limits={systemPromptLimits}
            maxLength={MAX_SYSTEM_PROMPT_CHARACTERS}
            placeholder={t("What the model should know or stick to")}
            spellCheck={false}
            rows={5}
            onChange={(systemPrompt) => changeChatSettings((before) => ({ ...before, systemPrompt }))}
          />
        </div>

        <ThinkingFields />

        <h3 className={styles.heading}>{t("Sampling")}</h3>
        {usualSamplingFields.map(slider)}

        <h3 className={styles.heading}>{t("Answer")}</h3>
        <OptionalNumberField
          name={t("Longest answer")}
          unit={t("tokens")}
          placeholder={t("No limit")}
          min={1}
          max={1_000_000}
          value={settings.maxTokens}
          onChange={(value) => changeChatSettings((before) => withOptional(before, "maxTokens", value))}
        />
        <OptionalNumberField
          name={t("Seed")}
          placeholder={t("Random")}
          hint={t("The same seed and settings give the same answer.")}
          min={0}
          max={0xffff_ffff}
          value={settings.seed}
          onChange={(value) => changeChatSettings((before) => withOptional(before, "seed", value))}
        />
        <AdvancedFold>
          {advancedSamplingFields.map(slider)}
          <LogitBiasField />
          <StopTextsField />
          <StructureField />
          <ToolsField />
        </AdvancedFold>
        <p className={styles.note}>
          {sentences(
            chatId === "new"
              ? t("These settings are for the chat you are about to start.")
              : t("These settings are for this chat, from the next answer on."),
            model === null ? null : t("Anything not set uses the defaults of {model}.", { model: model.name }),
          )}
        </p>
      </div>
    </aside>
  );
}

function withSampling(settings: ChatSettings, key: keyof Sampling, value: number | undefined): ChatSettings {
  const { [key]: _replaced, ...rest } = settings.sampling;
  return { ...settings, sampling: value === undefined ? rest : { ...rest, [key]: value } };
}

function withOptional(settings: ChatSettings, key: "seed" | "maxTokens", value: number | undefined): ChatSettings {
  const { [key]: _replaced, ...rest } = settings;
  return value === undefined ? rest : { ...rest, [key]: value };
}
