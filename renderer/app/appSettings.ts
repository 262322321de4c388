// Changes a setting of the app: shown at once, kept by main. When it cannot be kept, a notice says so.
import type { AppSettings } from "../../electron/contract/settings";
import { appStore } from "./appStore";
import { callOrNotify } from "./bridge";

export async function saveAppSettings(change: Partial<AppSettings>): Promise<void> {
  const before = appStore().getState().settings;
  appStore().setState({ settings: { ...before, ...change } });
  const saved = await callOrNotify("settings.save", change);
  // A full disk must not stop somebody from opening the sidebar: the change stays in the window.
  if (saved !== null) appStore().setState({ settings: saved });
}
