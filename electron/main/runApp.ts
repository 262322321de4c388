// Puts the app together once Electron is ready: data, engine, window, menu; and takes it apart at the end. Main process.
import { randomUUID } from "node:crypto";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { app, nativeTheme, net, type BrowserWindow, type Session } from "electron";
import { EVENT_CHANNEL } from "../contract/bridge";
import type { Outcome } from "../contract/failure";
import { RequestId } from "../contract/ids";
import { AnswerRunner } from "../services/answers/AnswerRunner";
import { dataPaths } from "../services/dataFolder";
import { DeltaMatcher } from "../services/deltas/DeltaMatcher";
import { DeltaLibrary } from "../services/deltas/DeltaLibrary";
import { describeFile } from "../services/estimator/fitModelOfPaths";
import { realModelsFolder } from "../services/importing/moveModelsFolder";
import { FileTasks } from "../services/importing/FileTasks";
import type { Log } from "../services/LogFile";
import { openAppData, type AppData } from "../services/openAppData";
import { StarterFetcher } from "../services/StarterFetcher";
import { ensureStarterModel, STARTER_MODEL } from "../services/starterModel";
import type { AppContext, Shell } from "./AppContext";
import { appMethods, blockedMethods, totalMemoryBytes } from "./appMethods";
import { chatMethods } from "./chatMethods";
import { changeDeltaForm, checkDeltaBase, deltaMethods, resolveStack } from "./deltaMethods";
import { createDownloads, downloadMethods } from "./downloadMethods";
import { EngineSupervisor } from "./EngineSupervisor";
import { createEstimator, fitMethods, fitModelOfFile } from "./fitMethods";
import { forkEngine } from "./forkEngine";
import { Hub } from "./Hub";
import { hubMethods } from "./hubMethods";
import { importMethods } from "./importMethods";
import { Imports } from "./Imports";
import { openIpcGate } from "./ipcGate";
import { openMainWindow } from "./mainWindow";
import { setApplicationMenu } from "./menu";
import { manageMethods } from "./manageMethods";
import { chooseModelFile, getStarter, modelMethods } from "./modelMethods";
import { loadMethods } from "./loadMethods";
import { Loads } from "./Loads";
import { Models } from "./Models";
import { NoticeBoard } from "./NoticeBoard";
import { createJobs, quantizeMethods } from "./quantizeMethods";
import { StreamPort } from "./streamPort";
import { modelsPlace, tidyModelsFolder } from "./modelsFolder";
import { TokenStore } from "./TokenStore";
import { openLogsFolder } from "./openLogsFolder";

/** The page saves what it still holds back when it closes; then it is closed for it. */
const CLOSE_TIMEOUT_MS = 1_000;

export interface RunAppOptions {
  folder: string;
  madeFolder: Outcome<undefined>;
  windowSession: Session;
  /** The model file of the command line. */
  openedFile: string | null;
  log: Log;
  engineLog: Log;
}

export async function runApp(options: RunAppOptions): Promise<void> {
  const { folder, madeFolder, windowSession, openedFile, log } = options;
  const paths = dataPaths(folder);
  let window: BrowserWindow | null = null;
  const shell: Shell = {
    window: () => window,
    sendEvent(name, value) {
      if (window && !window.isDestroyed()) window.webContents.send(EVENT_CHANNEL, name, value);
    },
    dataFolder: folder,
    logsFolder: paths.logs,
    log,
  };

  const opened = madeFolder.ok ? await openAppData(folder, log, Date.now) : madeFolder;
  if (!opened.ok)
    log("error", "data folder cannot be used", { code: opened.failure.code, cause: opened.failure.cause ?? "" });
  log("info", "data is open", { afterMs: Math.round(performance.now()) });
  if (opened.ok) opened.value.notices.push(...(await tidyModelsFolder(modelsPlace(folder), log)));
  const context = opened.ok ? createContext(shell, opened.value, options) : null;
  if (context) {
    forgetEngineState(context);
    // Before anything can be added: what it removes are unfinished files.
    await context.deltas
      .recover()
      .catch((error: unknown) => log("error", "deltas not recovered", { error: String(error) }));
  }
  const handlers =
    opened.ok && context
      ? {
          ...appMethods(context),
          ...modelMethods(context),
          ...manageMethods(context),
          ...chatMethods(context),
          ...hubMethods(context),
          ...downloadMethods(context),
          ...fitMethods(context),
          ...loadMethods(context),
          ...quantizeMethods(context),
          ...deltaMethods(context),
          ...importMethods(context),
        }
      : blockedMethods(shell, opened.ok ? { code: "internal" } : opened.failure);
  openIpcGate({
    handlers,
    isOurWindow: (sender) => window !== null && !window.isDestroyed() && sender === window.webContents,
    log,
    now: () => performance.now(),
  });
  if (context) nativeTheme.themeSource = context.data.settings.value.theme;
  setApplicationMenu({
    send: (command) => shell.sendEvent("menu-command", command),
    chooseModelFile: () => {
      if (context) void chooseModelFile(context).then((chosen) => chosen.ok || context.notices.add(chosen.failure));
    },
    openLogsFolder: () => void openLogsFolder(shell),
  });

  const openWindow = () => {
    window = openMainWindow({ session: windowSession, placeFile: path.join(paths.window, "place.json"), log });
    window.once("closed", () => {
      window = null;
    });
    return window;
  };
  // The window first: loading a model keeps both disk and processor busy.
  openWindow().once("ready-to-show", () => {
    log("info", "window is shown", { afterMs: Math.round(performance.now()) });
    if (context) {
      void openFirstModel(context, openedFile);
      context.downloads
        .start()
        .catch((error: unknown) => log("error", "downloads not started", { error: String(error) }))
        .then(() => context.jobs.start())
        .catch((error: unknown) => log("error", "jobs not started", { error: String(error) }));
    }
  });

  app.on("activate", () => {
    if (window === null) openWindow();
  });
  app.on("second-instance", (_event, _argv, _folder, additionalData) => {
    window?.restore();
    window?.focus();
    const file = openedFileOf(additionalData);
    if (context && file !== null) void openFile(context, file);
  });
  app.on("open-file", (event, file) => {
    event.preventDefault();
    if (context) void openFile(context, file);
  });
  app.on("window-all-closed", () => {
    if (process.platform !== "darwin") app.quit();
  });
  endInOrder(shell, context);
}

