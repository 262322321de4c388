// Everything the window may ask of main: the only place where a method is declared.
// Input is parsed on the main side for every call; the bridge and the gate derive their tables and types from here.
import { z } from "zod";
import { Backup } from "./backups";
import {
  Chat,
  ChatSummary,
  MAX_MESSAGE_CHARACTERS,
  MAX_TITLE_CHARACTERS,
  Message,
  SearchHit,
  UnsavedWords,
} from "./chat";
import {
  ComparedStacks,
  Delta,
  DeltaName,
  DeltasForModel,
  EngineDeltas,
  FoundDelta,
  HubDeltaFacts,
  Stack,
} from "./deltas";
import { DeltaDetails } from "./deltaDetails";
import { MAX_COUNTED_CHARACTERS } from "./engineProtocol";
import { EngineState } from "./engineState";
import { Download, DownloadId, DownloadRequest } from "./downloads";
import { Failure, type Outcome } from "./failure";
import { Fit, FitMachine, FitQuestion } from "./fit";
import { RatedModel, HubModel, HubQuery, HubSearchPage, RepositoryName, Revision } from "./hub";
import { HubSettings, HubSettingsChange } from "./hubSettings";
import { Job, JobId, JobStart } from "./jobQueue";
import { ChatId, DeltaId, MessageId, ModelId, RequestId } from "./ids";
import { DroppedPaths, FileTask, FileTaskId, FoundModels, ImportOffer, ModelUse, OfferId, SameFile } from "./importing";
import { Language } from "./language";
import { Leftover, LeftoverId } from "./leftovers";
import { LoadRecord, LoadSettings, LoadSettingsView } from "./loadSettings";
import { MakeDeltaPreview, MakeDeltaQuestion } from "./makeDelta";
import { InstalledModel, InstalledModels, StarterState } from "./model";
import { ModelFormat } from "./modelFormat";
import { MAX_TOOL_CALLS, ToolResultPart } from "./parts";
import { ThinkingChoice } from "./thinking";
import { ChosenText, ImportedMatrix, PreviewQuestion, QualityResults, QuantizePreview } from "./quantize";
import { ChatSettings } from "./sampling";
import { AppSettings } from "./settings";
import { GpuState } from "./gpu";

const nothing = z.undefined();
const messageText = z.string().min(1).max(MAX_MESSAGE_CHARACTERS);

/** Something the user should know that belongs to no single chat: a damaged database moved aside, say. */
export const Notice = z.strictObject({ id: z.string(), failure: Failure });
export type Notice = z.infer<typeof Notice>;

/** All the window needs to draw its first frame. */
export const Snapshot = z.strictObject({
  appVersion: z.string(),
  electronVersion: z.string(),
  /** The one that the app is made for, where an older one runs it: its Chromium is not current. */
  newerElectronVersion: z.string().nullable(),
  platform: z.string(),
  settings: AppSettings,
  language: Language,
  /** That can be chosen: English first. */
  languages: z.array(z.string()),
  engine: EngineState,
  models: z.array(InstalledModel),
  starter: StarterState,
  chats: z.array(ChatSummary),
  notices: z.array(Notice),
  /** The data folder cannot be used: the window shows this and nothing else. */
  blocked: Failure.nullable(),
  totalMemoryBytes: z.number(),
  /** Shown to the user, never used as a path by the window. */
  dataFolder: z.string(),
});
export type Snapshot = z.infer<typeof Snapshot>;

/** A chat and the branch of its message tree that is shown. */
export const OpenChat = z.strictObject({
  chat: Chat,
  messages: z.array(Message),
  /** Answers beside those of the branch that were asked for together with one of them. */
  compared: z.array(Message),
});
export type OpenChat = z.infer<typeof OpenChat>;

