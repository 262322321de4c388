// Where set-up could not fetch the Electron that the app is made for: a quiet word, and on request what that means.
import { Popover } from "radix-ui";
import { t } from "../../../electron/words/language";
import { useApp } from "../../app/appStore";
import styles from "./OldChromium.module.css";

export function OldChromium() {
  const running = useApp((state) => state.electronVersion);
  const newer = useApp((state) => state.newerElectronVersion);
  if (newer === null) return null;
  return (
    <Popover.Root>
      <Popover.Trigger className={styles.trigger}>{t("Old Chromium")}</Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          className={styles.content}
          side="top"
          align="end"
          sideOffset={6}
          collisionPadding={8}
          aria-label={t("Old Chromium")}
        >
          <p>
            {t(
              "Facet is made for Electron {newer} and runs in Electron {running}, because the newer one couldn’t be fetched. Its Chromium gets no security fixes any more.",
              { newer, running },
            )}
          </p>
          <p>{t("Your chats and models are safe.")}</p>
          <p>{t("For daily use, get the newer Electron: “npm start” says how.")}</p>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
