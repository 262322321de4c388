// How much of the context the open chat uses: live while the model writes, else as of the last answer.
import { appStore, useApp } from "../../../app/appStore";
import { loadedModel } from "../../model/loadedModel";
import { chatStore, useChat } from "../chatStore";
import { lastFacts } from "../lastFacts";
import { useLiveAnswer } from "../stream/liveAnswer";

export interface ContextUse {
  readonly usedTokens: number;
  readonly sizeTokens: number;
}

/** Of the loaded model's context, else as of the last answer; null while neither says it. */
export function contextSizeNow(): number | null {
  return (
    loadedModel(appStore().getState().engine)?.contextSizeTokens ??
    lastFacts(chatStore.getState())?.contextSizeTokens ??
    null
  );
}

/** null while neither a loaded model nor an earlier answer says how large the context is. */
export function useContextUse(): ContextUse | null {
  const loadedSize = useApp(({ engine }) => loadedModel(engine)?.contextSizeTokens ?? null);
  const facts = useChat(lastFacts);
  const lastId = useChat((state) => state.order.at(-1));
  const liveTokens = useLiveAnswer((live) =>
    live.messageId === lastId && live.requestId !== null ? live.contextUsedTokens : 0,
  );
  const sizeTokens = loadedSize ?? facts?.contextSizeTokens ?? null;
  if (sizeTokens === null) return null;
  return { usedTokens: liveTokens > 0 ? liveTokens : (facts?.contextUsedTokens ?? 0), sizeTokens };
}
