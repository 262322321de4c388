// The fine-tunes as the open chat offers them, for the model that is loaded or chosen.
import { useMemo } from "react";
import { useStore } from "zustand";
import type { ModelId } from "../../../../electron/contract/ids";
import { useApp } from "../../../app/appStore";
import { useDeltas, useDeltasForModel } from "../../deltas/deltas";
import { currentModelId } from "../../model/loadedModel";
import { useChat } from "../chatStore";
import { scaleStore, useChatStack } from "./chatStack";
import { type FineTuneChoice, fineTuneChoices, lastUses } from "./fineTuneChoices";

export function useFineTunes(): readonly FineTuneChoice[] {
  const stack = useChatStack();
  const library = useDeltas((state) => state.list);
  const { answer: known } = useDeltasForModel(useCurrentModelId());
  const chats = useApp((state) => state.chats);
  const messages = useChat((state) => state.messages);
  const scales = useStore(scaleStore, (state) => state.scales);
  const forModel = known.kind === "loaded" ? known.value.deltas : null;
  return useMemo(
    () =>
      fineTuneChoices({
        stack,
        library,
        forModel,
        lastUses: lastUses(Object.values(chats), Object.values(messages), scales),
      }),
    [stack, library, forModel, chats, messages, scales],
  );
}

function useCurrentModelId(): ModelId | null {
  return useApp(({ engine, settings }) => currentModelId(engine) ?? settings.modelId);
}
