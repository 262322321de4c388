// The application, without any window: everything that Facet is, opened on a data folder with what a host gives to it.
import { randomUUID } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { failure, succeed, type Failure, type Outcome } from "../contract/failure";
import { ON_PROCESSOR } from "../contract/gpu";
import { RequestId } from "../contract/ids";
import type { Language } from "../contract/language";
import type { AppSettings } from "../contract/settings";
import { totalMemoryBytes } from "./aboutThisComputer";
import { AnswerRunner } from "./answers/AnswerRunner";
import { Backups } from "./chats/backups/Backups";
import { SearchThread } from "./chats/SearchThread";
import { closeInOrder } from "./closeInOrder";
import { dataPaths } from "./dataFolder";
import { DeltaLibrary } from "./deltas/DeltaLibrary";
import { changeDeltaForm, checkDeltaBase } from "./deltas/deltaJobs";
import { DeltaMatcher } from "./deltas/DeltaMatcher";
import { resolveStack } from "./deltas/resolveStack";
import { createDownloads } from "./downloads/createDownloads";
import { EngineNow } from "./supervision/EngineNow";
import { EngineSession } from "./supervision/EngineSession";
import { TokenReaders, type TokenListener } from "./supervision/TokenReaders";
import { createEstimator } from "./estimator/createEstimator";
import { MachineSpeeds } from "./estimator/MachineSpeeds";
import { describeFile, fitModelOfFile } from "./estimator/fitModelOfPaths";
import { EventStream } from "./EventStream";
import { forgetEngineState, newEngineState } from "./engineState";
import type { Host } from "./Host";
import { getStarter } from "./getStarter";
import { forkWithGpu } from "./gpu/forkWithGpu";
import { plannedForAnother } from "./gpu/gpuChosen";
import { GpuStarts } from "./gpu/GpuStarts";
import { graphicsSystem } from "./gpu/graphicsSystem";
import { Hub } from "./hub/Hub";
import { DEFAULT_ENDPOINT } from "./hub/hubAddress";
import { foundToken } from "./hub/huggingFaceTools";
import { KeptAnswers } from "./hub/KeptAnswers";
import { TokenStore } from "./hub/TokenStore";
import { FileTasks } from "./importing/FileTasks";
import { Imports } from "./importing/Imports";
import { modelsPlace, tidyModelsFolder } from "./importing/modelsFolder";
import { realModelsFolder } from "./importing/moveModelsFolder";
import { createJobs } from "./jobs/createJobs";
import { chosenLanguage, Languages } from "./Languages";
import { removeUnfinished } from "./leftovers";
import { Loads } from "./loads/Loads";
import type { Log } from "./LogFile";
import {
  callMethod,
  type CoreHandlers,
  type CoreInput,
  type CoreMethodName,
  type CoreOutcome,
} from "./methods/CoreHandlers";
import { coreMethods } from "./methods/coreMethods";
import { ModelFailures } from "./ModelFailures";
import { ModelLibrary } from "./ModelLibrary";
import { Models } from "./Models";
import { NetworkSwitches } from "./NetworkSwitches";
import { NoticeBoard } from "./NoticeBoard";
import { openAppData, type AppData } from "./openAppData";
import type { Parts } from "./Parts";
import { StarterFetcher } from "./StarterFetcher";
import { ensureStarterModel, STARTER_MODEL } from "./starterModel";

/**
 * Then the program ends, whatever it still waits for. With a second each for the window's last words and for threads that still read,
 * quitting takes ten seconds at most.
 */
const CLOSE_TIMEOUT_MS = 8_000;
const OF_QUEUES = /^(downloads|jobs)\./u;

export interface ApplicationOptions {
  host: Host;
  dataFolder: string;
  log: Log;
  /** What the engine process says of itself. */
  engineLog: Log;
  /** Lists and verdicts only: nothing is written to the folder, which another application may be using. */
  isReader?: boolean;
  /** Called before what can be read of damaged chats is taken over, which may take a while. */
  onChatsDamaged?: () => void;
}

