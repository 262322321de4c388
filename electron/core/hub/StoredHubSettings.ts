// How the app reaches the hub, as kept in hub.json. The token is not in it.
import { z } from "zod";
import { fields, setting, type ValueOf } from "../storedShape";

export const StoredHubSettings = fields({
  /** null = Hugging Face. */
  endpoint: setting(z.string().nullable(), null),
  /** null = what the system says. */
  proxy: setting(z.string().nullable(), null),
});
export type StoredHubSettings = ValueOf<typeof StoredHubSettings>;