export const methods = {
  "app.snapshot": { input: nothing, output: Snapshot },
  /**
   * The page listens for STREAM_PORT_MESSAGE and wants a token stream port now, and a new one
   * each time the engine process is restarted.
   */
  "app.connectStream": { input: nothing, output: nothing },
  "app.openLogsFolder": { input: nothing, output: nothing },
  /** Asks the user, in a dialog of the system that shows the address, then opens the browser. */
  "app.openLink": { input: z.strictObject({ url: z.string().max(2048) }), output: nothing },
  "app.copyText": { input: z.strictObject({ text: z.string().max(MAX_MESSAGE_CHARACTERS) }), output: nothing },
  "app.dismissNotice": { input: z.strictObject({ id: z.string() }), output: nothing },
  "app.quit": { input: nothing, output: nothing },
  /** Another `gpu`, or the same again, is tried at once: the model in memory is loaded anew, after the answer that is being written. */
  "settings.save": { input: AppSettings.partial(), output: AppSettings },
  "gpu.state": { input: nothing, output: GpuState },

  /**
   * One that would not fit is not loaded: "load-warned" says so, and asks. `despiteWarning` loads it all the same; `settings` are for
   * this load alone.
   */
  "models.load": {
    input: z.strictObject({
      modelId: ModelId,
      settings: LoadSettings.optional(),
      despiteWarning: z.boolean().optional(),
    }),
    output: nothing,
  },
  /** How a model would be loaded now, and why. Planning takes up to seconds for a large file. */
  "loads.settings": { input: z.strictObject({ modelId: ModelId }), output: LoadSettingsView },
  /** For the next loads. Failure: "request-invalid" for what cannot be had together. */
  "loads.saveSettings": {
    input: z.strictObject({ modelId: ModelId, settings: LoadSettings }),
    output: LoadSettingsView,
  },
  /** What was predicted and measured, newest first. */
  "loads.records": { input: nothing, output: z.array(LoadRecord) },
  /** Shows the system's file dialog; null when the user closed it. The model is loaded, unless `load` is false. */
  "models.chooseFile": { input: z.strictObject({ load: z.boolean() }).optional(), output: InstalledModel.nullable() },
  /** Forgets a model that was used in place. The file stays where it is. */
  "models.forget": { input: z.strictObject({ modelId: ModelId }), output: nothing },
  "models.getStarter": { input: nothing, output: nothing },
  "models.cancelStarter": { input: nothing, output: nothing },
  /** All installed models with what their headers say. Reads files: asked for when the list is shown. */
  "models.installed": { input: nothing, output: InstalledModels },
  /** A display name, kept by Facet; the file keeps its own. */
  "models.rename": {
    input: z.strictObject({ modelId: ModelId, name: z.string().trim().min(1).max(120) }),
    output: nothing,
  },
  /** Moves all files of a model in Facet's own folder to the system's trash. */
  "models.delete": { input: z.strictObject({ modelId: ModelId }), output: nothing },
  /** Shows the file in the system's file manager. */
  "models.reveal": { input: z.strictObject({ modelId: ModelId }), output: nothing },
  /** Reads the whole file again, as a file task. Failures: "model-changed" (wrong hash), "model-without-checksum", "request-cancelled". */
  "models.verify": { input: z.strictObject({ modelId: ModelId }), output: nothing },
  /** How conversations are written for it. Loads its vocabulary. Failures: "not-found", those of loading a model. */
  "models.format": { input: z.strictObject({ modelId: ModelId }), output: ModelFormat },
  /** The chats that it answered in: said before it is deleted. */
  "models.use": { input: z.strictObject({ modelId: ModelId }), output: ModelUse },
  /** As far as it is known; files that have to be read for that are, in a file task, and "same-files-changed" tells. */
  "models.sameFiles": { input: nothing, output: z.array(SameFile) },
  /** Asks for a folder in the system's dialog and moves all of Facet's models there, as a file task. false = the user closed the dialog. */
  "models.moveFolder": { input: nothing, output: z.boolean() },
  /** Back into the data folder. */
  "models.moveFolderBack": { input: nothing, output: nothing },

  /** By preload only, for files and folders that the user dropped: see bridge.ts. */
  "import.dropped": { input: DroppedPaths, output: ImportOffer },
  /** Asks for folders in the system's dialog; null when the user closed it. */
  "import.chooseFolders": { input: nothing, output: ImportOffer.nullable() },
  /** Lists the chosen models where they are. A single one is loaded. */
  "import.useInPlace": {
    input: z.strictObject({ offerId: OfferId, modelIds: z.array(ModelId).min(1) }),
    output: nothing,
  },
  /** Copies them into Facet's folder, one after the other, as file tasks. */
  "import.copy": { input: z.strictObject({ offerId: OfferId, modelIds: z.array(ModelId).min(1) }), output: nothing },
  /** Adds its adapters to the fine-tunes, each copied; the first failure is said when all have been tried. */
  "import.addFineTunes": { input: z.strictObject({ offerId: OfferId }), output: nothing },
  /** Models of other apps. Looks at folders again, for a few seconds at most. */
  "import.otherApps": { input: nothing, output: FoundModels },
  /** Lists a model that import.otherApps found, and loads it. */
  "import.useFound": { input: z.strictObject({ modelId: ModelId }), output: nothing },

  "fileTasks.list": { input: nothing, output: z.array(FileTask) },
  /** Stops it, and what it wrote is deleted; of one that has failed only its line goes. */
  "fileTasks.cancel": { input: z.strictObject({ id: FileTaskId }), output: nothing },

  /** What is unfinished in the data folder, and not known to be Facet's: nothing removes it but the user. */
  "leftovers.list": { input: nothing, output: z.array(Leftover) },
  /** Moves it to the system's trash. Failures: "not-found", "leftover-not-moved-to-trash". */
  "leftovers.delete": { input: z.strictObject({ id: LeftoverId }), output: nothing },
  /** Shows it in the system's file manager. */
  "leftovers.reveal": { input: z.strictObject({ id: LeftoverId }), output: nothing },

  /** The hand-picked models in the order in which they suit this computer. */
  "hub.catalogue": { input: nothing, output: z.array(RatedModel) },
  "hub.search": { input: HubQuery, output: HubSearchPage },
  /** `isFresh`: as it is now. Without it, an answer of the last hour does. */
  "hub.model": {
    input: z.strictObject({ repository: RepositoryName, isFresh: z.boolean().default(false) }),
    output: HubModel,
  },
  /** The card's Markdown as it is: hostile until rendered safely. */
  "hub.readme": { input: z.strictObject({ repository: RepositoryName, revision: Revision }), output: z.string() },
  "hub.settings": { input: nothing, output: HubSettings },
  "hub.saveSettings": { input: HubSettingsChange, output: HubSettings },
  /** Saves the token that `offeredToken` tells of; the page never sees it. */
  "hub.useFoundToken": { input: nothing, output: HubSettings },

  /** Always a verdict: what cannot be known is "unknown". Failure: "request-cancelled". */
  "fit.judge": { input: FitQuestion, output: Fit },
  /** Nobody waits for the answer to this question any more. */
  "fit.cancel": { input: FitQuestion, output: nothing },
  "fit.machine": { input: nothing, output: FitMachine },
  /**
   * Verdicts, and the order of the hand-picked models, know speeds once it has succeeded: at once where this computer was measured before,
   * some seconds later where not. `again`: measured in any case. Failure: "estimate-failed".
   */
  "fit.measureSpeed": { input: z.strictObject({ again: z.boolean() }), output: nothing },

  "downloads.list": { input: nothing, output: z.array(Download) },
  "downloads.add": { input: DownloadRequest, output: Download },
  "downloads.pause": { input: z.strictObject({ id: DownloadId }), output: nothing },
  "downloads.resume": { input: z.strictObject({ id: DownloadId }), output: nothing },
  /** Deletes what was fetched. Of a finished download only its line goes. */
  "downloads.cancel": { input: z.strictObject({ id: DownloadId }), output: nothing },

  /** What each type would give. Reads only headers, also of a variant at the hub. Failure "addon-missing" where quantizing is off. */
  "quantize.preview": { input: PreviewQuestion, output: QuantizePreview },
  /** A text of the user's own for the calibration, by the system's file dialog; null when it was closed. */
  "quantize.chooseText": { input: nothing, output: ChosenText.nullable() },
  /** An importance matrix made elsewhere for this model, by the system's file dialog; it is checked and kept. */
  "quantize.importMatrix": { input: z.strictObject({ modelId: ModelId }), output: ImportedMatrix.nullable() },
  /** All that was measured of this model, its source and its siblings so far. */
  "quality.results": { input: z.strictObject({ modelId: ModelId }), output: QualityResults },

  "jobs.list": { input: nothing, output: z.array(Job) },
  "jobs.start": { input: JobStart, output: Job },
  /** Ends it at once, or takes it out of the queue; nothing half-written is left. Its line goes. */
  "jobs.cancel": { input: z.strictObject({ id: JobId }), output: nothing },
  /** A failed or interrupted job, once more, at the end of the queue. */
  "jobs.retry": { input: z.strictObject({ id: JobId }), output: nothing },
  /** Takes the line of an ended job away. What it made stays. */
  "jobs.dismiss": { input: z.strictObject({ id: JobId }), output: nothing },
  "deltas.list": { input: nothing, output: z.array(Delta) },
  /** All deltas and how each goes with a model; those that fit first. Reads headers. */
  "deltas.forModel": { input: z.strictObject({ modelId: ModelId }), output: DeltasForModel },
  /** What the engine holds; null = no model is loaded. "engine-deltas-changed" carries the changes. */
  "deltas.inEngine": { input: nothing, output: EngineDeltas.nullable() },
  /**
   * Shows the system's file dialog; null when the user closed it. A GGUF adapter is copied into Facet's folder; a PEFT adapter
   * (adapter_model.safetensors, its adapter_config.json beside it) is converted for the model with `baseId`, or for the one that is
   * loaded. Failures: "peft-base-needed", those of converting (contract/failure.ts: peft-…, delta-…) and of adding.
   */
  "deltas.addFile": { input: z.strictObject({ baseId: ModelId }).optional(), output: Delta.nullable() },
  /** Files in Facet's folder of deltas that are in no list, by name: the user may add them. */
  "deltas.found": { input: nothing, output: z.array(FoundDelta) },
  /** Takes one of them into the library, where it is; null when the user cancelled it. Failures: "not-found", "delta-already-here", those of adding. */
  "deltas.addFound": { input: FoundDelta.pick({ fileName: true }), output: Delta.nullable() },
  /** What adapters a repository holds, before anything is fetched; the job "fetch-delta" fetches one. Failures: those of the hub, "hub-no-adapter". */
  "deltas.lookAtHub": { input: z.strictObject({ repository: RepositoryName }), output: HubDeltaFacts },
  /** What its file says of its making. Reads its header. */
  "deltas.details": { input: z.strictObject({ deltaId: DeltaId }), output: DeltaDetails },
  /** The chats that it answers in next, or has answered in: said before it is deleted. */
  "deltas.use": { input: z.strictObject({ deltaId: DeltaId }), output: ModelUse },
  /**
   * Whether a delta can be made of two installed models, and how large it becomes. Reads both headers. Failures: "not-found",
   * "pair-…", those of headers.
   */
  "deltas.previewMake": { input: MakeDeltaQuestion, output: MakeDeltaPreview },
  /** The header's order: it comes before the other one, null = last. Failure: "not-found". */
  "deltas.place": { input: z.strictObject({ deltaId: DeltaId, beforeId: DeltaId.nullable() }), output: nothing },
  "deltas.rename": { input: z.strictObject({ deltaId: DeltaId, name: DeltaName }), output: Delta },
  /** Moves the file to the system's trash. Answers that it made keep its name and hue. */
  "deltas.delete": { input: z.strictObject({ deltaId: DeltaId }), output: nothing },
  /**
   * Asks where to, then copies the file, or writes a 1-bit delta there in the compact form, which Facet expands when it is added;
   * the name it was given, null when the user closed the dialog.
   */
  "deltas.export": {
    input: z.strictObject({ deltaId: DeltaId, compact: z.boolean().default(false) }),
    output: z.string().nullable(),
  },
  /** The llama-cli line that uses this delta with a model, to be copied. */
  "deltas.commandLine": { input: z.strictObject({ deltaId: DeltaId, modelId: ModelId }), output: z.string() },

  "engine.restart": { input: nothing, output: nothing },
  /** How many tokens the loaded model makes of a text; null while none is loaded. */
  "engine.countTokens": {
    input: z.strictObject({ text: z.string().max(MAX_COUNTED_CHARACTERS) }),
    output: z.number().int().nullable(),
  },

  "chats.create": { input: nothing, output: Chat },
  "chats.open": { input: z.strictObject({ chatId: ChatId }), output: OpenChat },
  "chats.rename": {
    input: z.strictObject({ chatId: ChatId, title: z.string().min(1).max(MAX_TITLE_CHARACTERS) }),
    output: ChatSummary,
  },
  /** Can be taken back with chats.restore until the app is closed. */
  "chats.delete": { input: z.strictObject({ chatId: ChatId }), output: nothing },
  "chats.restore": { input: z.strictObject({ chatId: ChatId }), output: ChatSummary },
  "chats.saveSettings": { input: z.strictObject({ chatId: ChatId, settings: ChatSettings }), output: Chat },
  /** Who answers from the next message on. Failure: "delta-missing". */
  "chats.setStack": { input: z.strictObject({ chatId: ChatId, stack: Stack }), output: Chat },
  /** The best hits. A newer search takes the place of one that is not answered yet: "request-cancelled". */
  "chats.search": { input: z.strictObject({ query: z.string().max(500) }), output: z.array(SearchHit) },

  /** Adds the user's message and an answer that is being written. Both come back, and as events. `thinking` is for this answer alone. */
  "chats.send": {
    input: z.strictObject({ chatId: ChatId, text: messageText, thinking: ThinkingChoice.optional() }),
    output: z.strictObject({ messages: z.array(Message) }),
  },
  /**
   * Another answer to the same message, as a sibling of this one: by `stack` ("try with …"), else by the chat's own. One beside an
   * answer of a comparison joins the comparison: by `stack`, else by that answer's own.
   */
  "chats.regenerate": {
    input: z.strictObject({ messageId: MessageId, stack: Stack.optional(), thinking: ThinkingChoice.optional() }),
    output: z.strictObject({ messages: z.array(Message) }),
  },
  /**
   * A new chat with its settings, its stack and the first message, all or nothing. `stacks`: the message is answered side by side by
   * each of them instead. Failures: those of "chats.send" and "chats.setStack"; there is no new chat then.
   */
  "chats.start": {
    input: z.strictObject({
      settings: ChatSettings,
      stack: Stack,
      text: messageText,
      thinking: ThinkingChoice.optional(),
      stacks: ComparedStacks.optional(),
    }),
    output: z.strictObject({ chat: Chat, messages: z.array(Message) }),
  },
  /** One question, answered by each of two or three stacks: answers that are siblings with one comparisonId. */
  "chats.compare": {
    input: z.strictObject({ chatId: ChatId, text: messageText, stacks: ComparedStacks }),
    output: z.strictObject({ messages: z.array(Message) }),
  },
  /** Edits a message of the user: a sibling of it, answered by the chat's stack, or side by side by `stacks`. */
  "chats.edit": {
    input: z.strictObject({ messageId: MessageId, text: messageText, stacks: ComparedStacks.optional() }),
    output: z.strictObject({ messages: z.array(Message) }),
  },
  /** The results of an answer's tool calls, as the user's next message; the model goes on with them. Each call has exactly one. */
  "chats.sendToolResults": {
    input: z.strictObject({
      messageId: MessageId,
      results: z
        .array(ToolResultPart.extend({ text: z.string().max(MAX_MESSAGE_CHARACTERS) }))
        .min(1)
        .max(MAX_TOOL_CALLS),
    }),
    output: z.strictObject({ messages: z.array(Message) }),
  },
  /** Ends the thought that is being written: the next token belongs to the answer. The thought stays. */
  "chats.answerNow": { input: z.strictObject({ requestId: RequestId }), output: nothing },
  /** Shows another sibling and what followed it last. */
  "chats.showSibling": { input: z.strictObject({ messageId: MessageId }), output: OpenChat },
  /** Tries to save what the disk did not take, now. Of what it still does not take: where that is, and why. */
  "chats.saveUnsaved": { input: nothing, output: UnsavedWords },
  /** Newest first. */
  "chats.backups": { input: nothing, output: z.array(Backup) },
  /**
   * All chats become those of the backup, and the event "chats-replaced" follows. The present ones are kept in a file whose name comes
   * back. Failures: "chats-busy", "not-found", "database-damaged", "database-newer", "disk-full"; nothing is changed then.
   */
  "chats.restoreBackup": {
    input: z.strictObject({ name: z.string().max(200) }),
    output: z.strictObject({ keptAs: z.string() }),
  },
  "chats.stop": { input: z.strictObject({ requestId: RequestId }), output: nothing },
} as const satisfies Record<string, { input: z.ZodType; output: z.ZodType }>;

export type MethodName = keyof typeof methods;

/** Need the window or the desktop: dialogs, clipboard, file manager. Main answers them, all others the application. */
export const windowMethods = [
  "app.connectStream",
  "app.openLogsFolder",
  "app.openLink",
  "app.copyText",
  "app.quit",
  "models.chooseFile",
  "models.reveal",
  "leftovers.reveal",
  "models.moveFolder",
  "quantize.chooseText",
  "quantize.importMatrix",
  "import.chooseFolders",
  "deltas.addFile",
  "deltas.export",
] as const satisfies readonly MethodName[];
export type WindowMethodName = (typeof windowMethods)[number];
export type MethodInput<Name extends MethodName> = z.input<(typeof methods)[Name]["input"]>;
export type MethodParsedInput<Name extends MethodName> = z.output<(typeof methods)[Name]["input"]>;
export type MethodOutput<Name extends MethodName> = z.output<(typeof methods)[Name]["output"]>;
/** What travels back over IPC: always an Outcome, never a thrown error. */
export type MethodOutcome<Name extends MethodName> = Outcome<MethodOutput<Name>>;