export interface Application {
  readonly events: EventStream;
  readonly handlers: CoreHandlers;
  readonly settings: AppSettings;
  /** As the setting says. */
  readonly language: Language;
  /**
   * Asks as any face does: the input is parsed, and the answer is an outcome, never an exception. Methods of downloads and jobs start
   * their queues.
   */
  call<Name extends CoreMethodName>(name: Name, input: CoreInput<Name>): Promise<CoreOutcome<Name>>;
  /** Goes on with downloads and jobs; once, however often it is called. */
  start(): Promise<void>;
  /** Loads the given file, else the model of last time; where there is none at all, the starter model is fetched. */
  openFirstModel(openedFile: string | null): Promise<void>;
  /** Uses a model file where it is stored; a failure becomes a notice. */
  openFile(file: string): Promise<boolean>;
  /** For what belongs to no single request. */
  addNotice(failure: Failure): void;
  /** Hands a reader's end of the token stream, a port of the host's own kind, to the engine. False = there is none to take it. */
  connectReader(port: object): boolean;
  /** Every token of every answer, as it is written. Returns what ends the reading. */
  readTokens(listener: TokenListener): () => void;
  /** Ends everything in order, within 10 s. */
  close(): Promise<void>;
}

/** Failures: "data-folder-unusable", "disk-full", "database-newer". Nothing is changed then. */
export async function createApplication(options: ApplicationOptions): Promise<Outcome<Application>> {
  const { host, dataFolder, log, isReader = false, onChatsDamaged } = options;
  const opened = await openAppData({
    folder: dataFolder,
    log,
    now: Date.now,
    worker: host.worker,
    isReader,
    ...(onChatsDamaged === undefined ? {} : { onChatsDamaged }),
  });
  if (!opened.ok) return opened;
  log("info", "data is open", { afterMs: Math.round(performance.now()) });
  const data = opened.value;
  const { engineState, models } = dataPaths(dataFolder);
  if (!isReader) {
    data.notices.push(...(await tidyModelsFolder(modelsPlace(dataFolder, data.unfinished), log)));
    await removeUnfinished({ dataFolder, modelsFolder: models, data }).then(
      (count) => log("info", "unfinished files removed", { count }),
      (error: unknown) => log("warn", "unfinished files not removed", { error: String(error) }),
    );
  }
  const engineStateFolder = isReader ? engineState : await newEngineState(engineState, data.unfinished);
  const parts = createParts(options, data, engineStateFolder);
  if (isReader) {
    await parts.downloads.load();
    return succeed(applicationOf(parts, { start: async () => undefined, close: async () => parts.estimator.close() }));
  }
  connectParts(parts);
  parts.deltas.recover();
  process.on("exit", data.finishNow);
  return succeed(applicationOf(parts, { start: () => start(parts), close: () => close(parts) }));
}

function applicationOf(parts: Parts, life: Pick<Application, "start" | "close">): Application {
  const { events, data, session, tokenReaders, log } = parts;
  const handlers = coreMethods(parts);
  let started: Promise<void> | null = null;
  const startOnce = () => (started ??= life.start());
  return {
    events,
    handlers,
    get settings() {
      return data.settings.value;
    },
    get language() {
      return chosenLanguage(parts);
    },
    async call(name, input) {
      if (OF_QUEUES.test(name)) await startOnce();
      // The outcome of this very method.
      return (await callMethod(handlers, name, input, log)) as CoreOutcome<typeof name>;
    },
    start: startOnce,
    openFirstModel: (openedFile) => openFirstModel(parts, openedFile),
    openFile: (file) => openFile(parts, file),
    addNotice: (failure) => parts.notices.add(failure),
    connectReader: (port) => session.connectReader(port),
    readTokens: (listener) => tokenReaders.open(listener),
    close: life.close,
  };
}

