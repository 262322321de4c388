// The models on this computer that Facet knows: files in its models folder, downloads in folders there, and files used where they are.
// Looks at names and sizes only: what is inside a file is for the engine process to find out.
import { createHash } from "node:crypto";
import { readdir, realpath, stat } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { fail, succeed, type Failure, type Outcome } from "../contract/failure";
import { ModelId } from "../contract/ids";
import { OtherApp } from "../contract/importing";
import type { InstalledModel } from "../contract/model";
import type { JsonFile } from "./JsonFile";
import type { ModelContent } from "./loads/EngineEnds";
import { modelFileProblem } from "./modelFileProblem";
import { modelName } from "./modelName";
import { partsOf, withoutFurtherParts } from "./splitModel";
import { entry, fields, list, setting, table, type ValueOf } from "./storedShape";

const UsedInPlace = z.looseObject({
  /** Absolute, as it was chosen: a link keeps its own name, which says which part of a split model it is. */
  path: z.string(),
  /** Kept, so that a model whose disk is away stays the same model. */
  id: ModelId.optional(),
  /** Where the file's name says nothing: Ollama's blobs. */
  name: z.string().max(200).optional(),
  /** The app it was found in. */
  app: OtherApp.optional(),
});
type UsedInPlace = z.infer<typeof UsedInPlace>;

const ModelNote = fields({
  name: setting(z.string().max(120).optional(), undefined),
  lastUsedAtMs: setting(z.number().optional(), undefined),
});
type ModelNote = ValueOf<typeof ModelNote>;

export const ModelList = fields({
  /** Files that are used in place, oldest first. */
  files: list(entry(UsedInPlace), "path"),
  /** What is remembered of any model, by its id. */
  notes: table(ModelNote),
});
export type ModelList = ValueOf<typeof ModelList>;

/** A model and its path: known to main and the engine, never to the window. */
export interface ModelFile {
  model: InstalledModel;
  /** Of a split model its first part, which is the one that is loaded. */
  path: string;
  /** All parts, in order. */
  paths: string[];
  /** The first part's path when all links are followed; the path itself while it is not there. */
  realPath: string;
  /** The app that it was found in, of a file that is used in place. */
  app: OtherApp | null;
  lastUsedAtMs: number | null;
  inModelsFolder: boolean;
  /** Of the sizes and times of all parts: another one when a file was changed. */
  content: string;
  /** Why a part of it cannot be opened. */
  fileProblem: Failure | null;
}

export interface ModelLibraryOptions {
  /** In the data folder; a link when the models were moved elsewhere. */
  modelsFolder: string;
  starterFileName: string;
  /** models.json */
  list: JsonFile<ModelList>;
  /** What is known to be wrong with a model beyond its files: its last load crashed, say. */
  failureOf: (model: ModelContent) => Failure | null;
}