function createContext(shell: Shell, data: AppData, { folder, log, engineLog }: RunAppOptions): AppContext {
  const { sendEvent } = shell;
  const newRequestId = () => RequestId.parse(randomUUID());
  const notices = new NoticeBoard((notice) => sendEvent("notice-added", notice));
  for (const failure of data.notices) notices.add(failure);

  const supervisor: EngineSupervisor = new EngineSupervisor({
    fork: (listeners) => forkEngine(listeners, engineLog),
    newRequestId,
    engineStateFolder: dataPaths(folder).engineState,
    marker: data.loadMarker,
    ends: {
      count: (model) => data.engineEnds.count(model),
      clear(modelId) {
        if (data.engineEnds.clear(modelId)) void models.changed();
      },
    },
    deltas: {
      // The library is made below: it needs the fit process, which needs this supervisor.
      resolve: (stack, modelId) => resolveStack(stack, modelId, { deltas, models, deltaMatcher }),
      noteLoading: (deltaIds) => deltas.noteLoading(deltaIds),
      clearNote: () => deltas.clearNote(),
      crashed: (deltaIds) => deltas.crashed(deltaIds),
    },
    memory: () => ({ totalBytes: totalMemoryBytes(), oomKills: countOomKills() }),
    log,
    onEngineLog: (level, message) => engineLog(level, message),
    onState(state) {
      sendEvent("engine-changed", state);
      void loads.engineChanged(state).then(() => models.engineChanged(state));
    },
    onMemory: (memory) => loads.memory(memory),
    onDeltas(inEngine) {
      sendEvent("engine-deltas-changed", inEngine);
      loads.deltas(inEngine);
    },
    onStarted: () => streamPort.engineStarted(),
    onLoaded(model) {
      void loads.loaded(model);
      void models.loaded(model).then((saved) => saved.ok || notices.add(saved.failure));
    },
  });
  const streamPort = new StreamPort((port) => supervisor.connectWindow(port));
  const estimator = createEstimator(supervisor, data.loadLog, log);
  const loads = new Loads({
    estimator,
    fitModelOf: fitModelOfFile,
    settings: data.loadSettings,
    log: data.loadLog,
    hasDeltas: () => data.deltaList.value.deltas.length > 0,
    now: Date.now,
  });
  const models = new Models({
    modelsFolder: dataPaths(folder).models,
    starterFileName: STARTER_MODEL.fileName,
    modelList: data.modelList,
    settings: data.settings,
    loadMarker: data.loadMarker,
    engineEnds: data.engineEnds,
    supervisor,
    loads,
    onWarning: (warning) => sendEvent("load-warned", warning),
    onChanged: (list) => sendEvent("models-changed", list),
  });
  const starter = new StarterFetcher({
    fetchModel: (signal, onProgress) =>
      ensureStarterModel({
        dataFolder: folder,
        signal,
        onProgress,
        // Chromium's fetch knows the system's proxy and certificates.
        fetch: (input, init) => net.fetch(input instanceof URL ? input.href : input, init),
      }),
    isPresent: existsSync(path.join(dataPaths(folder).models, STARTER_MODEL.fileName)),
    onChanged: (state) => sendEvent("starter-changed", state),
  });
  const hub = new Hub({
    file: data.hubSettings,
    token: new TokenStore(path.join(folder, "hub-token")),
    fixedEndpoint: process.env["FACET_HUB_ENDPOINT"] || null,
  });
  const downloads = createDownloads({
    modelsFolder: dataPaths(folder).models,
    hub,
    log,
    onChanged: (list) => sendEvent("downloads-changed", list),
    onReady: () => void models.changed(),
  });
  const modelsFolder = dataPaths(folder).models;
  const fileTasks = new FileTasks({ onChanged: (tasks) => sendEvent("file-tasks-changed", tasks) });
  const imports = new Imports({
    modelsFolder,
    surroundings: { env: process.env, platform: process.platform, home: homedir() },
    describe: (file) => describeFile(file, estimator),
    installedPaths: async () => new Set((await models.files()).map(({ realPath }) => realPath)),
  });
  const deltas = new DeltaLibrary({
    folder: dataPaths(folder).deltas,
    list: data.deltaList,
    loading: data.loadingDeltas,
    inspect: (file) => estimator.inspectDelta(file),
    changeForm: (source, target, compact) => changeDeltaForm({ source, target, compact }, jobs.tools),
    now: Date.now,
    onChanged: (list) => sendEvent("deltas-changed", list),
  });
  const jobs = createJobs(
    { dataFolder: folder, modelsFolder, data, downloads, deltas, estimator, hub, models, log },
    (list) => sendEvent("jobs-changed", list),
  );
  const deltaMatcher = new DeltaMatcher({
    compareShapes: (modelPath, files) => estimator.matchDeltas(modelPath, files),
    checkBase: (delta, model) => checkDeltaBase(delta, model, jobs.tools),
    log,
  });
  const answers = new AnswerRunner({
    store: data.chats,
    engine: supervisor,
    newRequestId,
    onMessageChanged(message) {
      sendEvent("message-changed", message);
      if (message.facts) loads.answered(message.facts);
    },
    onChatChanged: (chat) => sendEvent("chat-changed", chat),
    onSaveFailed: (failure) => notices.add(failure),
  });
  return {
    ...shell,
    modelsFolder,
    imports,
    fileTasks,
    data,
    notices,
    models,
    starter,
    hub,
    deltas,
    deltaMatcher,
    downloads,
    estimator,
    jobs,
    loads,
    supervisor,
    answers,
    streamPort,
  };
}