function createParts(
  { host, dataFolder, log, engineLog, isReader = false }: ApplicationOptions,
  data: AppData,
  engineStateFolder: string,
): Parts {
  const events = new EventStream(log);
  const languages = new Languages(host.languagesFolder);
  const newRequestId = () => RequestId.parse(randomUUID());
  const paths = dataPaths(dataFolder);
  const modelsFolder = paths.models;
  const search = new SearchThread({ file: isReader ? null : paths.database, script: host.searchScript, log });
  const engine = new EngineNow(events);
  const notices = new NoticeBoard((notice) => events.emit("notice-added", notice));
  for (const notice of data.notices) notices.add(notice);
  data.chats.faultyRows.listen(({ chats, messages }) => {
    const counts = { file: "chats.db", chats: String(chats), messages: String(messages) };
    const notice = failure("chat-rows-unreadable", counts);
    if (!data.dismissedNotices.has(notice)) notices.add(notice);
  });

  const switches = new NetworkSwitches(data.settings);
  const hub = new Hub({
    file: data.hubSettings,
    token: new TokenStore(path.join(dataFolder, "hub-token"), host.secrets, data.unfinished),
    foundToken: () => foundToken({ env: process.env, platform: process.platform, home: homedir() }),
    takesFoundToken: host.takesFoundToken,
    network: host.network,
    switches,
    worker: host.worker,
    kept: new KeptAnswers({ folder: paths.hubAnswers, isReader, unfinished: data.unfinished, now: Date.now }),
    fixedEndpoint: process.env["FACET_HUB_ENDPOINT"] || null,
    usualEndpoint: process.env["HF_ENDPOINT"] || DEFAULT_ENDPOINT,
  });
  const downloads = createDownloads({ host, events, modelsFolder, hub, log, unfinished: data.unfinished });
  const starter = new StarterFetcher({
    fetchModel: (signal, onProgress) =>
      switches.during("starter", signal, (stop) =>
        ensureStarterModel({
          dataFolder,
          signal: stop,
          onProgress,
          fetch: host.network.fetch,
          unfinished: data.unfinished,
        }),
      ),
    isPresent: existsSync(path.join(modelsFolder, STARTER_MODEL.fileName)),
    onChanged: (state) => events.emit("starter-changed", state),
  });

  const conditions = `${graphicsSystem()} ${host.appVersion}`;
  const gpuStarts = new GpuStarts({
    file: data.gpu,
    choice: () => data.settings.value.gpu,
    conditions: () => conditions,
    onUnused: () => events.emit("gpu-unused", undefined),
    onChanged: (state) => events.emit("gpu-changed", state),
    onNotice: (notice) => notices.add(notice),
  });
  const speeds = new MachineSpeeds({
    file: data.machineSpeeds,
    fork: forkWithGpu(host.forkFit, gpuStarts, log),
    engineRests: () => engine.untilItRests(),
    log,
    now: () => performance.now(),
  });
  const estimator = createEstimator({ host, gpuStarts, engine, loadLog: data.loadLog, speeds, log });
  const failures = new ModelFailures(data.engineEnds, data.loadSettings);
  const library = new ModelLibrary({
    modelsFolder,
    starterFileName: STARTER_MODEL.fileName,
    list: data.modelList,
    failureOf: (model) => failures.of(model),
  });
  const jobHost = { fork: host.forkJob, appFolder: host.appFolder, unfinished: data.unfinished };
  const deltas = new DeltaLibrary({
    folder: paths.deltas,
    list: data.deltaList,
    loading: data.deltasNote,
    look: (file) => estimator.describeDelta(file),
    inspect: (file) => estimator.inspectDelta(file),
    changeForm: (source, target, compact) => changeDeltaForm({ source, target, compact }, jobHost),
    now: Date.now,
    onChanged: (list) => events.emit("deltas-changed", list),
    unfinished: data.unfinished,
  });
  const deltaMatcher = new DeltaMatcher({
    compareShapes: (modelPath, files) => estimator.matchDeltas(modelPath, files),
    checkBase: (delta, model) => checkDeltaBase(delta, model, jobHost),
    log,
  });

  const session = new EngineSession({
    fork: (on) => (on === "processor" ? host.forkEngine(ON_PROCESSOR) : forkWithGpu(host.forkEngine, gpuStarts, log)),
    isGpuProven: () => gpuStarts.isProven,
    newRequestId,
    engineStateFolder,
    marker: data.loadNote,
    ends: {
      count: (model) => data.engineEnds.count(model),
      clear(modelId) {
        if (data.engineEnds.clear(modelId)) events.emit("engine-ends-cleared", undefined);
      },
    },
    deltas: {
      resolve: (stack, modelId) => resolveStack(stack, modelId, { deltas, library, deltaMatcher }),
      noteLoading: (deltaIds) => deltas.noteLoading(deltaIds),
      clearNote: () => deltas.clearNote(),
      crashed: (deltaIds) => deltas.crashed(deltaIds),
    },
    memory: () => ({ totalBytes: totalMemoryBytes(), oomKills: countOomKills() }),
    log,
    onEngineLog: (level, message) => engineLog(level, message),
    onState: (state) => events.emit("engine-changed", state),
    onMemory: (memory) => events.emit("engine-memory", memory),
    onDeltas: (inEngine) => events.emit("engine-deltas-changed", inEngine),
    onStarted: () => events.emit("engine-started", undefined),
    onToReader: (readerId, message) => events.emit("token-read", { readerId, message }),
    onLoaded: (model) => events.emit("model-loaded", model),
  });
  const tokenReaders = new TokenReaders((message) => session.tellReader(message));
  const loads = new Loads({
    estimator,
    fitModelOf: fitModelOfFile,
    settings: data.loadSettings,
    log: data.loadLog,
    hasDeltas: () => data.deltaList.value.deltas.length > 0,
    now: Date.now,
  });
  const models = new Models({
    library,
    failures,
    settings: data.settings,
    loadNote: data.loadNote,
    engineEnds: data.engineEnds,
    session,
    loads,
    onWarning: (warning) => events.emit("load-warned", warning),
    onChanged: (list) => events.emit("models-changed", list),
  });

  const fileTasks = new FileTasks({ onChanged: (tasks) => events.emit("file-tasks-changed", tasks) });
  const imports = new Imports({
    modelsFolder,
    surroundings: { env: process.env, platform: process.platform, home: homedir() },
    describe: (file) => describeFile(file, estimator),
    installedPaths: async () => new Set((await library.files()).map(({ realPath }) => realPath)),
  });
  const jobs = createJobs({
    host,
    events,
    dataFolder,
    modelsFolder,
    data,
    downloads,
    deltas,
    estimator,
    hub,
    models,
    log,
  });
  const answers = new AnswerRunner({
    store: data.chats,
    engine: session,
    newRequestId,
    onMessageChanged: (message) => events.emit("message-changed", message),
    onChatChanged: (chat) => events.emit("chat-changed", chat),
    onSaveFailed: (failure) => notices.add(failure),
  });
  const backups = new Backups({
    folder: paths.backups,
    database: paths.database,
    chats: data.chats,
    worker: host.worker,
    beforeRestoring: () => search.release(),
    unfinished: data.unfinished,
    now: Date.now,
    log,
  });
  return {
    host,
    events,
    log,
    languages,
    dataFolder,
    modelsFolder,
    data,
    search,
    notices,
    switches,
    hub,
    downloads,
    starter,
    fileTasks,
    imports,
    estimator,
    speeds,
    library,
    models,
    loads,
    deltas,
    deltaMatcher,
    jobs,
    engine,
    session,
    tokenReaders,
    answers,
    backups,
    gpuStarts,
  };
}

