// What a program of this computer's user may ask of the application beyond the page's methods: everything with a path, and what a command waits for.
// The page never may.
import { z } from "zod";
import { DeltaDetails } from "./deltaDetails";
import { Delta, DeltaFacts } from "./deltas";
import { Diagnosis } from "./diagnosis";
import { DeltaId, ModelId } from "./ids";
import { OfferId } from "./importing";
import { InstalledModel } from "./model";
import { LeftoverId } from "./leftovers";
import { ChosenText, ImportedMatrix } from "./quantize";

/** Absolute. */
const FilePath = z.string().min(1).max(4096);

export const localMethods = {
  /** What Facet runs on and computes with, for a report. Starts what computes, which takes a second. */
  "app.diagnose": { input: z.undefined(), output: Diagnosis },
  /** Lists a file where it is stored; loads it unless `load` is false. */
  "models.openFile": { input: z.strictObject({ path: FilePath, load: z.boolean() }), output: InstalledModel },
  /** The file of a model, of a split one its first part. Failure: "not-found". */
  "models.path": { input: z.strictObject({ modelId: ModelId }), output: z.string() },
  /** Failure: "not-found". */
  "leftovers.path": { input: z.strictObject({ id: LeftoverId }), output: z.string() },
  /** Returns when it is there, whoever began it; "starter-changed" tells how it goes. Failures: those of fetching it, "request-cancelled". */
  "models.fetchStarter": { input: z.undefined(), output: InstalledModel },
  /**
   * One model of an offer (import.dropped): used where it is stored, or copied into Facet's folder as a file task. It is not loaded.
   * Failures: "not-found", "models-folder-busy", those of copying.
   */
  "import.take": {
    input: z.strictObject({ offerId: OfferId, modelId: ModelId, copy: z.boolean() }),
    output: InstalledModel,
  },
  /** Failures: "models-folder-busy" and those of the move. */
  "models.moveFolderTo": { input: z.strictObject({ path: FilePath }), output: z.undefined() },
  /** As a file task. baseId: the model that an adapter in PEFT's form is converted for; null = the one that is loaded. */
  "deltas.addPath": { input: z.strictObject({ path: FilePath, baseId: ModelId.nullable() }), output: Delta },
  /**
   * Writes the fine-tune's file, as a file task; returns the file's name. `replaces`: the user has agreed that the file that is there now
   * is replaced. Failures: "not-found", "target-exists", "delta-not-one-bit", those of writing.
   */
  "deltas.exportTo": {
    input: z.strictObject({ deltaId: DeltaId, path: FilePath, compact: z.boolean(), replaces: z.boolean() }),
    output: z.string(),
  },
  /**
   * Writes the answers that could not be saved, with their questions, as Markdown or (".txt") plain text; those that are being written are
   * stopped first. `replaces` as in "deltas.exportTo". Failures: "not-found" (there are none), "target-exists", those of writing.
   */
  "chats.exportUnsavedTo": { input: z.strictObject({ path: FilePath, replaces: z.boolean() }), output: z.undefined() },
  /**
   * Writes an adapter file in another form, as a file task, without adding it: one in PEFT's form as a llama.cpp adapter for the model
   * `baseId`, a 1-bit delta in its compact form or expanded. Failures: "target-exists", "peft-base-needed", "delta-not-one-bit", those of
   * converting.
   */
  "deltas.convertFile": {
    input: z.strictObject({ path: FilePath, baseId: ModelId.nullable(), target: FilePath, compact: z.boolean() }),
    output: z.undefined(),
  },
  /** What an adapter file says of itself, when all of it is sound. */
  "deltas.inspectFile": {
    input: z.strictObject({ path: FilePath }),
    output: z.strictObject({ facts: DeltaFacts, details: DeltaDetails }),
  },
  /** A text to calibrate with. Failures: "text-unreadable", "text-too-large". */
  "quantize.useText": { input: z.strictObject({ path: FilePath }), output: ChosenText },
  /** Failures: "not-found", "importance-matrix-invalid", and those of jobs. */
  "quantize.importMatrixFrom": { input: z.strictObject({ modelId: ModelId, path: FilePath }), output: ImportedMatrix },
} as const satisfies Record<string, { input: z.ZodType; output: z.ZodType }>;
