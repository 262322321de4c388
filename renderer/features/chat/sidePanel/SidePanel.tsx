// The open chat's system prompt and sampling settings. Each change is shown at once and saved shortly after.
import { X } from "lucide-react";
import { useEffect, useId, useRef } from "react";
import {
  type ChatSettings,
  defaultSampling,
  MAX_SYSTEM_PROMPT_CHARACTERS,
  type Sampling,
} from "../../../../electron/contract/sampling";
import { useApp } from "../../../app/appStore";
import { toggleSidePanel } from "../../../app/layout";
import { keysOf } from "../../../app/shortcuts";
import { IconButton } from "../../../ui/IconButton";
import { loadedModel } from "../../model/loadedModel";
import { changeChatSettings, saveChatSettings, useChatSettings } from "../chatSettings";
import { useChat } from "../chatStore";
import { OptionalNumberField } from "./OptionalNumberField";
import { SamplingSlider } from "./SamplingSlider";
import { samplingFields } from "./samplingFields";
import styles from "./SidePanel.module.css";

export function SidePanel() {
  const settings = useChatSettings();
  const isNew = useChat((state) => state.chat === null);
  const model = useApp(({ engine }) => loadedModel(engine));
  const defaults = model?.samplingDefaults ?? defaultSampling;
  const panel = useRef<HTMLElement>(null);
  const promptId = useId();
  useEffect(() => () => void saveChatSettings(), []);

  return (
    // Escape closes the panel while it has the focus.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <aside
      ref={panel}
      className={styles.panel}
      aria-label="Chat settings"
      onKeyDown={(event) => {
        if (event.key !== "Escape" || event.defaultPrevented) return;
        event.preventDefault();
        toggleSidePanel();
      }}
    >
      <header className={styles.header}>
        <h2>Chat settings</h2>
        <IconButton
          name="Close chat settings"
          keys={keysOf("toggle-settings-panel")}
          icon={<X size={16} />}
          onClick={toggleSidePanel}
        />
      </header>
      <div className={styles.fields}>
        <div className={styles.prompt}>
          <label htmlFor={promptId}>System prompt</label>
          <textarea
            id={promptId}
            value={settings.systemPrompt}
            maxLength={MAX_SYSTEM_PROMPT_CHARACTERS}
            placeholder="What the model should know or keep to"
            spellCheck={false}
            rows={5}
            onChange={(event) => {
              const systemPrompt = event.target.value;
              changeChatSettings((before) => ({ ...before, systemPrompt }));
            }}
          />
        </div>

        <h3 className={styles.heading}>Sampling</h3>
        {samplingFields.map((field) => (
          <SamplingSlider
            key={field.key}
            field={field}
            value={settings.sampling[field.key]}
            defaultValue={defaults[field.key]}
            onChange={(value) => changeChatSettings((before) => withSampling(before, field.key, value))}
          />
        ))}

        <h3 className={styles.heading}>Answer</h3>
        <OptionalNumberField
          name="Longest answer"
          unit="tokens"
          placeholder="No limit"
          min={1}
          max={1_000_000}
          value={settings.maxTokens}
          onChange={(value) => changeChatSettings((before) => withOptional(before, "maxTokens", value))}
        />
        <OptionalNumberField
          name="Seed"
          placeholder="Random"
          hint="The same seed and settings give the same answer."
          min={0}
          max={0xffff_ffff}
          value={settings.seed}
          onChange={(value) => changeChatSettings((before) => withOptional(before, "seed", value))}
        />
        <p className={styles.note}>
          {isNew
            ? "These become the new chat's own with its first message."
            : "Kept with this chat. They hold from the next answer on."}
          {model !== null && ` Where nothing is set, the values of ${model.name} hold.`}
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
