// Says that the hub asked to wait, and how long it still is; what waits is asked again by itself.
import { useEffect, useState } from "react";
import { formatDuration } from "../../../electron/words/quantities";
import { t } from "../../../electron/words/language";
import styles from "./DiscoverTab.module.css";
import { useHubWait } from "./hubWait";

export function HubWaitLine() {
  const untilMs = useHubWait();
  return untilMs === null ? null : <Waiting untilMs={untilMs} />;
}

function Waiting({ untilMs }: { readonly untilMs: number }) {
  const [nowMs, setNowMs] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNowMs(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  const time = formatDuration(Math.max(1, Math.ceil((untilMs - nowMs) / 1000)));
  return (
    <output className={styles.offline}>
      <p>{t("Hugging Face got too many requests from this network. Facet goes on by itself in {time}.", { time })}</p>
    </output>
  );
}
