// What each version brought, as CHANGELOG.md says it: in English, like the releases.
import changelog from "../../../CHANGELOG.md?raw";
import { t } from "../../../electron/words/language";
import { closeDialog } from "../../app/layout";
import { Dialog } from "../../ui/Dialog";
import { DialogHeader } from "../../ui/DialogHeader";
import { Markdown } from "../chat/markdown/Markdown";
import styles from "./WhatsNewDialog.module.css";

/** Without its title: the dialog has one. */
const VERSIONS = changelog.replace(/^# .*\n/u, "");

export function WhatsNewDialog() {
  return (
    <Dialog label={t("What’s new")} onClose={closeDialog}>
      <DialogHeader title={t("What’s new")} onClose={closeDialog} />
      {/* Scrolls with the keyboard, so it takes the focus. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <section className={styles.versions} tabIndex={0} aria-label={t("What’s new")} lang="en">
        <Markdown text={VERSIONS} growing={false} />
      </section>
    </Dialog>
  );
}
