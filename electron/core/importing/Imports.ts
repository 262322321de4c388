// What was found outside of Facet's folder and may be used: offers to import, and models of other apps.
// The window knows ids only; what they stand for stays here.
import { randomUUID } from "node:crypto";
import { stat } from "node:fs/promises";
import path from "node:path";
import { OfferId, type FoundModel, type FoundModels, type ImportOffer } from "../../contract/importing";
import type { ModelId } from "../../contract/ids";
import type { Surroundings } from "../dataFolder";
import { freeBytesIn } from "../../files/room";
import { isGgufName, wholeNameOf } from "../ggufNames";
import { findFiles } from "./findFiles";
import { findModels, type Describe, type ModelOnDisk, type ModelsOnDisk } from "./findModels";
import { findOtherApps } from "./findOtherApps";
import { adapterName, isPeftName } from "./peftFiles";
import { ScanBudget } from "./ScanBudget";
import { modelIdOf } from "../ModelLibrary";

/** An offer is one question to the user; older ones are forgotten. */
const MAX_OFFERS = 4;
const MAX_SHOWN_NAMES = 20;

export interface ImportsOptions {
  modelsFolder: string;
  surroundings: Surroundings;
  /** What a file's header says. */
  describe: Describe;
  /** Real paths of all models in the list. */
  installedPaths: () => Promise<Set<string>>;
}

export class Imports {
  readonly #options: ImportsOptions;
  readonly #offers = new Map<OfferId, ModelsOnDisk>();
  #found = new Map<ModelId, ModelOnDisk>();
  #search: Promise<FoundModels> | null = null;

  constructor(options: ImportsOptions) {
    this.#options = options;
  }

  /** What is at these paths: files are taken at their word, folders are searched. */
  async offer(paths: readonly string[]): Promise<ImportOffer> {
    const budget = new ScanBudget(new AbortController().signal);
    const files: string[] = [];
    for (const chosen of paths.filter((one) => path.isAbsolute(one))) {
      const facts = await stat(chosen).catch(() => null);
      if (facts?.isDirectory()) files.push(...(await findFiles(chosen, isWanted, budget)));
      else if (facts?.isFile()) files.push(chosen);
    }
    const found = await findModels(
      files.map((file) => ({ path: file })),
      null,
      this.#options.describe,
      budget,
    );
    const id = OfferId.parse(randomUUID());
    this.#offers.set(id, found);
    const [oldest] = this.#offers.keys();
    if (this.#offers.size > MAX_OFFERS && oldest !== undefined) this.#offers.delete(oldest);
    return {
      id,
      models: await this.#shown(found.models),
      adapters: found.adapters.map(adapterName).slice(0, MAX_SHOWN_NAMES),
      leftOut: {
        others: [...found.others].map(([kind, count]) => ({ kind, count })),
        notGguf: found.notGguf.slice(0, MAX_SHOWN_NAMES),
        notWhole: [...found.notWhole].slice(0, MAX_SHOWN_NAMES),
        folders: budget.leftOut.map((folder) => path.basename(folder)),
      },
      isPartial: budget.isPartial,
      diskFreeBytes: await freeBytesIn(this.#options.modelsFolder).catch(() => null),
    };
  }

  /** The chosen models of an offer; null when the offer is not known any more. */
  offered(id: OfferId, modelIds: readonly ModelId[]): ModelOnDisk[] | null {
    const chosen = new Set(modelIds);
    return this.#offers.get(id)?.models.filter((model) => chosen.has(modelIdOf(model.realPath))) ?? null;
  }

  /** Paths of the adapters that an offer names; null when the offer is not known any more. */
  offeredAdapters(id: OfferId): string[] | null {
    return this.#offers.get(id)?.adapters.slice(0, MAX_SHOWN_NAMES) ?? null;
  }

  /** Who asks while a search runs gets that one's answer. */
  otherApps(): Promise<FoundModels> {
    this.#search ??= this.#findOtherApps().finally(() => {
      this.#search = null;
    });
    return this.#search;
  }

  found(id: ModelId): ModelOnDisk | null {
    return this.#found.get(id) ?? null;
  }

  async #findOtherApps(): Promise<FoundModels> {
    const budget = new ScanBudget(new AbortController().signal);
    const apps = await findOtherApps(this.#options.surroundings, this.#options.describe, budget);
    this.#found = new Map(
      apps.flatMap(({ models }) => models.map((model) => [modelIdOf(model.realPath), model] as const)),
    );
    const shown: FoundModels["apps"] = [];
    for (const { app, models } of apps) shown.push({ app, models: await this.#shown(models) });
    return { apps: shown, isPartial: budget.isPartial };
  }

  async #shown(models: readonly ModelOnDisk[]): Promise<FoundModel[]> {
    const installed = await this.#options.installedPaths();
    return models.map(({ realPath, name, fileName, paths, sizeBytes, quantization, failure }) => ({
      id: modelIdOf(realPath),
      name,
      fileName,
      fileCount: paths.length,
      sizeBytes,
      quantization,
      installed: installed.has(realPath),
      failure,
    }));
  }
}

function isWanted(name: string): boolean {
  return isGgufName(name) || isPeftName(name) || wholeNameOf(name) !== null;
}
