// The methods of the contract that need the window or the desktop: dialogs, clipboard, file manager. Main process.
import path from "node:path";
import { app, clipboard, nativeTheme } from "electron";
import { fail, succeed, type Failure } from "../../contract/failure";
import type { Language } from "../../contract/language";
import { methods, type MethodName, type MethodOutcome, type WindowMethodName } from "../../contract/methods";
import { defaultAppSettings } from "../../contract/settings";
import { aboutThisComputer } from "../../core/aboutThisComputer";
import type { Languages } from "../../core/Languages";
import type { Application } from "../../core/createApplication";
import { t } from "../../words/language";
import type { PageHandlers } from "./callGate";
import { chooseFile, chooseFolders, chooseTarget } from "./dialogs";
import { openLogsFolder } from "./openLogsFolder";
import { showFile } from "./outside";
import type { StreamPort } from "./streamPort";
import type { WindowShell } from "./WindowShell";
import { openLink } from "./windowSecurity";

/** All that the page may ask for: the application's answers, and the window's own. */
export function pageMethods(application: Application, windowShell: WindowShell, streamPort: StreamPort): PageHandlers {
  return {
    ...application.handlers,
    ...windowMethods(application, windowShell, streamPort),
    async "settings.save"(change) {
      const saved = await application.handlers["settings.save"](change);
      nativeTheme.themeSource = application.settings.theme;
      return saved;
    },
  };
}

function windowMethods(
  application: Application,
  windowShell: WindowShell,
  streamPort: StreamPort,
): Pick<PageHandlers, WindowMethodName> {
  const { handlers } = application;
  const { window } = windowShell;
  return {
    ...shellMethods(windowShell),
    async "app.openLink"({ url }) {
      if (!application.settings.network.links) return fail("switched-off", { use: "links" });
      const owner = window();
      if (owner) await openLink(owner, url);
      return succeed(undefined);
    },
    "app.connectStream"() {
      const page = window()?.webContents;
      if (page) streamPort.connectPage(page);
      return succeed(undefined);
    },
    "models.chooseFile": (how) => chooseModelFile(application, windowShell, how),
    async "models.reveal"({ modelId }) {
      const file = await handlers["models.path"]({ modelId });
      if (!file.ok) return file;
      showFile(file.value);
      return succeed(undefined);
    },
    async "leftovers.reveal"({ id }) {
      const file = await handlers["leftovers.path"]({ id });
      if (!file.ok) return file;
      showFile(file.value);
      return succeed(undefined);
    },
    async "models.moveFolder"() {
      const [folder] = await chooseFolders(window(), "models-folder", {
        title: t("Choose a folder for Facet's models"),
        buttonLabel: t("Move here"),
        properties: ["createDirectory"],
      });
      if (folder === undefined) return succeed(false);
      const moved = await handlers["models.moveFolderTo"]({ path: folder });
      return moved.ok ? succeed(true) : moved;
    },
    async "quantize.chooseText"() {
      const file = await chooseFile(window(), "text", {
        title: t("Choose a text"),
        filters: [{ name: t("Text@@files"), extensions: ["txt", "md", "text"] }],
      });
      return file === null ? succeed(null) : handlers["quantize.useText"]({ path: file });
    },
    async "quantize.importMatrix"({ modelId }) {
      const model = await handlers["models.path"]({ modelId });
      const file = await chooseFile(window(), "matrix", {
        title: t("Choose an importance matrix"),
        filters: [{ name: t("Importance matrices"), extensions: ["gguf", "dat", "imatrix"] }],
        // It is often beside its model.
        firstFolder: model.ok ? path.dirname(model.value) : null,
      });
      return file === null ? succeed(null) : handlers["quantize.importMatrixFrom"]({ modelId, path: file });
    },
    async "import.chooseFolders"() {
      const paths = await chooseFolders(window(), "gguf-folders", {
        title: t("Choose folders with GGUF files"),
        properties: ["multiSelections"],
      });
      return paths.length === 0 ? succeed(null) : handlers["import.dropped"]({ paths });
    },
    async "deltas.addFile"(chosen) {
      const file = await chooseFile(window(), "adapter", {
        title: t("Choose a LoRA adapter or a 1-bit delta"),
        filters: [{ name: t("Adapters"), extensions: ["gguf", "safetensors"] }],
      });
      if (file === null) return succeed(null);
      const added = await handlers["deltas.addPath"]({ path: file, baseId: chosen?.baseId ?? null });
      // What the user cancelled has not failed.
      return !added.ok && added.failure.code === "request-cancelled" ? succeed(null) : added;
    },
    async "deltas.export"({ deltaId, compact }) {
      const listed = await handlers["deltas.list"](undefined);
      const delta = listed.ok ? listed.value.find(({ id }) => id === deltaId) : undefined;
      if (delta === undefined) return listed.ok ? fail("not-found") : listed;
      const file = await chooseTarget(window(), "export", {
        title: t("Export the fine-tune"),
        fileName: `${delta.name.replaceAll(/[^\p{L}\p{N} ._-]/gu, "-")}${compact ? "-compact" : ""}.gguf`,
        filters: [{ name: t("GGUF adapters"), extensions: ["gguf"] }],
      });
      // The dialog has asked whether to replace what is there.
      return file === null
        ? succeed(null)
        : handlers["deltas.exportTo"]({ deltaId, path: file, compact, replaces: true });
    },
  };
}

