// How the app reaches the hub, as kept in hub.json. The token is not in it.
import { z } from "zod";

export const StoredHubSettings = z.object({
  /** null = Hugging Face. */
  endpoint: z.string().nullable().catch(null),
  /** null = what the system says. */
  proxy: z.string().nullable().catch(null),
});
export type StoredHubSettings = z.infer<typeof StoredHubSettings>;
export const defaultHubSettings: StoredHubSettings = { endpoint: null, proxy: null };
