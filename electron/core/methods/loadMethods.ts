// The methods "loads.…" of the application: how models are loaded, and what that took.
import { fail, succeed } from "../../contract/failure";
import { isPossible } from "../../contract/loadSettings";
import type { Parts } from "../Parts";
import type { CoreHandlers } from "./CoreHandlers";

export function loadMethods({ loads, models }: Parts) {
  return {
    async "loads.settings"({ modelId }) {
      const file = await models.find(modelId);
      return file === null ? fail("not-found") : succeed(await loads.view(file));
    },
    async "loads.saveSettings"({ modelId, settings }) {
      if (!isPossible(settings))
        return fail("request-invalid", undefined, "A quantized value cache needs flash attention");
      const file = await models.find(modelId);
      if (file === null) return fail("not-found");
      const saved = await loads.save(modelId, settings);
      if (!saved.ok) return saved;
      // What failed with other settings says nothing about these.
      await models.changed();
      return succeed(await loads.view(file));
    },
    "loads.records": () => succeed([...loads.records()]),
  } satisfies Partial<CoreHandlers>;
}
