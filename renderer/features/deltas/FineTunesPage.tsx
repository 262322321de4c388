// The page of fine-tunes: the library of deltas, where more come from, and making one.
import { Cloud, Diff, FilePlus } from "lucide-react";
import { t } from "../../../electron/words/language";
import { useEffect } from "react";
import { ShowSidebarButton } from "../../app/ShowSidebarButton";
import { Button } from "../../ui/Button";
import { FileTaskList } from "../models/FileTaskList";
import { DeltaJobs } from "./DeltaJobs";
import { DeltaMemory } from "./DeltaMemory";
import { addDeltaFile } from "./deltaActions";
import { useDeltas } from "./deltas";
import { showHub, showMake, useFineTunesPart } from "./fineTunesRoute";
import styles from "./FineTunesPage.module.css";
import { FoundFiles } from "./FoundFiles";
import { HubDeltaPage } from "./HubDeltaPage";
import { LibraryList } from "./LibraryList";
import { MakeDeltaPage } from "./MakeDeltaPage";

export function FineTunesPage() {
  const part = useFineTunesPart();
  const isEmpty = useDeltas((state) => state.list.length === 0);
  useEffect(() => {
    document.title = t("Fine-tunes · Facet");
  }, []);
  return (
    <div className={styles.page}>
      <header className={styles.header}>
        <ShowSidebarButton />
        <h1>{t("Fine-tunes")}</h1>
        <span className={styles.space} />
        {part.kind === "library" && !isEmpty && (
          <div className={styles.actions}>
            <Button onClick={() => void addDeltaFile()}>
              <FilePlus size={14} />
              {t("Add a file")}
            </Button>
            <Button onClick={showHub}>
              <Cloud size={14} />
              {t("From Hugging Face")}
            </Button>
            <Button look="primary" onClick={() => showMake()}>
              <Diff size={14} />
              {t("Make a delta")}
            </Button>
          </div>
        )}
      </header>
      {/* Another part begins at its top. */}
      <main key={part.kind} className={styles.scroller}>
        <div className={styles.content}>
          {part.kind === "library" && (
            <>
              <FileTaskList kinds={["add-fine-tune", "write-fine-tune"]} />
              <DeltaJobs />
              <DeltaMemory />
              <LibraryList />
              <FoundFiles />
            </>
          )}
          {part.kind === "make" && <MakeDeltaPage openedFrom={part.fineTuneId} />}
          {part.kind === "hub" && <HubDeltaPage />}
        </div>
      </main>
    </div>
  );
}
