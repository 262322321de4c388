// The app's own settings, kept in settings.json.
import { z } from "zod";
import { ModelId } from "./ids";

export const AppSettings = z.strictObject({
  theme: z.enum(["system", "light", "dark"]).default("system"),
  sidebarOpen: z.boolean().default(true),
  /** The model that is loaded when the app opens. */
  modelId: ModelId.nullable().default(null),
});
export type AppSettings = z.infer<typeof AppSettings>;