/** What follows from what: the only place where one part hears of another. */
function connectParts(parts: Parts): void {
  const { events, engine, gpuStarts, loads, models, notices, tokenReaders } = parts;
  events.on("gpu-unused", () => plannedForAnother(parts));
  events.on("engine-changed", async (state) => {
    // Loads remember why one failed before the list of models says it.
    await loads.engineChanged(state);
    await models.engineChanged(state);
    if (state.kind === "crashed" && state.failure.code === "engine-out-of-gpu-memory") await models.loadAgain();
  });
  events.on("engine-memory", (memory) => loads.memory(memory));
  events.on("engine-deltas-changed", (inEngine) => loads.deltas(inEngine));
  events.on("engine-started", () => tokenReaders.engineStarted());
  events.on("token-read", ({ readerId, message }) => tokenReaders.receive(readerId, message));
  events.on("engine-ends-cleared", () => models.changed());
  events.on("model-loaded", (model) => loads.loaded(model));
  events.on("model-loaded", async (model) => {
    const saved = await models.loaded(model);
    if (!saved.ok) notices.add(saved.failure);
  });
  events.on("model-downloaded", () => models.changed());
  events.on("message-changed", ({ facts }) => {
    if (!facts) return;
    loads.answered(facts);
    if ((engine.loaded?.choice.gpuLayers ?? 0) > 0) gpuStarts.answered();
  });
}

