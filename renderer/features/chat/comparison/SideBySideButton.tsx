// In the chat's header: one question to several at once. Where that cannot be had, its name says why.
import type { ReactNode } from "react";
import { ActionButton } from "../../../app/ActionButton";
import { useSideBySide } from "./sideBySide";
import styles from "./SideBySideButton.module.css";
import { t } from "../../../../electron/words/language";

export function SideBySideButton(): ReactNode {
  const { isOn, plan } = useSideBySide();
  const isUnavailable = plan.kind === "unavailable";
  return (
    <ActionButton
      action="toggle-side-by-side"
      className={styles.button}
      name={isUnavailable ? plan.why : t("Side by side")}
      {...(isUnavailable ? { keys: undefined } : {})}
      aria-pressed={isOn}
      aria-disabled={isUnavailable}
    />
  );
}
