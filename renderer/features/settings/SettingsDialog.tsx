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
import { Leftovers } from "./Leftovers";
import styles from "./SettingsDialog.module.css";

const themes: readonly (readonly [AppSettings["theme"], string])[] = [
  ["system", "As the system"],
  ["light", "Light"],
  ["dark", "Dark"],
];

export function SettingsDialog() {
  const appVersion = useApp((state) => state.appVersion);
  const electronVersion = useApp((state) => state.electronVersion);
  const dataFolder = useApp((state) => state.dataFolder);
  return (
    <Dialog label="Settings" onClose={closeDialog}>
      <DialogHeader title="Settings" onClose={closeDialog} />
      <div className={styles.rows}>
        <ThemeRow />
        <LanguageRow />
        <div className={styles.row}>
          <div className={styles.words}>
            <b>Keyboard</b>
            <p>Everything in Facet can be done with it.</p>
          </div>
          <Button onClick={() => toggleDialog("shortcuts")}>
            <Keyboard size={14} />
            Show shortcuts
          </Button>
        </div>
        <div className={styles.row}>
          <div className={styles.words}>
            <b>Logs</b>
            <p>What the app did, for when something goes wrong. No words of your chats are in them.</p>
          </div>
          <Button onClick={() => void callOrNotify("app.openLogsFolder", undefined)}>
            <FolderOpen size={14} />
            Open logs folder
          </Button>
        </div>
        <div className={styles.row}>
          <div className={styles.words}>
            <b>Your data</b>
            <p>
              Chats and settings lie in <code className={styles.folder}>{dataFolder}</code>, models where the list of
              installed ones says. Your words are sent nowhere.
            </p>
          </div>
        </div>
        <BackupsRow />
        <Leftovers />
      </div>
      <footer className={styles.versions}>
        Facet {appVersion} · Electron {electronVersion}
      </footer>
    </Dialog>
  );
}

function ThemeRow() {
  const theme = useApp((state) => state.settings.theme);
  return (
    <fieldset className={styles.row}>
      <legend className="visually-hidden">Theme</legend>
      <div className={styles.words} aria-hidden>
        <b>Theme</b>
      </div>
      <Segments value={theme} choices={themes} onChange={(value) => void saveAppSettings({ theme: value })} />
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
