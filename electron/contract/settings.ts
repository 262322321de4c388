// The app's own settings, kept in settings.json.
import { z } from "zod";
import { GpuChoice } from "./gpu";
import { ModelId } from "./ids";
import { LanguageSetting } from "./language";
import type { NetworkSettings } from "./networkUses";

const Network = z.strictObject({
  search: z.boolean(),
  downloads: z.boolean(),
  starter: z.boolean(),
  links: z.boolean(),
}) satisfies z.ZodType<NetworkSettings>;

export const AppSettings = z.strictObject({
  theme: z.enum(["system", "light", "dark"]),
  language: LanguageSetting,
  sidebarOpen: z.boolean(),
  /** The model that is loaded when the app opens. */
  modelId: ModelId.nullable(),
  /** What computes. */
  gpu: GpuChoice,
  network: Network,
});
export type AppSettings = z.infer<typeof AppSettings>;

/** No defaults in the schema itself: `partial()` would fill them in and reset what a change does not name. */
export const defaultAppSettings: AppSettings = {
  theme: "system",
  language: "system",
  sidebarOpen: true,
  modelId: null,
  gpu: { kind: "automatic" },
  network: { search: true, downloads: true, starter: true, links: true },
};
