// How a chat's title is shown.
import { UNTITLED } from "../contract/untitled";
import { t } from "./language";

export function shownTitle(title: string): string {
  return title === UNTITLED ? t("New chat") : title;
}
