// The page of fine-tunes: the library of deltas, where more come from, and making one.
import { PanelLeft } from "lucide-react";
import { toggleSidebar, useSidebarShown } from "../../app/layout";
import { keysOf } from "../../app/shortcuts";
import { IconButton } from "../../ui/IconButton";
import { useDeltas } from "./deltas";
import styles from "./FineTunesPage.module.css";
import { kindWords } from "./stackWords";

export function FineTunesPage() {
  const sidebarShown = useSidebarShown();
  const list = useDeltas((state) => state.list);
  return (
    <div className={styles.page}>
      <header className={styles.header}>
        {!sidebarShown && (
          <IconButton name="Show sidebar" keys={keysOf("toggle-sidebar")} icon={<PanelLeft size={16} />} onClick={toggleSidebar} />
        )}
        <h1>Fine-tunes</h1>
      </header>
      <main className={styles.scroller}>
        <ul>
          {list.map((delta) => (
            <li key={delta.id} data-hue={delta.hue}>
              {delta.name} · {kindWords(delta.facts)}
            </li>
          ))}
        </ul>
      </main>
    </div>
  );
}
