// Light or dark: as the system says, unless the user chose. Sets data-theme, which theme.css reads.
import type { AppSettings } from "../../electron/contract/settings";
import { appStore } from "./appStore";

const darkQuery = "(prefers-color-scheme: dark)";

export function followTheme(): void {
  const apply = () => {
    document.documentElement.dataset["theme"] = shownTheme(appStore().getState().settings.theme);
  };
  apply();
  appStore().subscribe(apply);
  matchMedia(darkQuery).addEventListener("change", apply);
}

function shownTheme(chosen: AppSettings["theme"]): "light" | "dark" {
  if (chosen !== "system") return chosen;
  return matchMedia(darkQuery).matches ? "dark" : "light";
}
