// The list of everything the keyboard can do, from the same table that drives it.
import { type ActionGroup, actionNames, actions } from "../../../electron/contract/actions";
import { actionGroupTitle, actionLabel } from "../../../electron/words/actionWords";
import { t } from "../../../electron/words/language";
import { useApp } from "../../app/appStore";
import { formatChord } from "../../app/keyChord";
import { closeDialog } from "../../app/layout";
import { Dialog } from "../../ui/Dialog";
import { DialogHeader } from "../../ui/DialogHeader";
import styles from "./ShortcutsDialog.module.css";

const groups: readonly ActionGroup[] = ["chat", "chats", "window"];

export function ShortcutsDialog() {
  const platform = useApp((state) => state.platform);
  return (
    <Dialog label={t("Keyboard shortcuts")} onClose={closeDialog}>
      <DialogHeader title={t("Keyboard shortcuts")} onClose={closeDialog} />
      {/* Scrolls with the keyboard, so it takes the focus. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <section className={styles.groups} tabIndex={0} aria-label={t("Shortcuts")}>
        {groups.map((group) => (
          <div key={group}>
            <h3>{actionGroupTitle(group)}</h3>
            <dl>
              {actionNames
                .filter((name) => actions[name].group === group)
                .map((name) => (
                  <div key={name} className={styles.shortcut}>
                    <dt>{actionLabel(name)}</dt>
                    <dd>
                      {actions[name].keys.map((chord) => (
                        <kbd key={chord}>{formatChord(chord, platform)}</kbd>
                      ))}
                    </dd>
                  </div>
                ))}
            </dl>
          </div>
        ))}
      </section>
    </Dialog>
  );
}
