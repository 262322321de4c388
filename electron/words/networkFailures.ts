// What the user has switched off.
import { isNetworkUse } from "../contract/networkUses";
import { downloadKept, nothingChanged, type FailureTable } from "./failureTable";
import { t } from "./language";
import { switchedOffWords } from "./networkWords";

export const networkFailures = {
  "switched-off": ({ details: { use } }) => ({
    happened: isNetworkUse(use) ? switchedOffWords(use) : t("This is switched off in Settings."),
    data: use === "downloads" ? downloadKept() : nothingChanged(),
    advice: t("Switch it on in Settings, Network."),
  }),
} satisfies FailureTable;
