// The models on this computer that Facet knows: files in its models folder, and files used where they lie.
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
});
export type ModelList = z.infer<typeof ModelList>;
export const emptyModelList: ModelList = { files: [] };

/** A model and where it lies: known to main and the engine, never to the window. */
export interface ModelFile {
  model: InstalledModel;
  path: string;
}

export interface ModelLibraryOptions {
  modelsFolder: string;
  starterFileName: string;
  /** models.json */
  list: JsonFile<ModelList>;
  /** What is known to be wrong with a model beyond its file: its last load crashed, say. */
  failureOf: (id: ModelId) => Failure | null;
}

export class ModelLibrary {
  readonly #options: ModelLibraryOptions;

  constructor(options: ModelLibraryOptions) {
    this.#options = options;
  }

  /** The starter model first, then the models folder by name, then files used in place. */
  async list(): Promise<InstalledModel[]> {
    return (await this.#files()).map(({ model }) => model);
  }

  async find(id: ModelId): Promise<ModelFile | null> {
    return (await this.#files()).find(({ model }) => model.id === id) ?? null;
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
    const saved = await list.save({ files: [...list.value.files, { path: real }] });
    if (!saved.ok) return saved;
    return succeed({ path: real, model: await this.#describe(real, "file") });
  }

  /** Forgets a file that is used in place; the file stays. A model in the models folder is not forgotten so: "request-invalid". */
  async forget(id: ModelId): Promise<Outcome<undefined>> {
    const { list } = this.#options;
    const files = list.value.files.filter(({ path: file }) => modelIdOf(file) !== id);
    if (files.length === list.value.files.length) {
      return (await this.find(id)) ? fail("request-invalid", undefined, "The model lies in Facet's own folder") : fail("not-found");
    }
    const saved = await list.save({ files });
    return saved.ok ? succeed(undefined) : saved;
  }

  async #files(): Promise<ModelFile[]> {
    const { modelsFolder, starterFileName, list } = this.#options;
    const names = await readdir(modelsFolder).catch(() => []);
    const own = names
      .filter((name) => /^[^.].*\.gguf$/iu.test(name))
      .sort((a, b) => Number(b === starterFileName) - Number(a === starterFileName) || a.localeCompare(b));
    const files = [
      ...own.map((name) => ({ file: path.join(modelsFolder, name), origin: name === starterFileName ? "starter" as const : "file" as const })),
      ...list.value.files.map(({ path: file }) => ({ file, origin: "file" as const })),
    ];
    const byId = new Map<ModelId, ModelFile>();
    for (const { file, origin } of files) {
      const real = await realpath(file).catch(() => file);
      const model = await this.#describe(real, origin);
      if (!byId.has(model.id)) byId.set(model.id, { path: real, model });
    }
    return [...byId.values()];
  }

  async #describe(file: string, origin: InstalledModel["origin"]): Promise<InstalledModel> {
    const id = modelIdOf(file);
    const fileName = path.basename(file);
    return {
      id,
      name: modelName(fileName),
      fileName,
      sizeBytes: (await stat(file).catch(() => null))?.size ?? 0,
      origin,
      failure: (await problemOf(file)) ?? this.#options.failureOf(id),
    };
  }
}

/** The same file has the same id at each start. */
export function modelIdOf(realPath: string): ModelId {
  return ModelId.parse(createHash("sha256").update(realPath).digest("hex").slice(0, 32));
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
