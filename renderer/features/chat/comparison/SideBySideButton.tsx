// In the chat's header: one question to several at once. Where that cannot be had, its name says why.
import { Columns3 } from "lucide-react";
import type { ReactNode } from "react";
import { keysOf } from "../../../app/shortcuts";
import { IconButton } from "../../../ui/IconButton";
import { toggleSideBySide } from "./comparisonActions";
import { useSideBySide } from "./sideBySide";
import styles from "./SideBySideButton.module.css";

export function SideBySideButton(): ReactNode {
  const { isOn, plan } = useSideBySide();
  const isUnavailable = plan.kind === "unavailable";
  return (
    <IconButton
      className={styles.button}
      name={isUnavailable ? plan.why : "Side by side"}
      keys={isUnavailable ? undefined : keysOf("toggle-side-by-side")}
      icon={<Columns3 size={16} />}
      aria-pressed={isOn}
      aria-disabled={isUnavailable}
      onClick={toggleSideBySide}
    />
  );
}
