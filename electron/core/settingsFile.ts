// The app's settings on disk: each field that is missing or wrong takes its default.
import { z } from "zod";
import { AppSettings, defaultAppSettings } from "../contract/settings";
import { openJsonFile } from "./JsonFile";

/** Fields that a newer Facet wrote are ignored, not an error. */
const StoredSettings = z.object({
  theme: AppSettings.shape.theme.catch(defaultAppSettings.theme),
  sidebarOpen: AppSettings.shape.sidebarOpen.catch(defaultAppSettings.sidebarOpen),
  modelId: AppSettings.shape.modelId.catch(defaultAppSettings.modelId),
});

export function openSettingsFile(file: string, now: () => number) {
  return openJsonFile(file, StoredSettings, defaultAppSettings, now);
}
