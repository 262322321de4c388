// The models on this computer that Facet knows: files in its models folder, downloads in folders there, and files used where they lie.
// Looks at names and sizes only: what is inside a file is for the engine process to find out. Main process or plain Node.
import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { access, readdir, realpath, stat } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { fail, failure, succeed, type Failure, type Outcome } from "../contract/failure";
import { ModelId } from "../contract/ids";
import type { InstalledModel } from "../contract/model";
import { errnoOf } from "./fileFailure";
import type { JsonFile } from "./JsonFile";
import { modelName } from "./modelName";

export const ModelList = z.object({
  /** Absolute paths of files that are used in place, oldest first. */
  files: z.array(z.object({ path: z.string() })),
  /** What is remembered of any model, by its id. */
  notes: z
    .record(z.string(), z.object({ name: z.string().max(120).optional(), lastUsedAtMs: z.number().optional() }))
    .default({}),
});
export type ModelList = z.infer<typeof ModelList>;
export const emptyModelList: ModelList = { files: [], notes: {} };

/** A model and where it lies: known to main and the engine, never to the window. */
export interface ModelFile {
  model: InstalledModel;
  /** Of a split model its first part, which is the one that is loaded. */
  path: string;
  /** All parts, in order. */
  paths: string[];
  lastUsedAtMs: number | null;
  inModelsFolder: boolean;
}

export interface ModelLibraryOptions {
  modelsFolder: string;
  starterFileName: string;
  /** models.json */
  list: JsonFile<ModelList>;
  /** What is known to be wrong with a model beyond its file: its last load crashed, say. */
  failureOf: (id: ModelId) => Failure | null;
}

const MODEL_FILE = /^[^.].*\.gguf$/iu;
/** Downloads lie in one folder per repository: owner__name. */
const REPOSITORY_FOLDER = /^[^.].*__/u;
const FIRST_PART = /^(.*)-00001-of-(\d{5})\.gguf$/iu;
const OTHER_PART = /-(?!00001)\d{5}-of-\d{5}\.gguf$/iu;
/** More parts than any model has: a name that says so is taken for a single file. */
const MAX_PARTS = 512;

export class ModelLibrary {
  readonly #options: ModelLibraryOptions;

  constructor(options: ModelLibraryOptions) {
    this.#options = options;
  }

  /** The starter model first, then the models folder by name, then files used in place. */
  async list(): Promise<InstalledModel[]> {
    return (await this.files()).map(({ model }) => model);
  }

  async find(id: ModelId): Promise<ModelFile | null> {
    return (await this.files()).find(({ model }) => model.id === id) ?? null;
  }

