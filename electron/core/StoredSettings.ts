// settings.json: each field that is missing or wrong takes its default.
import { AppSettings, defaultAppSettings } from "../contract/settings";
import type { NetworkSettings } from "../contract/networkUses";
import { z } from "zod";
import { fields, setting } from "./storedShape";

const allowed = setting(z.boolean(), true);
const { theme, language, sidebarOpen, modelId } = AppSettings.shape;

export const StoredSettings = fields<AppSettings>({
  theme: setting(theme, defaultAppSettings.theme),
  language: setting(language, defaultAppSettings.language),
  sidebarOpen: setting(sidebarOpen, defaultAppSettings.sidebarOpen),
  modelId: setting(modelId, defaultAppSettings.modelId),
  // One by one: a switch that is wrong turns no other one on.
  network: fields<NetworkSettings>({ search: allowed, downloads: allowed, starter: allowed, links: allowed }),
});
