// One fine-tune: its hue and name, what it is, how much of the fine-tune it keeps, and what can be done with it.
import { ChevronDown, Download, Ellipsis, MessageSquare, Package, Pencil, Terminal, Trash2 } from "lucide-react";
import { t } from "../../../electron/words/language";
import { richText } from "../../ui/richText";
import { useEffect, useId, useRef } from "react";
import type { DeltaForModel } from "../../../electron/contract/deltas";
import type { ModelId } from "../../../electron/contract/ids";
import { formatBytes, formatPercent } from "../../../electron/words/quantities";
import { Button } from "../../ui/Button";
import { IconButton } from "../../ui/IconButton";
import { Menu, MenuItem, MenuSeparator } from "../../ui/Menu";
import { addDeltaFile, answerWith, exportDelta } from "./deltaActions";
import { DeltaDetailsPanel } from "./DeltaDetailsPanel";
import { deltaKinds } from "../../../electron/words/deltaKinds";
import styles from "./DeltaRow.module.css";
import { isUsable, useDeltas } from "./deltas";
import {
  baseTitle,
  keptWords,
  kindAndRank,
  matchWords,
  originWords,
  problemWords,
} from "../../../electron/words/deltaWords";
import { toggleDetails, useIsOpen } from "./fineTunesRoute";

export type DeltaDialog = "rename" | "delete" | "command";

interface DeltaRowProps {
  readonly entry: DeltaForModel;
  /** null: it is not known how it goes with a model. */
  readonly modelId: ModelId | null;
  readonly onDialog: (dialog: DeltaDialog) => void;
}

export function DeltaRow({ entry, modelId, onDialog }: DeltaRowProps) {
  const { delta } = entry;
  const { id, name, facts } = delta;
  const isInMemory = useDeltas(({ inEngine }) => inEngine?.loaded.some(({ deltaId }) => deltaId === id) ?? false);
  const isOpen = useIsOpen(id);
  const detailsId = useId();
  const row = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (isOpen) row.current?.scrollIntoView({ block: "nearest" });
  }, [isOpen]);
  const isRefused = modelId !== null && entry.match === "refused";
  const isFileSound = delta.failure === null || delta.failure.code === "delta-crashed-last-time";
  const problem = problemWords(entry);
  return (
    <li ref={row} className={styles.row} data-hue={delta.hue} data-refused={isRefused || undefined}>
      <div className={styles.name}>
        <i className={styles.dot} aria-hidden />
        <h3>{name}</h3>
        {isInMemory && <span className={styles.badge}>{t("in memory")}</span>}
      </div>
      <div className={styles.facts}>
        <span className={styles.kind}>{kindAndRank(facts)}</span>
        <span className={styles.size}>{formatBytes(delta.sizeBytes)}</span>
        <Kept fidelity={facts.fidelity} />
        <span className={styles.base}>
          {richText(
            "<hidden>made for</hidden> {base}",
            { hidden: (text) => <span className="visually-hidden">{text}</span> },
            { base: baseTitle(delta) },
          )}
        </span>
      </div>
      <div className={styles.actions}>
        <MainAction entry={entry} modelId={modelId} />
        <IconButton
          name={t("Details of {name}", { name })}
          icon={<ChevronDown size={15} className={styles.chevron} />}
          aria-expanded={isOpen}
          {...(isOpen ? { "aria-controls": detailsId } : {})}
          onClick={() => toggleDetails(id)}
        />
        <Menu align="end" trigger={<IconButton name={t("More for {name}", { name })} icon={<Ellipsis size={16} />} />}>
          <MenuItem icon={<Pencil size={15} />} onSelect={() => onDialog("rename")}>
            {t("Rename")}
          </MenuItem>
          <MenuItem icon={<Download size={15} />} disabled={!isFileSound} onSelect={() => void exportDelta(delta)}>
            {t("Export…")}
          </MenuItem>
          {deltaKinds[facts.kind].hasCompactForm && (
            <MenuItem
              icon={<Package size={15} />}
              disabled={!isFileSound}
              onSelect={() => void exportDelta(delta, { compact: true })}
            >
              {t("Export smaller, for Facet only…")}
            </MenuItem>
          )}
          <MenuItem
            icon={<Terminal size={15} />}
            disabled={modelId === null || !isUsable(entry)}
            onSelect={() => onDialog("command")}
          >
            {t("Show the llama-cli command")}
          </MenuItem>
          <MenuSeparator />
          <MenuItem danger icon={<Trash2 size={15} />} onSelect={() => onDialog("delete")}>
            {t("Delete")}
          </MenuItem>
        </Menu>
      </div>
      {(problem !== null || isOpen) && (
        <div className={styles.below}>
          {problem !== null && (
            <p className={styles.problem} data-tone={delta.failure !== null ? "bad" : "quiet"}>
              {problem}
            </p>
          )}
          {isOpen && (
            <div id={detailsId}>
              <DeltaDetailsPanel delta={delta} origin={originWords(delta.origin)} recognisedBy={matchWords(entry)} />
            </div>
          )}
        </div>
      )}
    </li>
  );
}

/** What a user most likely wants next, or what mends it. */
function MainAction({ entry, modelId }: Pick<DeltaRowProps, "entry" | "modelId">) {
  const { delta, match } = entry;
  const code = delta.failure?.code ?? null;
  if (code === "delta-missing" || code === "delta-changed") {
    return (
      <Button aria-label={t("Add its file again: {name}", { name: delta.name })} onClick={() => void addDeltaFile()}>
        {t("Add its file again")}
      </Button>
    );
  }
  if (modelId === null || match === "refused") return null;
  const { name } = delta;
  return (
    <Button
      aria-label={code === null ? t("Use in chat: {name}", { name }) : t("Try once more: {name}", { name })}
      onClick={() => answerWith(delta)}
    >
      <MessageSquare size={13} />
      {code === null ? t("Use in chat") : t("Try once more")}
    </Button>
  );
}

function Kept({ fidelity }: { readonly fidelity: number | null }) {
  if (fidelity === null)
    return (
      <span className={styles.kept} data-unknown="">
        {keptWords(null)}
      </span>
    );
  return (
    <span
      className={styles.kept}
      title={t("{share} of the way from the base model to the fine-tune, measured on held-out text", {
        share: formatPercent(fidelity),
      })}
    >
      <i className={styles.track} aria-hidden>
        <i style={{ width: `${fidelity * 100}%` }} />
      </i>
      {keptWords(fidelity)}
    </span>
  );
}