async function openFirstModel(context: AppContext, openedFile: string | null): Promise<void> {
  if (openedFile === null || !(await openFile(context, openedFile))) await context.models.loadUsual();
  // Without any model there is nothing else to do here; the first screen shows how it goes, and a way out.
  const isNew = (await context.models.list()).length === 0 && (await realModelsFolder(context)).isThere;
  if (isNew) await getStarter(context);
}

async function openFile({ models, notices }: AppContext, file: string): Promise<boolean> {
  const opened = await models.openFile(file);
  if (!opened.ok) notices.add(opened.failure);
  return opened.ok;
}

/** Quitting waits for the window's last words, then the engine's, then closes the database. */
function endInOrder(shell: Shell, context: AppContext | null): void {
  let isEnding = false;
  app.on("before-quit", (event) => {
    event.preventDefault();
    if (isEnding) return;
    isEnding = true;
    void end(shell, context).finally(() => app.exit(0));
  });
}

async function end({ window, log }: Shell, context: AppContext | null): Promise<void> {
  const open = window();
  if (open) {
    await new Promise<void>((resolve) => {
      open.once("closed", resolve);
      setTimeout(resolve, CLOSE_TIMEOUT_MS);
      open.close();
    });
  }
  if (context) {
    context.starter.cancel();
    context.estimator.close();
    await context.jobs.queue.stop();
    await context.fileTasks.close();
    await context.downloads.stop();
    await context.supervisor.close();
    forgetEngineState(context);
    context.answers.close();
    context.data.chats.close();
  }
  log("info", "end");
}

/** KV caches hold what was said. Also at start: an app that was killed left its own. */
function forgetEngineState({ dataFolder, log }: Shell): void {
  try {
    rmSync(dataPaths(dataFolder).engineState, { recursive: true, force: true });
  } catch (error) {
    log("warn", "engine state not removed", { error: String(error) });
  }
}

function openedFileOf(additionalData: unknown): string | null {
  if (typeof additionalData !== "object" || additionalData === null || !("openedFile" in additionalData)) return null;
  return typeof additionalData.openedFile === "string" ? additionalData.openedFile : null;
}

/** How often Linux has killed a process for memory since it was started; null where that is not to be known. */
function countOomKills(): number | null {
  try {
    const found = /^oom_kill (\d+)$/mu.exec(readFileSync("/proc/vmstat", "utf8"));
    return found === null ? null : Number(found[1]);
  } catch {
    return null;
  }
}
