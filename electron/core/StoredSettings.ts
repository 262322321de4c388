// settings.json: each field that is missing or wrong takes its default.
import { AppSettings, defaultAppSettings } from "../contract/settings";
import { fields, setting } from "./storedShape";

const { theme, language, sidebarOpen, modelId, gpu } = AppSettings.shape;

export const StoredSettings = fields<AppSettings>({
  theme: setting(theme, defaultAppSettings.theme),
  language: setting(language, defaultAppSettings.language),
  sidebarOpen: setting(sidebarOpen, defaultAppSettings.sidebarOpen),
  modelId: setting(modelId, defaultAppSettings.modelId),
  gpu: setting(gpu, defaultAppSettings.gpu),
});
