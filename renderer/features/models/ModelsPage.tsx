// The page of models: discover and judge, what is installed, what is being downloaded.
import { SlidersHorizontal } from "lucide-react";
import { t } from "../../../electron/words/language";
import { Tabs } from "radix-ui";
import { useEffect, useState } from "react";
import { useApp } from "../../app/appStore";
import { ShowSidebarButton } from "../../app/ShowSidebarButton";
import { IconButton } from "../../ui/IconButton";
import { AboutModelPage } from "../aboutModel/AboutModelPage";
import { loadedModel } from "../model/loadedModel";
import { isUnfinishedJob, useJobs } from "../jobs/jobs";
import { QualityPage } from "../quality/QualityPage";
import { QuantizePage } from "../quantize/QuantizePage";
import { DiscoverTab } from "./DiscoverTab";
import { DownloadsTab } from "./DownloadsTab";
import { isUnfinished, useDownloads } from "./downloads";
import { EstimatesTab } from "./EstimatesTab";
import { refreshFits } from "./fits";
import { HubSettingsDialog } from "./HubSettingsDialog";
import { InstalledTab } from "./InstalledTab";
import { useInstalled } from "./installed";
import { type ModelSubject, type ModelsTab, showTab, useModelsTab, useModelSubject } from "./modelsRoute";
import styles from "./ModelsPage.module.css";

export function ModelsPage() {
  const tab = useModelsTab();
  const subject = useModelSubject();
  const [settingsOpen, setSettingsOpen] = useState(false);
  useFollowing();
  return (
    <Tabs.Root className={styles.page} value={tab} onValueChange={(value) => showTab(asTab(value))}>
      <header className={styles.header}>
        <ShowSidebarButton />
        <h1>{t("Models")}</h1>
        <TabList />
        <span className={styles.space} />
        <IconButton
          name={t("Hugging Face settings")}
          icon={<SlidersHorizontal size={16} />}
          onClick={() => setSettingsOpen(true)}
        />
      </header>
      {/* Another page begins at its top. */}
      <main key={subject === null ? tab : subject.kind} className={styles.scroller}>
        <Tabs.Content value="discover" className={styles.content} tabIndex={-1}>
          {subject === null ? <DiscoverTab /> : <SubjectPage subject={subject} />}
        </Tabs.Content>
        <Tabs.Content value="installed" className={styles.content} tabIndex={-1}>
          {subject === null ? <InstalledTab /> : <SubjectPage subject={subject} />}
        </Tabs.Content>
        <Tabs.Content value="downloads" className={styles.content} tabIndex={-1}>
          {subject === null ? <DownloadsTab /> : <SubjectPage subject={subject} />}
        </Tabs.Content>
        <Tabs.Content value="estimates" className={styles.content} tabIndex={-1}>
          <EstimatesTab />
        </Tabs.Content>
      </main>
      {settingsOpen && <HubSettingsDialog onClose={() => setSettingsOpen(false)} />}
    </Tabs.Root>
  );
}

/** About one model, in place of the tab that it was opened from. */
function SubjectPage({ subject }: { readonly subject: ModelSubject }) {
  switch (subject.kind) {
    case "about":
      return <AboutModelPage key={subject.modelId} modelId={subject.modelId} />;
    case "quantize":
      return <QuantizePage source={subject.source} modelName={subject.modelName} />;
    case "quality":
      return <QualityPage modelId={subject.modelId} />;
  }
}

function TabList() {
  const installedCount = useApp((state) => state.models.length);
  const downloadCount = useDownloads((downloads) => downloads.filter(isUnfinished).length);
  const jobCount = useJobs((jobs) => jobs.filter(isUnfinishedJob).length);
  return (
    // A click on the tab that is open leads back to it from a page about one model.
    <Tabs.List className={styles.tabs} aria-label={t("Models")}>
      <Tabs.Trigger value="discover" onClick={() => showTab("discover")}>
        {t("Discover")}
      </Tabs.Trigger>
      <Tabs.Trigger value="installed" onClick={() => showTab("installed")}>
        {t("Installed")} <span>{installedCount}</span>
      </Tabs.Trigger>
      <Tabs.Trigger value="downloads" onClick={() => showTab("downloads")}>
        {t("Downloads and jobs")} {downloadCount + jobCount > 0 && <span>{downloadCount + jobCount}</span>}
      </Tabs.Trigger>
      <Tabs.Trigger value="estimates">{t("Estimates")}</Tabs.Trigger>
    </Tabs.List>
  );
}

/** What is installed, and the free memory, are asked for again when they can have changed. */
function useFollowing(): void {
  const loadedId = useApp(({ engine }) => loadedModel(engine)?.modelId ?? null);
  useInstalled({ onOpening: true });
  useEffect(() => void refreshFits(), [loadedId]);
  useEffect(() => {
    document.title = t("Models · Facet");
  }, []);
}

function asTab(value: string): ModelsTab {
  return value === "installed" || value === "downloads" || value === "estimates" ? value : "discover";
}
