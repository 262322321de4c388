// The app's own settings, kept in settings.json.
import { z } from "zod";
import { ModelId } from "./ids";
import { LanguageSetting } from "./language";
import { NETWORK_USES } from "./networkUses";

export const AppSettings = z.strictObject({
  theme: z.enum(["system", "light", "dark"]),
  language: LanguageSetting,
  sidebarOpen: z.boolean(),
  /** The model that is loaded when the app opens. */
  modelId: ModelId.nullable(),
  network: z.record(z.enum(NETWORK_USES), z.boolean()),
});
export type AppSettings = z.infer<typeof AppSettings>;

/** No defaults in the schema itself: `partial()` would fill them in and reset what a change does not name. */
export const defaultAppSettings: AppSettings = {
  theme: "system",
  language: "system",
  sidebarOpen: true,
  modelId: null,
  network: { search: true, downloads: true, starter: true, links: true },
};
