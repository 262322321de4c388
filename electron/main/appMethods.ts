// The methods "app.…" and "settings.…" of the contract. Main process.
import { totalmem } from "node:os";
import { app, clipboard, nativeTheme } from "electron";
import { succeed, type Failure } from "../contract/failure";
import type { Snapshot } from "../contract/methods";
import { defaultAppSettings, type AppSettings } from "../contract/settings";
import type { AppContext, Shell } from "./AppContext";
import type { Handlers } from "./callGate";
import { openLogsFolder } from "./openLogsFolder";
import { openLink } from "./windowSecurity";

type AppHandlers = Pick<
  Handlers,
  | "app.snapshot"
  | "app.connectStream"
  | "app.openLogsFolder"
  | "app.openLink"
  | "app.copyText"
  | "app.dismissNotice"
  | "app.quit"
  | "settings.save"
>;

export function appMethods(context: AppContext): AppHandlers {
  const { data, models, notices, starter, supervisor, streamPort, window } = context;
  return {
    ...shellMethods(context),
    async "app.snapshot"() {
      const chats = data.chats.listChats();
      if (!chats.ok) return chats;
      return succeed({
        ...aboutThisComputer(context),
        settings: data.settings.value,
        engine: supervisor.state,
        models: await models.list(),
        starter: starter.state,
        chats: chats.value,
        notices: notices.notices,
        blocked: null,
      });
    },
    "app.connectStream"() {
      const page = window()?.webContents;
      if (page) streamPort.connectPage(page);
      return succeed(undefined);
    },
    "app.dismissNotice"({ id }) {
      notices.dismiss(id);
      return succeed(undefined);
    },
    async "settings.save"(change) {
      const saved = await data.settings.save({ ...data.settings.value, ...withoutUndefined(change) });
      nativeTheme.themeSource = data.settings.value.theme;
      return saved;
    },
  };
}

/** What works without a data folder. */
function shellMethods({ window, logsFolder }: Shell) {
  return {
    "app.openLogsFolder": () => openLogsFolder({ logsFolder }),
    async "app.openLink"({ url }) {
      const owner = window();
      if (owner) await openLink(owner, url);
      return succeed(undefined);
    },
    async "app.copyText"({ text }) {
      // A promise from Electron 40 on.
      await clipboard.writeText(text);
      return succeed(undefined);
    },
    "app.quit"() {
      app.quit();
      return succeed(undefined);
    },
  } satisfies Partial<Handlers>;
}

/** The data folder cannot be used: the window opens and says so, everything else answers the same. */
export function blockedMethods(shellParts: Shell, reason: Failure): Handlers {
  const blocked = () => ({ ok: false as const, failure: reason });
  const snapshot: Snapshot = {
    ...aboutThisComputer(shellParts),
    settings: defaultAppSettings,
    engine: { kind: "idle" },
    models: [],
    starter: { kind: "missing", failure: null },
    chats: [],
    notices: [],
    blocked: reason,
  };
  return {
    ...shellMethods(shellParts),
    "app.snapshot": () => succeed(snapshot),
    "app.connectStream": () => succeed(undefined),
    "app.dismissNotice": () => succeed(undefined),
    "settings.save": blocked,
    "models.load": blocked,
    "loads.settings": blocked,
    "loads.saveSettings": blocked,
    "loads.records": blocked,
    "models.chooseFile": blocked,
    "models.forget": blocked,
    "models.getStarter": blocked,
    "models.cancelStarter": blocked,
    "models.installed": blocked,
    "models.rename": blocked,
    "models.delete": blocked,
    "models.reveal": blocked,
    "models.verify": blocked,
    "quantize.preview": blocked,
    "quantize.chooseText": blocked,
    "quantize.importMatrix": blocked,
    "quality.results": blocked,
    "jobs.list": blocked,
    "jobs.start": blocked,
    "jobs.cancel": blocked,
    "jobs.retry": blocked,
    "jobs.dismiss": blocked,
    "import.dropped": blocked,
    "models.use": blocked,
    "models.sameFiles": blocked,
    "models.moveFolder": blocked,
    "models.moveFolderBack": blocked,
    "import.chooseFolders": blocked,
    "import.useInPlace": blocked,
    "import.copy": blocked,
    "import.addFineTunes": blocked,
    "import.otherApps": blocked,
    "import.useFound": blocked,
    "fileTasks.list": blocked,
    "fileTasks.cancel": blocked,
    "hub.catalogue": blocked,
    "hub.search": blocked,
    "hub.model": blocked,
    "hub.readme": blocked,
    "hub.settings": blocked,
    "hub.saveSettings": blocked,
    "fit.judge": blocked,
    "fit.cancel": blocked,
    "fit.machine": blocked,
    "downloads.list": blocked,
    "downloads.add": blocked,
    "downloads.pause": blocked,
    "downloads.resume": blocked,
    "downloads.cancel": blocked,
    "engine.restart": blocked,
    "engine.countTokens": blocked,
    "chats.create": blocked,
    "chats.open": blocked,
    "chats.rename": blocked,
    "chats.delete": blocked,
    "chats.restore": blocked,
    "chats.saveSettings": blocked,
    "deltas.list": blocked,
    "deltas.forModel": blocked,
    "deltas.inEngine": blocked,
    "deltas.addFile": blocked,
    "deltas.lookAtHub": blocked,
    "deltas.details": blocked,
    "deltas.use": blocked,
    "deltas.previewMake": blocked,
    "deltas.place": blocked,
    "deltas.rename": blocked,
    "deltas.delete": blocked,
    "deltas.export": blocked,
    "deltas.commandLine": blocked,
    "chats.setStack": blocked,
    "chats.compare": blocked,
    "chats.search": blocked,
    "chats.send": blocked,
    "chats.sendToolResults": blocked,
    "chats.answerNow": blocked,
    "models.format": blocked,
    "chats.regenerate": blocked,
    "chats.edit": blocked,
    "chats.showSibling": blocked,
    "chats.stop": blocked,
  };
}

function aboutThisComputer({ dataFolder }: Shell) {
  return {
    appVersion: app.getVersion(),
    electronVersion: process.versions["electron"] ?? "",
    platform: process.platform,
    totalMemoryBytes: totalMemoryBytes(),
    dataFolder,
  };
}

/** What this process and its engine may use: less than the computer has when a container says so. */
export function totalMemoryBytes(): number {
  const limit = process.constrainedMemory();
  // Without a limit the answer is 0 or absurdly large.
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}

function withoutUndefined(change: { [Key in keyof AppSettings]?: AppSettings[Key] | undefined }): Partial<AppSettings> {
  const { theme, sidebarOpen, modelId } = change;
  return {
    ...(theme === undefined ? {} : { theme }),
    ...(sidebarOpen === undefined ? {} : { sidebarOpen }),
    ...(modelId === undefined ? {} : { modelId }),
  };
}