async function start({ downloads, jobs, backups, log }: Parts): Promise<void> {
  backups.start();
  await downloads.start().catch((error: unknown) => log("error", "downloads not started", { error: String(error) }));
  jobs.start();
}

async function openFirstModel(parts: Parts, openedFile: string | null): Promise<void> {
  if (openedFile === null || !(await openFile(parts, openedFile))) await parts.models.loadUsual();
  // Without any model there is nothing else to do here; the first screen shows its progress, and a way out.
  const isNew = (await parts.models.list()).length === 0 && (await realModelsFolder(parts)).isThere;
  if (isNew) await getStarter(parts);
}

async function openFile({ models, notices }: Parts, file: string): Promise<boolean> {
  const opened = await models.openFile(file);
  if (!opened.ok) notices.add(opened.failure);
  return opened.ok;
}

function close(parts: Parts): Promise<void> {
  const {
    host,
    hub,
    starter,
    estimator,
    speeds,
    jobs,
    fileTasks,
    downloads,
    session,
    search,
    backups,
    data,
    dataFolder,
    log,
  } = parts;
  return closeInOrder(
    [
      ["starter model", () => starter.cancel()],
      ["speed of this computer", () => speeds.close()],
      ["estimator", () => estimator.close()],
      ["jobs", () => jobs.queue.stop()],
      ["file tasks", () => fileTasks.close()],
      ["downloads", () => downloads.stop()],
      ["answers of the hub", () => hub.settled()],
      ["engine", () => session.close()],
      ["engine state", () => forgetEngineState(dataPaths(dataFolder).engineState, data.unfinished)],
      ["loads", () => data.loadLog.ended()],
      ["answers", () => closeAnswers(parts)],
      ["search", () => search.release()],
      ["backups", () => backups.close()],
      ["worker threads", () => host.worker.close()],
      ["chats", () => data.chats.close()],
      // A program that exits before this, in whichever way, finishes them itself.
      ["lists", () => data.saved().then(() => endSaving(data))],
    ],
    CLOSE_TIMEOUT_MS,
    log,
  );
}

/** Somebody else may have the folder from now on. */
function endSaving(data: AppData): void {
  data.finishNow();
  process.off("exit", data.finishNow);
}

function closeAnswers({ answers, log }: Parts): void {
  const lost = answers.close();
  if (lost.answers.length > 0)
    log("warn", "answers not saved", { answers: lost.answers.length, code: lost.failure?.code ?? "" });
}

/** How often Linux has killed a process for memory since it was started; null where that cannot be known. */
function countOomKills(): number | null {
  try {
    const found = /^oom_kill (\d+)$/mu.exec(readFileSync("/proc/vmstat", "utf8"));
    return found === null ? null : Number(found[1]);
  } catch {
    return null;
  }
}