  /**
   * Uses a file where it lies. Adding it again finds it again.
   * Failures: "model-missing", "model-unreadable", and those of saving.
   */
  async addFile(chosen: string): Promise<Outcome<ModelFile>> {
    const file = path.resolve(chosen);
    const problem = await problemOf(file);
    if (problem) return { ok: false, failure: problem };
    const real = await realpath(file);
    const known = await this.find(modelIdOf(real));
    if (known) return succeed(known);
    const { list } = this.#options;
    const saved = await list.save({ ...list.value, files: [...list.value.files, { path: real }] });
    if (!saved.ok) return saved;
    return succeed(await this.#describe(real, "file", false));
  }

  /** Forgets a file that is used in place; the file stays. A model in the models folder is not forgotten so: "request-invalid". */
  async forget(id: ModelId): Promise<Outcome<undefined>> {
    const { list } = this.#options;
    const files = list.value.files.filter(({ path: file }) => modelIdOf(file) !== id);
    if (files.length === list.value.files.length) {
      return (await this.find(id)) ? fail("request-invalid", undefined, "The model lies in Facet's own folder") : fail("not-found");
    }
    const saved = await list.save({ files, notes: withoutNote(list.value.notes, id) });
    return saved.ok ? succeed(undefined) : saved;
  }

  /** Remembers a name, or when it was used last. */
  async note(id: ModelId, change: ModelList["notes"][string]): Promise<Outcome<undefined>> {
    const { list } = this.#options;
    const notes = { ...list.value.notes, [id]: { ...list.value.notes[id], ...change } };
    const saved = await list.save({ ...list.value, notes });
    return saved.ok ? succeed(undefined) : saved;
  }

  /** After its files were deleted. */
  async dropNote(id: ModelId): Promise<void> {
    const { list } = this.#options;
    await list.save({ ...list.value, notes: withoutNote(list.value.notes, id) });
  }

  async files(): Promise<ModelFile[]> {
    const { modelsFolder, starterFileName, list } = this.#options;
    const inFolder = await readdir(modelsFolder, { withFileTypes: true }).catch(() => []);
    const own = modelNames(inFolder.map(({ name }) => name))
      .sort((a, b) => Number(b === starterFileName) - Number(a === starterFileName) || a.localeCompare(b));
    const downloaded: string[] = [];
    for (const entry of inFolder.filter((folder) => folder.isDirectory() && REPOSITORY_FOLDER.test(folder.name))) {
      const names = modelNames(await readdir(path.join(modelsFolder, entry.name)).catch(() => []));
      downloaded.push(...names.sort().map((name) => path.join(modelsFolder, entry.name, name)));
    }
    const files = [
      ...own.map((name) => ({ file: path.join(modelsFolder, name), origin: name === starterFileName ? "starter" as const : "file" as const, inFolder: true })),
      ...downloaded.sort().map((file) => ({ file, origin: "hub" as const, inFolder: true })),
      ...list.value.files.map(({ path: file }) => ({ file, origin: "file" as const, inFolder: false })),
    ];
    const byId = new Map<ModelId, ModelFile>();
    for (const { file, origin, inFolder: isOwn } of files) {
      const real = await realpath(file).catch(() => file);
      const found = await this.#describe(real, origin, isOwn);
      if (!byId.has(found.model.id)) byId.set(found.model.id, found);
    }
    return [...byId.values()];
  }

  async #describe(file: string, origin: InstalledModel["origin"], inModelsFolder: boolean): Promise<ModelFile> {
    const id = modelIdOf(file);
    const fileName = path.basename(file);
    const note = this.#options.list.value.notes[id];
    const paths = partsOf(file);
    let sizeBytes = 0;
    let problem: Failure | null = null;
    for (const part of paths) {
      problem ??= await problemOf(part);
      sizeBytes += (await stat(part).catch(() => null))?.size ?? 0;
    }
    return {
      path: file,
      paths,
      lastUsedAtMs: note?.lastUsedAtMs ?? null,
      inModelsFolder,
      model: {
        id,
        name: note?.name ?? modelName(fileName),
        fileName,
        sizeBytes,
        fileCount: paths.length,
        origin,
        failure: problem ?? this.#options.failureOf(id),
      },
    };
  }
}

/** The same file has the same id at each start. */
export function modelIdOf(realPath: string): ModelId {
  return ModelId.parse(createHash("sha256").update(realPath).digest("hex").slice(0, 32));
}

/** Of a folder: files that can be loaded by themselves. Further parts go with their first, when it is there. */
function modelNames(names: readonly string[]): string[] {
  const all = new Set(names);
  return names.filter((name) => MODEL_FILE.test(name) && !(OTHER_PART.test(name) && all.has(name.replace(/-\d{5}-of-/u, "-00001-of-"))));
}

/** llama.cpp's names: model-00001-of-00003.gguf and so on. */
function partsOf(file: string): string[] {
  const [, stem, total] = FIRST_PART.exec(file) ?? [];
  const count = Number(total);
  if (stem === undefined || total === undefined || count < 1 || count > MAX_PARTS) return [file];
  const extension = file.slice(-".gguf".length);
  return Array.from({ length: count }, (_, index) => `${stem}-${String(index + 1).padStart(5, "0")}-of-${total}${extension}`);
}

function withoutNote(notes: ModelList["notes"], id: ModelId): ModelList["notes"] {
  return Object.fromEntries(Object.entries(notes).filter(([other]) => other !== id));
}

/** Why a file cannot be opened; null = it can. */
async function problemOf(file: string): Promise<Failure | null> {
  const details = { file: path.basename(file) };
  try {
    const facts = await stat(file);
    if (!facts.isFile()) return failure("model-unreadable", { ...details, reason: "it is not a file" });
    await access(file, constants.R_OK);
    return null;
  } catch (error) {
    const code = errnoOf(error);
    if (code === null) throw error;
    if (code === "ENOENT" || code === "ENOTDIR") return failure("model-missing", details, error);
    return failure("model-unreadable", { ...details, reason: "this account may not read it" }, error);
  }
}
