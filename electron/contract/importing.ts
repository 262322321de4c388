// Models that come from elsewhere on this computer: dropped files and folders, other apps' models; and work on large files.
import { z } from "zod";
import { Failure } from "./failure";
import { FileKind } from "./fileKind";
import { ModelId } from "./ids";

/** Apps whose models are found and used where they are. Facet never changes or deletes those. */
export const OtherApp = z.enum(["lm-studio", "ollama", "jan", "hugging-face"]);
export type OtherApp = z.infer<typeof OtherApp>;

/** A model that was found, split files as one; not in Facet's list unless `installed` says so. */
export const FoundModel = z.strictObject({
  id: ModelId,
  name: z.string(),
  fileName: z.string(),
  fileCount: z.number().int(),
  sizeBytes: z.number(),
  quantization: z.string().nullable(),
  installed: z.boolean(),
  /** Why it cannot be used: a part is missing, it cannot be read … */
  failure: Failure.nullable(),
});
export type FoundModel = z.infer<typeof FoundModel>;

export const FoundModels = z.strictObject({
  apps: z.array(z.strictObject({ app: OtherApp, models: z.array(FoundModel) })),
  /** A limit of time or number was reached: there may be more. */
  isPartial: z.boolean(),
});
export type FoundModels = z.infer<typeof FoundModels>;

export const OfferId = z
  .string()
  .regex(/^[0-9a-f-]{36}$/u)
  .brand<"OfferId">();
export type OfferId = z.infer<typeof OfferId>;

/** What was found in dropped or chosen files and folders: the user decides what becomes of it. */
export const ImportOffer = z.strictObject({
  id: OfferId,
  models: z.array(FoundModel),
  /** LoRA adapters and 1-bit deltas, by the names of their files, PEFT adapters by those of their folders: they can be added as fine-tunes. */
  adapters: z.array(z.string()),
  leftOut: z.strictObject({
    /** GGUF files that are no models by themselves. */
    others: z.array(z.strictObject({ kind: FileKind, count: z.number().int() })),
    /** Names of files that are no GGUF though they are named so. */
    notGguf: z.array(z.string()),
    /** Names of models of which only pieces are there, to be joined first. */
    notWhole: z.array(z.string()),
    /** Names of the first folders that were not searched, or not to their ends. */
    folders: z.array(z.string()),
  }),
  isPartial: z.boolean(),
  /** On the disk of Facet's models folder; null = not known. */
  diskFreeBytes: z.number().nullable(),
});
export type ImportOffer = z.infer<typeof ImportOffer>;

/** More than a user drops; a folder counts as one. */
export const MAX_DROPPED_PATHS = 2000;
/** Longer than any system takes. */
const MAX_PATH_CHARACTERS = 32_768;
/** Named by preload from what the user dropped; the page has no way to name one. */
export const DroppedPaths = z.strictObject({
  paths: z.array(z.string().min(1).max(MAX_PATH_CHARACTERS)).min(1).max(MAX_DROPPED_PATHS),
});

export const FileTaskId = z
  .string()
  .regex(/^[0-9a-f-]{36}$/u)
  .brand<"FileTaskId">();
export type FileTaskId = z.infer<typeof FileTaskId>;

/** Reading or writing large files: goes on by itself, can be watched and cancelled. */
export const FileTask = z.strictObject({
  id: FileTaskId,
  /** "copy": into Facet's folder. "add-fine-tune": the same of an adapter, converted where it has to be. "write-fine-tune": exported, or converted elsewhere. "move": the models folder. "verify": against a SHA-256. "compare": files of the same size. */
  kind: z.enum(["copy", "add-fine-tune", "write-fine-tune", "move", "verify", "compare"]),
  /** The model's name, or the fine-tune's; of "move" the new folder. */
  title: z.string(),
  modelId: ModelId.nullable(),
  doneBytes: z.number(),
  totalBytes: z.number(),
  bytesPerSecond: z.number().nullable(),
  secondsLeft: z.number().nullable(),
  /** Set: it ended so, and waits to be put away. */
  failure: Failure.nullable(),
});
export type FileTask = z.infer<typeof FileTask>;

/** The chats that a model answered in. */
export const ModelUse = z.strictObject({
  chatCount: z.number().int(),
  /** Of those that used it last, newest first. */
  titles: z.array(z.string()),
});
export type ModelUse = z.infer<typeof ModelUse>;

/** Files with the same content as a model's, all its parts. */
export const SameFile = z.strictObject({
  modelId: ModelId,
  /** The others, by the names they have in the list. */
  sameAs: z.array(z.string()),
  /** What deleting this one gives back: 0 when both are one file under two names. */
  freeableBytes: z.number(),
});
export type SameFile = z.infer<typeof SameFile>;
