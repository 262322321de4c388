// The way back from a page about one model to the tab that it was opened from.
import { ArrowLeft } from "lucide-react";
import { Button } from "../../ui/Button";
import styles from "./BackButton.module.css";
import { closeSubject, useModelsTab } from "./modelsTab";

export function BackButton() {
  const tab = useModelsTab();
  const words = {
    discover: "Back to Discover",
    installed: "Installed models",
    downloads: "Downloads and jobs",
    estimates: "Estimates",
  } as const;
  return (
    <Button look="quiet" className={styles.back} onClick={closeSubject}>
      <ArrowLeft size={14} />
      {words[tab]}
    </Button>
  );
}
