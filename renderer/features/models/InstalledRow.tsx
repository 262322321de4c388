// One installed model: what it is, whether it fits, and what can be done with it.
import {
  Ellipsis,
  FolderOpen,
  Gauge,
  Info,
  Layers,
  Pencil,
  ShieldCheck,
  SlidersHorizontal,
  Trash2,
  Unlink,
  WandSparkles,
} from "lucide-react";
import { t } from "../../../electron/words/language";
import { QUANTIZABLE_WEIGHT_TYPES } from "../../../electron/contract/jobs";
import type { ModelDetails } from "../../../electron/contract/model";
import { useApp } from "../../app/appStore";
import { failureText, withFileName } from "../../../electron/words/failureText";
import { Button } from "../../ui/Button";
import { IconButton } from "../../ui/IconButton";
import { Menu, MenuItem, MenuSeparator } from "../../ui/Menu";
import { showMake } from "../deltas/fineTunesRoute";
import { openLoadSettings } from "../loading/loading";
import { loadedModel } from "../model/loadedModel";
import { FitBar } from "./FitBar";
import { useFit } from "./fits";
import { FitVerdict } from "./FitVerdict";
import { revealModel, verifyModel } from "./installed";
import { InstalledFacts } from "./InstalledFacts";
import styles from "./InstalledRow.module.css";
import { LoadButton } from "./LoadButton";
import { openAbout, openQuality, openQuantize } from "./modelsRoute";
import { SameFileLine } from "./SameFileLine";
import { VerificationLine } from "./VerificationLine";

export type InstalledDialog = "rename" | "delete";

interface InstalledRowProps {
  readonly details: ModelDetails;
  readonly onDialog: (dialog: InstalledDialog) => void;
}

export function InstalledRow({ details, onDialog }: InstalledRowProps) {
  const { model, canVerify, inModelsFolder } = details;
  const loaded = useApp(({ engine }) => loadedModel(engine)?.modelId === model.id);
  const shown = useFit({ kind: "installed", modelId: model.id }, model.failure === null);
  return (
    <li className={styles.row} data-loaded={loaded || undefined}>
      <div className={styles.words}>
        <h2>
          <button type="button" onClick={() => openAbout(model.id, "models")}>
            {model.name}
          </button>
        </h2>
        {loaded && <span className={styles.badge}>{t("Loaded")}</span>}
        <InstalledFacts details={details} />
      </div>
      <div className={styles.actions}>
        {canQuantize(details) && (
          <Button
            aria-label={t("Quantize… {name}", { name: model.name })}
            onClick={() => openQuantize({ kind: "installed", modelId: model.id }, model.name)}
          >
            <WandSparkles size={13} />
            {t("Quantize…")}
          </Button>
        )}
        <LoadButton model={model} />
        <Menu
          align="end"
          trigger={<IconButton name={t("More for {name}", { name: model.name })} icon={<Ellipsis size={16} />} />}
        >
          <MenuItem icon={<Info size={15} />} onSelect={() => openAbout(model.id, "models")}>
            {t("About this model")}
          </MenuItem>
          <MenuItem icon={<SlidersHorizontal size={15} />} onSelect={() => openLoadSettings(model.id)}>
            {t("Load settings")}
          </MenuItem>
          <MenuItem icon={<FolderOpen size={15} />} onSelect={() => revealModel(model.id)}>
            {t("Show the file")}
          </MenuItem>
          <MenuItem icon={<Pencil size={15} />} onSelect={() => onDialog("rename")}>
            {t("Rename")}
          </MenuItem>
          <MenuItem icon={<Gauge size={15} />} disabled={model.failure !== null} onSelect={() => openQuality(model.id)}>
            {t("Measure quality…")}
          </MenuItem>
          <MenuItem icon={<Layers size={15} />} disabled={!canQuantize(details)} onSelect={() => showMake(model.id)}>
            {t("Make a delta of it…")}
          </MenuItem>
          <MenuItem icon={<ShieldCheck size={15} />} disabled={!canVerify} onSelect={() => void verifyModel(model.id)}>
            {t("Verify the file")}
          </MenuItem>
          <MenuSeparator />
          <MenuItem
            danger
            icon={inModelsFolder ? <Trash2 size={15} /> : <Unlink size={15} />}
            onSelect={() => onDialog("delete")}
          >
            {inModelsFolder ? t("Delete") : t("Remove from list")}
          </MenuItem>
        </Menu>
      </div>
      {model.failure === null ? (
        <FitVerdict shown={shown} className={styles.fit} before={<FitBar fit={shown.fit} current={shown.current} />} />
      ) : (
        <p className={styles.problem}>{failureText(withFileName(model.failure, model.fileName)).happened}</p>
      )}
      <SameFileLine details={details} />
      <VerificationLine details={details} />
    </li>
  );
}

function canQuantize({ model, weightType }: ModelDetails): boolean {
  return model.failure === null && weightType !== null && QUANTIZABLE_WEIGHT_TYPES.has(weightType);
}
