// The model that fine-tunes are looked at for: the one that is loaded, or will be with the next message.
import type { InstalledModel } from "../../../electron/contract/model";
import { useApp } from "../../app/appStore";
import { currentModelId } from "../model/loadedModel";

export function useTargetModel(): InstalledModel | null {
  return useApp(({ engine, settings, models }) => {
    const id = currentModelId(engine) ?? settings.modelId;
    return models.find((model) => model.id === id) ?? null;
  });
}
