// The app's own settings: how it looks, where things are, which version this is.
import { FolderOpen, Keyboard } from "lucide-react";
import { useEffect, useRef } from "react";
import type { AppSettings } from "../../../electron/contract/settings";
import { languageName, t } from "../../../electron/words/language";
import { saveAppSettings } from "../../app/appSettings";
import { useApp } from "../../app/appStore";
import { callOrNotify } from "../../app/bridge";
import { closeDialog, toggleDialog } from "../../app/layout";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { DialogHeader } from "../../ui/DialogHeader";
import { Segments } from "../../ui/Segments";
import { BackupsRow } from "./BackupsRow";
import { NetworkSection } from "./NetworkSection";
import { Leftovers } from "./Leftovers";
import styles from "./SettingsDialog.module.css";
import { richText } from "../../ui/richText";

const themes = (): readonly (readonly [AppSettings["theme"], string])[] => [
  ["system", t("System")],
  ["light", t("Light@@theme")],
  ["dark", t("Dark@@theme")],
];

export function SettingsDialog() {
  const appVersion = useApp((state) => state.appVersion);
  const electronVersion = useApp((state) => state.electronVersion);
  const dataFolder = useApp((state) => state.dataFolder);
  return (
    <Dialog label={t("Settings")} onClose={closeDialog}>
      <DialogHeader title={t("Settings")} onClose={closeDialog} />
      <div className={styles.rows}>
        <ThemeRow />
        <LanguageRow />
        <div className={styles.row}>
          <div className={styles.words}>
            <b>{t("Keyboard")}</b>
            <p>{t("Everything in Facet can be done with the keyboard.")}</p>
          </div>
          <Button onClick={() => toggleDialog("shortcuts")}>
            <Keyboard size={14} />
            {t("Show shortcuts")}
          </Button>
        </div>
        <div className={styles.row}>
          <div className={styles.words}>
            <b>{t("Logs")}</b>
            <p>{t("What Facet did, for when something goes wrong. They contain nothing from your chats.")}</p>
          </div>
          <Button onClick={() => void callOrNotify("app.openLogsFolder", undefined)}>
            <FolderOpen size={14} />
            {t("Open logs folder")}
          </Button>
        </div>
        <div className={styles.row}>
          <div className={styles.words}>
            <b>{t("Your data")}</b>
            <p>
              {richText(
                "Chats and settings are stored in <folder>{path}</folder>.",
                { folder: (text) => <code className={styles.folder}>{text}</code> },
                { path: dataFolder },
              )}{" "}
              {t("The Models page shows where each model is stored. What you write is sent nowhere.")}
            </p>
          </div>
        </div>
        <NetworkSection />
        <BackupsRow />
        <Leftovers />
      </div>
      <footer className={styles.versions}>
        <span>
          Facet {appVersion} · Electron {electronVersion}
        </span>
        <Button look="quiet" onClick={() => toggleDialog("whats-new")}>
          {t("What’s new")}
        </Button>
      </footer>
    </Dialog>
  );
}

function ThemeRow() {
  const theme = useApp((state) => state.settings.theme);
  return (
    <fieldset className={styles.row}>
      <legend className="visually-hidden">{t("Theme")}</legend>
      <div className={styles.words} aria-hidden>
        <b>{t("Theme")}</b>
      </div>
      <Segments value={theme} choices={themes()} onChange={(value) => void saveAppSettings({ theme: value })} />
    </fieldset>
  );
}

/** The dialog is drawn anew in the new language; the keyboard's focus stays on the choice. */
let hasJustChosen = false;

function LanguageRow() {
  const setting = useApp((state) => state.settings.language);
  const languages = useApp((state) => state.languages);
  const field = useRef<HTMLSelectElement>(null);
  useEffect(() => {
    if (hasJustChosen) field.current?.focus();
    hasJustChosen = false;
  }, []);
  return (
    <label className={styles.row}>
      <span className={styles.words}>
        <b>{t("Language")}</b>
      </span>
      <select
        ref={field}
        className={styles.choice}
        value={setting}
        onChange={({ target }) => {
          hasJustChosen = true;
          void saveAppSettings({ language: target.value });
        }}
      >
        <option value="system">{t("System")}</option>
        {languages.map((code) => (
          <option key={code} value={code} lang={code}>
            {languageName(code)}
          </option>
        ))}
      </select>
    </label>
  );
}
