// The way back from a page about one model to the tab or page that it was opened from.
import { ArrowLeft } from "lucide-react";
import { t } from "../../../electron/words/language";
import { Button } from "../../ui/Button";
import styles from "./BackButton.module.css";
import { closeSubject, useModelsTab, useModelSubject } from "./modelsRoute";

export function BackButton() {
  const tab = useModelsTab();
  const subject = useModelSubject();
  const words = {
    discover: t("Back to Discover"),
    installed: t("Installed models"),
    downloads: t("Downloads and jobs"),
    estimates: t("Estimates"),
  };
  return (
    <Button look="quiet" className={styles.back} onClick={closeSubject}>
      <ArrowLeft size={14} />
      {subject?.kind === "about" && subject.openedFrom === "chat" ? t("Back to the chat") : words[tab]}
    </Button>
  );
}
