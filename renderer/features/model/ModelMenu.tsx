// The pill that names the model, and its menu: load another, what the file says of it, choose a file, forget one that was used in place.
import { Box, Check, ChevronDown, CircleAlert, FolderOpen, Info, SlidersHorizontal, Unlink } from "lucide-react";
import { memo } from "react";
import type { InstalledModel, LoadedModel } from "../../../electron/contract/model";
import { useApp } from "../../app/appStore";
import { callOrNotify } from "../../app/bridge";
import { failureText, withFileName } from "../../../electron/words/failureText";
import { typeLine } from "../../../electron/words/typeWords";
import { quantizationOf } from "../../../electron/contract/quantizationOf";
import { formatBytes } from "../../../electron/words/quantities";
import { Menu, MenuItem, MenuLabel, MenuRadioGroup, MenuRadioItem, MenuSeparator } from "../../ui/Menu";
import { openLoadSettings } from "../loading/loading";
import { reasonWords } from "../loading/loadWords";
import { openAbout } from "../models/modelsRoute";
import { formatMark } from "./formatWords";
import { currentModelId, loadedModel } from "./loadedModel";
import styles from "./ModelMenu.module.css";
import { t } from "../../../electron/words/language";

export const ModelMenu = memo(function ModelMenu() {
  const models = useApp((state) => state.models);
  const currentId = useApp(({ engine, settings }) => currentModelId(engine) ?? settings.modelId);
  const loaded = useApp(({ engine }) => loadedModel(engine));
  const mark = loaded === null ? null : formatMark(loaded.format);
  const current = models.find((model) => model.id === currentId);
  const name = loaded?.name ?? current?.name ?? t("No model");
  const forgettable = models.filter((model) => model.origin === "file");

  return (
    <Menu
      trigger={
        <button type="button" className={styles.pill}>
          <Box size={14} />
          <span className="visually-hidden">{t("Model:")}</span>
          <b title={name}>{name}</b>
          {current !== undefined && (
            <span className={styles.facts}>
              {loaded !== null && loaded.quantization !== null && `${loaded.quantization} · `}
              {formatBytes(current.sizeBytes)}
            </span>
          )}
          {mark !== null && (
            <span className={styles.mark} title={mark}>
              <CircleAlert size={13} aria-hidden />
              <span className="visually-hidden">{mark}</span>
            </span>
          )}
          <ChevronDown size={14} />
        </button>
      }
    >
      {models.length > 0 && <MenuLabel>{t("Models on this computer")}</MenuLabel>}
      <MenuRadioGroup
        value={currentId ?? ""}
        onValueChange={(value) => {
          const chosen = models.find((model) => model.id === value);
          if (chosen !== undefined) void callOrNotify("models.load", { modelId: chosen.id });
        }}
      >
        {models.map((model) => (
          <ModelChoice key={model.id} model={model} loaded={loaded?.modelId === model.id ? loaded : null} />
        ))}
      </MenuRadioGroup>
      {models.length > 0 && <MenuSeparator />}
      {current !== undefined && (
        <>
          <MenuItem icon={<Info size={15} />} onSelect={() => openAbout(current.id, "chat")}>
            {t("About this model")}
          </MenuItem>
          <MenuItem icon={<SlidersHorizontal size={15} />} onSelect={() => openLoadSettings(current.id)}>
            {t("Load settings…")}
          </MenuItem>
        </>
      )}
      <MenuItem icon={<FolderOpen size={15} />} onSelect={() => void callOrNotify("models.chooseFile", undefined)}>
        {t("Choose a GGUF file…")}
      </MenuItem>
      {forgettable.map((model) => (
        <MenuItem
          key={model.id}
          icon={<Unlink size={15} />}
          onSelect={() => void callOrNotify("models.forget", { modelId: model.id })}
        >
          <span className={styles.forget}>{t("Forget {name}", { name: model.name })}</span>
        </MenuItem>
      ))}
    </Menu>
  );
});

interface ModelChoiceProps {
  readonly model: InstalledModel;
  /** What the engine says of it, while it is in memory. */
  readonly loaded: LoadedModel | null;
}

function ModelChoice({ model, loaded }: ModelChoiceProps) {
  const mark = loaded === null ? null : formatMark(loaded.format);
  return (
    <MenuRadioItem value={model.id}>
      <span className={styles.check}>
        <Check size={15} />
      </span>
      <span className={styles.choice}>
        <span className={styles.name}>{model.name}</span>
        {model.failure === null ? (
          <>
            <small>{typeLine(quantizationOf(model.fileName), model.sizeBytes)}</small>
            <small>{model.fileName}</small>
          </>
        ) : (
          <small data-failure="">{failureText(withFileName(model.failure, model.fileName)).happened}</small>
        )}
        {loaded !== null && <small>{loadedWords(loaded)}</small>}
        {mark !== null && <small data-mark="">{mark}</small>}
      </span>
    </MenuRadioItem>
  );
}

function loadedWords({ architecture, contextSizeTokens, reasons, choice, threads }: LoadedModel): string {
  return [
    architecture,
    t("context {count, plural, one {# token} other {# tokens}} ({reason})", {
      count: contextSizeTokens,
      reason: reasonWords(reasons.contextSizeTokens),
    }),
    t("KV cache {type}", { type: cacheWords(choice) }),
    t("{count, plural, one {# thread} other {# threads}}", { count: threads }),
  ].join(" · ");
}

function cacheWords({ keyCacheType, valueCacheType }: LoadedModel["choice"]): string {
  return keyCacheType === valueCacheType ? keyCacheType : `${keyCacheType}/${valueCacheType}`;
}
