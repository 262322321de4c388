// The methods "app.…" and "settings.…" of the application.
import { succeed } from "../../contract/failure";
import type { AppSettings } from "../../contract/settings";
import { aboutThisComputer } from "../aboutThisComputer";
import { diagnose } from "../diagnose";
import type { Parts } from "../Parts";
import type { CoreHandlers } from "./CoreHandlers";

export function appMethods(parts: Parts) {
  const { host, dataFolder, data, models, notices, starter, engine } = parts;
  return {
    async "app.snapshot"() {
      const chats = data.chats.listChats();
      if (!chats.ok) return chats;
      return succeed({
        ...aboutThisComputer(host.appVersion, dataFolder),
        settings: data.settings.value,
        engine: engine.state,
        models: await models.list(),
        starter: starter.state,
        chats: chats.value,
        notices: notices.notices,
        blocked: null,
      });
    },
    "app.diagnose": async () => succeed(await diagnose(parts)),
    "app.dismissNotice"({ id }) {
      const dismissed = notices.dismiss(id);
      if (dismissed !== null) data.dismissedNotices.add(dismissed);
      return succeed(undefined);
    },
    "settings.save": (change) => data.settings.save({ ...data.settings.value, ...withoutUndefined(change) }),
  } satisfies Partial<CoreHandlers>;
}

function withoutUndefined(change: { [Key in keyof AppSettings]?: AppSettings[Key] | undefined }): Partial<AppSettings> {
  const { theme, sidebarOpen, modelId } = change;
  return {
    ...(theme === undefined ? {} : { theme }),
    ...(sidebarOpen === undefined ? {} : { sidebarOpen }),
    ...(modelId === undefined ? {} : { modelId }),
  };
}