/** Asks for a model file, and loads it unless `load` is false. */
export async function chooseModelFile(
  { handlers }: Application,
  { window }: WindowShell,
  { load }: { load: boolean } = { load: true },
): Promise<MethodOutcome<"models.chooseFile">> {
  const file = await chooseFile(window(), "model", {
    title: t("Choose a GGUF file"),
    filters: [{ name: t("GGUF models"), extensions: ["gguf"] }],
  });
  return file === null ? succeed(null) : handlers["models.openFile"]({ path: file, load });
}

/** What works without a data folder. */
function shellMethods({ window, logsFolder }: WindowShell) {
  return {
    "app.openLogsFolder": () => openLogsFolder({ logsFolder }),
    // No settings can be read: the user is asked all the same.
    async "app.openLink"({ url }) {
      const owner = window();
      if (owner) await openLink(owner, url);
      return succeed(undefined);
    },
    async "app.copyText"({ text }) {
      // A promise from Electron 44 on.
      await clipboard.writeText(text);
      return succeed(undefined);
    },
    "app.quit"() {
      app.quit();
      return succeed(undefined);
    },
  } satisfies Partial<PageHandlers>;
}

/** The data folder cannot be used: the window opens and says so, everything else answers the same. */
export function blockedMethods(windowShell: WindowShell, reason: Failure): PageHandlers {
  const blocked = () => ({ ok: false as const, failure: reason });
  const names = Object.keys(methods) as MethodName[];
  // Every method of the contract has an entry, and a failure is an outcome of each.
  const all = Object.fromEntries(names.map((name) => [name, blocked])) as unknown as PageHandlers;
  return {
    ...all,
    ...shellMethods(windowShell),
    "app.snapshot": () =>
      succeed({
        ...aboutThisComputer(app.getVersion(), windowShell.dataFolder),
        settings: defaultAppSettings,
        language: systemLanguage(windowShell.languages),
        languages: [...windowShell.languages.codes],
        engine: { kind: "idle" },
        models: [],
        starter: { kind: "missing", failure: null },
        chats: [],
        notices: [],
        blocked: reason,
      }),
    "app.connectStream": () => succeed(undefined),
    "app.dismissNotice": () => succeed(undefined),
  };
}

/** Where no setting can be read. */
export function systemLanguage(languages: Languages): Language {
  return languages.choose("system", app.getPreferredSystemLanguages());
}
