// Brings the sidebar back; at the left of each page's header while the sidebar is hidden.
import { ActionButton } from "./ActionButton";
import { useSidebarShown } from "./layout";
import { t } from "../../electron/words/language";

export function ShowSidebarButton() {
  return useSidebarShown() ? null : <ActionButton action="toggle-sidebar" name={t("Show sidebar")} />;
}
