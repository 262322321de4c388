// Leads from what is switched off to its switch.
import { Settings } from "lucide-react";
import type { Failure } from "../../electron/contract/failure";
import { t } from "../../electron/words/language";
import { Button } from "../ui/Button";
import { showNetworkSettings } from "./layout";

/** Nothing, for other failures. */
export function SwitchedOffButton({ failure }: { readonly failure: Failure | null | undefined }) {
  return failure?.code === "switched-off" ? (
    <Button onClick={showNetworkSettings}>
      <Settings size={14} />
      {t("Open network settings")}
    </Button>
  ) : null;
}
