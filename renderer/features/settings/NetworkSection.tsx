// Everything that may ever leave this computer: what is sent, to whom, and a switch for each.
import { useId } from "react";
import { NETWORK_USES, type NetworkUse } from "../../../electron/contract/networkUses";
import { t } from "../../../electron/words/language";
import { networkWords } from "../../../electron/words/networkWords";
import { saveAppSettings } from "../../app/appSettings";
import { refreshAnswers } from "../../app/answers";
import { useApp } from "../../app/appStore";
import { useLayout } from "../../app/layout";
import { Switch } from "../../ui/Switch";
import { refreshFits } from "../models/fits";
import { retryHubModels } from "../models/hubModels";
import styles from "./NetworkSection.module.css";

export function NetworkSection() {
  const network = useApp((state) => state.settings.network);
  const isWanted = useLayout((state) => state.settingsPart === "network");
  const headingId = useId();

  async function save(use: NetworkUse, on: boolean): Promise<void> {
    await saveAppSettings({ network: { ...network, [use]: on } });
    if (!on) return;
    // What was refused is asked for again where it is still on screen.
    retryHubModels();
    void refreshFits();
    void refreshAnswers("hub.search", "hub.model", "hub.readme", "deltas.lookAtHub");
  }

  return (
    <section
      className={styles.section}
      aria-labelledby={headingId}
      {...(isWanted ? { "data-first-focus": true, tabIndex: -1 } : {})}
    >
      <h3 id={headingId}>{t("Network")}</h3>
      <p>
        {t(
          "Facet uses the network only for what is listed here, and never sends your chats. Servers see your IP address. Facet does not look for updates.",
        )}
      </p>
      {NETWORK_USES.map((use) => {
        const { name, sent } = networkWords(use);
        return <Switch key={use} name={name} words={sent} on={network[use]} onChange={(on) => void save(use, on)} />;
      })}
    </section>
  );
}
