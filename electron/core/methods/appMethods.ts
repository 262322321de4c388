// The methods "app.…" and "settings.…" of the application.
import { succeed } from "../../contract/failure";
import type { AppSettings } from "../../contract/settings";
import { aboutThisComputer } from "../aboutThisComputer";
import { diagnose } from "../diagnose";
import { chosenLanguage } from "../Languages";
import type { Parts } from "../Parts";
import type { CoreHandlers } from "./CoreHandlers";

export function appMethods(parts: Parts) {
  const { host, dataFolder, data, events, languages, models, notices, switches, starter, engine } = parts;
  return {
    async "app.snapshot"() {
      const chats = data.chats.listChats();
      if (!chats.ok) return chats;
      return succeed({
        ...aboutThisComputer(host.appVersion, dataFolder),
        settings: data.settings.value,
        language: chosenLanguage(parts),
        languages: [...languages.codes],
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
    async "settings.save"(change) {
      const saved = await data.settings.save({ ...data.settings.value, ...withoutUndefined(change) });
      if (change.network !== undefined) switches.changed();
      if (change.language !== undefined) events.emit("language-changed", chosenLanguage(parts));
      return saved;
    },
  } satisfies Partial<CoreHandlers>;
}

function withoutUndefined(change: { [Key in keyof AppSettings]?: AppSettings[Key] | undefined }): Partial<AppSettings> {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
}