const MODEL_FILE = /^[^.].*\.gguf$/iu;
/** Downloads have one folder per repository: owner__name. */
const REPOSITORY_FOLDER = /^[^.].*__/u;
/** Models that Facet quantized. */
export const MADE_FOLDER = "made";

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
    const listed = (await this.#listed()).find((one) => one.id === id);
    return listed === undefined ? null : this.#describe(listed);
  }

  /**
   * Uses a file where it is. Adding it again finds it again.
   * Failures: "model-missing", "model-unreadable", and those of saving.
   */
  async addFile(chosen: string): Promise<Outcome<ModelFile>> {
    const [added = fail("not-found")] = await this.addFiles([{ path: chosen }]);
    return added;
  }

  /** As addFile, with one look at the list and one write for them all. Returns an outcome for each. */
  async addFiles(chosen: readonly Pick<UsedInPlace, "path" | "name" | "app">[]): Promise<Outcome<ModelFile>[]> {
    const known = new Map((await this.files()).map((file) => [file.realPath, file]));
    const added: UsedInPlace[] = [];
    const outcomes: Outcome<ModelFile>[] = [];
    for (const about of chosen) {
      const file = path.resolve(about.path);
      const problem = await modelFileProblem(file, about.name);
      if (problem) {
        outcomes.push({ ok: false, failure: problem });
        continue;
      }
      const realPath = await realpath(file);
      let model = known.get(realPath);
      if (model === undefined) {
        const id = modelIdOf(realPath);
        const used: UsedInPlace = { ...about, path: file, id };
        model = await this.#describe({ file, id, origin: "file", about: used });
        known.set(realPath, model);
        added.push(used);
      }
      outcomes.push(succeed(model));
    }
    if (added.length === 0) return outcomes;
    const { list } = this.#options;
    const saved = await list.save({ ...list.value, files: [...list.value.files, ...added] });
    return saved.ok ? outcomes : outcomes.map((outcome) => (outcome.ok ? saved : outcome));
  }

  /** Forgets a file that is used in place; the file stays. A model in the models folder is not forgotten so: "request-invalid". */
  async forget(id: ModelId): Promise<Outcome<undefined>> {
    const { list } = this.#options;
    const files = list.value.files.filter((file) => idOf(file) !== id);
    if (files.length === list.value.files.length) {
      return (await this.find(id))
        ? fail("request-invalid", undefined, "The model is stored in Facet's own folder")
        : fail("not-found");
    }
    const saved = await list.save({ files, notes: withoutNote(list.value.notes, id) });
    return saved.ok ? succeed(undefined) : saved;
  }

  /** Remembers a name, or when it was used last. */
  async note(id: ModelId, change: Partial<ModelNote>): Promise<Outcome<undefined>> {
    const { list } = this.#options;
    const { name, lastUsedAtMs } = { ...list.value.notes[id], ...change };
    const notes = { ...list.value.notes, [id]: { name, lastUsedAtMs } };
    const saved = await list.save({ ...list.value, notes });
    return saved.ok ? succeed(undefined) : saved;
  }

  /** After its files were deleted. */
  async dropNote(id: ModelId): Promise<void> {
    const { list } = this.#options;
    await list.save({ ...list.value, notes: withoutNote(list.value.notes, id) });
  }

  /** A file that is listed twice is one model. */
  async files(): Promise<ModelFile[]> {
    const byRealPath = new Map<string, ModelFile>();
    for (const one of await this.#listed()) {
      const found = await this.#describe(one);
      if (!byRealPath.has(found.realPath)) byRealPath.set(found.realPath, found);
    }
    return [...byRealPath.values()];
  }

  /** Names alone: no file is opened. */
  async #listed(): Promise<Listed[]> {
    const { modelsFolder, starterFileName, list } = this.#options;
    const inFolder = await readdir(modelsFolder, { withFileTypes: true }).catch(() => []);
    const own = modelNames(inFolder.map(({ name }) => name)).sort(
      (a, b) => Number(b === starterFileName) - Number(a === starterFileName) || a.localeCompare(b),
    );
    const downloaded: string[] = [];
    for (const entry of inFolder.filter((folder) => folder.isDirectory() && REPOSITORY_FOLDER.test(folder.name))) {
      const names = modelNames(await readdir(path.join(modelsFolder, entry.name)).catch(() => []));
      downloaded.push(...names.sort().map((name) => path.join(entry.name, name)));
    }
    // Not the folder that a link leads to: a model that is moved with it stays the same model.
    const idFolder = path.join(await realPathOr(path.dirname(modelsFolder)), path.basename(modelsFolder));
    const inModelsFolder = (name: string, origin: InstalledModel["origin"]): Listed => ({
      file: path.join(modelsFolder, name),
      id: modelIdOf(path.join(idFolder, name)),
      origin,
      about: null,
    });
    const made = modelNames(await readdir(path.join(modelsFolder, MADE_FOLDER)).catch(() => [])).sort();
    return [
      ...own.map((name) => inModelsFolder(name, name === starterFileName ? "starter" : "file")),
      ...downloaded.sort().map((name) => inModelsFolder(name, "hub")),
      ...made.map((name) => inModelsFolder(path.join(MADE_FOLDER, name), "made")),
      ...list.value.files.map((about): Listed => ({ file: about.path, id: idOf(about), origin: "file", about })),
    ];
  }

  async #describe({ file, id, origin, about }: Listed): Promise<ModelFile> {
    const fileName = about?.name ?? path.basename(file);
    const note = this.#options.list.value.notes[id];
    const paths = partsOf(file);
    let sizeBytes = 0;
    let problem: Failure | null = null;
    const content = createHash("sha256");
    for (const part of paths) {
      problem ??= await modelFileProblem(part, about?.name);
      const facts = await stat(part).catch(() => null);
      sizeBytes += facts?.size ?? 0;
      content.update(`${facts?.size ?? ""}:${facts?.mtimeMs ?? ""}\n`);
    }
    const known = { id, fileName, content: content.digest("hex") };
    return {
      path: file,
      paths,
      realPath: await realPathOr(file),
      app: about?.app ?? null,
      lastUsedAtMs: note?.lastUsedAtMs ?? null,
      inModelsFolder: about === null,
      content: known.content,
      fileProblem: problem,
      model: {
        id,
        name: note?.name ?? about?.name ?? modelName(fileName),
        fileName,
        sizeBytes,
        fileCount: paths.length,
        origin,
        failure: problem ?? this.#options.failureOf(known),
      },
    };
  }
}

interface Listed {
  file: string;
  id: ModelId;
  origin: InstalledModel["origin"];
  /** null = in the models folder. */
  about: UsedInPlace | null;
}

function idOf({ id, path: file }: UsedInPlace): ModelId {
  return id ?? modelIdOf(file);
}

async function realPathOr(file: string): Promise<string> {
  return realpath(file).catch(() => file);
}

/** The same file has the same id at each start. */
export function modelIdOf(realPath: string): ModelId {
  return ModelId.parse(createHash("sha256").update(realPath).digest("hex").slice(0, 32));
}

/** Of a folder: files that can be loaded by themselves. */
function modelNames(names: readonly string[]): string[] {
  return withoutFurtherParts(names.filter((name) => MODEL_FILE.test(name)));
}

function withoutNote(notes: ModelList["notes"], id: ModelId): ModelList["notes"] {
  return Object.fromEntries(Object.entries(notes).filter(([other]) => other !== id));
}
