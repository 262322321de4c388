// One line of truth at the bottom: engine, model, context, speed, what computes, and that nothing leaves the machine.
import { useApp } from "../../app/appStore";
import { callOrNotify } from "../../app/bridge";
import { useLayout } from "../../app/layout";
import { backendWords } from "../../../electron/words/backendWords";
import { formatSpeed } from "../../../electron/words/quantities";
import { Tooltip } from "../../ui/Tooltip";
import { useChat } from "../chat/chatStore";
import { contextWords } from "../chat/conversation/factsText";
import { lastFacts } from "../chat/lastFacts";
import { useLiveAnswer } from "../chat/stream/liveAnswer";
import { JobStatus } from "../jobs/JobStatus";
import { useDownloads } from "../models/downloads";
import { useHubReached } from "../models/hubReach";
import { engineWords } from "./engineWords";
import { OldChromium } from "./OldChromium";
import { loadedModel } from "../model/loadedModel";
import styles from "./StatusBar.module.css";
import { t } from "../../../electron/words/language";

export function StatusBar() {
  return (
    <footer className={styles.bar} aria-label={t("Status")}>
      <EngineStatus />
      <ModelName />
      <ContextUse />
      <span className={styles.space} />
      <JobStatus />
      <Speed />
      <Backend />
      <OldChromium />
      <Connection />
    </footer>
  );
}

function EngineStatus() {
  const engine = useApp((state) => state.engine);
  const { words, progress, tone } = engineWords(engine);
  return (
    <span className={styles.item}>
      <i className={styles.dot} data-tone={tone} />
      <output aria-label={t("Engine")}>{words}</output>
      {progress !== null && <span className={styles.number}>{progress}</span>}
      {engine.kind === "crashed" && (
        <button type="button" className={styles.restart} onClick={() => void callOrNotify("engine.restart", undefined)}>
          {t("Restart")}
        </button>
      )}
    </span>
  );
}

function ModelName() {
  const name = useApp(({ engine }) => {
    const model = loadedModel(engine);
    if (model !== null) return model.quantization === null ? model.name : `${model.name} · ${model.quantization}`;
    return engine.kind === "loading" ? engine.modelName : null;
  });
  if (name === null) return null;
  return (
    <span className={`${styles.item} ${styles.shortened}`} title={name}>
      {name}
    </span>
  );
}

/** Tokens of the open chat that the model holds: live while it writes, else as of the last answer. */
function ContextUse() {
  const loadedSize = useApp(({ engine }) => loadedModel(engine)?.contextSizeTokens ?? null);
  const facts = useChat(lastFacts);
  const openMessageId = useChat((state) => state.order.at(-1));
  const liveTokens = useLiveAnswer((live) =>
    live.requestId !== null && live.messageId === openMessageId ? live.contextUsedTokens : 0,
  );
  const size = loadedSize ?? facts?.contextSizeTokens ?? null;
  const used = liveTokens > 0 ? liveTokens : (facts?.contextUsedTokens ?? 0);
  if (size === null) return null;
  return <span className={`${styles.item} ${styles.number}`}>{contextWords(used, size)}</span>;
}

function Speed() {
  const facts = useChat(lastFacts);
  const live = useLiveAnswer((state) => (state.requestId === null ? null : state.tokensPerSecond));
  const speed = live ?? facts?.decodeTokensPerSecond ?? null;
  if (speed === null) return null;
  return <span className={`${styles.item} ${styles.number}`}>{formatSpeed(speed)}</span>;
}

function Backend() {
  const backend = useApp(({ engine }) => loadedModel(engine)?.backend ?? null);
  if (backend === null) return null;
  const words = backendWords(backend);
  return (
    <span className={`${styles.item} ${styles.secondary} ${styles.shortened}`} title={words}>
      {words}
    </span>
  );
}

function Connection() {
  const starterIsComing = useApp((state) => state.starter.kind === "downloading");
  const modelsAreComing = useDownloads((downloads) => downloads.some(({ state }) => state.kind === "downloading"));
  const modelsPage = useLayout((state) => state.page === "models");
  const hubReached = useHubReached();
  const { words, text } = connectionWords(starterIsComing || modelsAreComing, modelsPage, hubReached);
  return (
    <Tooltip side="top" text={text}>
      <span className={`${styles.item} ${styles.secondary}`}>{words}</span>
    </Tooltip>
  );
}

function connectionWords(
  downloading: boolean,
  modelsPage: boolean,
  hubReached: boolean | null,
): { words: string; text: string } {
  if (downloading)
    return {
      words: t("Downloading"),
      text: t("A model is being downloaded. Nothing of yours leaves this computer."),
    };
  if (!modelsPage)
    return { words: t("Offline"), text: t("Everything runs on this computer. Nothing of yours leaves it.") };
  return hubReached === false
    ? {
        words: t("No connection"),
        text: t("Hugging Face couldn’t be reached. Models on this computer work without it."),
      }
    : {
        words: t("Online"),
        text: t("This page asks Hugging Face for models. Your chats never leave this computer."),
      };
}
