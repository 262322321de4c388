// What main sends to the window unasked. Events carry state; they do not steer.
import { z } from "zod";
import { menuActionNames } from "./actions";
import { ChatSummary, Message } from "./chat";
import { Delta, EngineDeltas } from "./deltas";
import { Download } from "./downloads";
import { EngineState } from "./engineState";
import { ChatId } from "./ids";
import { GpuState } from "./gpu";
import { Job } from "./jobQueue";
import { Language } from "./language";
import { LoadWarning } from "./loadSettings";
import { Notice } from "./methods";
import { FileTask, SameFile } from "./importing";
import { InstalledModel, StarterState } from "./model";

export const events = {
  "engine-changed": EngineState,
  "gpu-changed": GpuState,
  "models-changed": z.array(InstalledModel),
  "starter-changed": StarterState,
  /** A load was asked for that would not fit. Nothing was done. */
  "load-warned": LoadWarning,
  /** All downloads, a few times a second while one runs. */
  "downloads-changed": z.array(Download),
  /** All jobs in the order of the queue, a few times a second while one runs. */
  "jobs-changed": z.array(Job),
  "deltas-changed": z.array(Delta),
  /** null: no model is loaded. */
  "engine-deltas-changed": EngineDeltas.nullable(),
  /** All file tasks, a few times a second while one runs. */
  "file-tasks-changed": z.array(FileTask),
  "same-files-changed": z.array(SameFile),
  "chat-changed": ChatSummary,
  /** By those of a backup: all that there are now. */
  "chats-replaced": z.array(ChatSummary),
  "chat-removed": z.strictObject({ chatId: ChatId }),
  /** A message was added or has a new state (not: each token; those come over the stream port). */
  "message-changed": Message,
  "notice-added": Notice,
  /** The user has chosen another one. */
  "language-changed": Language,
  /** What was chosen in the application menu; the window carries it out. */
  "menu-command": z.enum(menuActionNames),
} as const satisfies Record<string, z.ZodType>;

export type EventName = keyof typeof events;
export type EventValue<Name extends EventName> = z.output<(typeof events)[Name]>;
