// Which model is loaded, remembered, and left alone.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Failure } from "../contract/failure";
import type { ModelId } from "../contract/ids";
import type { Fit } from "../contract/fit";
import type { LoadPlan } from "../contract/loadSettings";
import type { LoadedModel } from "../contract/model";
import { defaultSampling } from "../contract/sampling";
import { openJsonFile } from "../services/JsonFile";
import { LoadMarker } from "../services/LoadMarker";
import { emptyModelList, ModelList } from "../services/ModelLibrary";
import { openSettingsFile } from "../services/settingsFile";
import { loadChoice, loadReasons } from "../testing/loadChoice";
import { Models } from "./Models";

let folder: string;
let asked: string[];
let lists: number;
let models: Models;
let marker: LoadMarker;
/** Names of models that do not fit. */
let tooLarge: Set<string>;
let lastFailure: Failure | null;

const loaded = (modelId: ModelId): LoadedModel => ({
  modelId, name: "Model", architecture: "llama", quantization: null, sizeBytes: 1, contextSizeTokens: 1, trainContextSizeTokens: 1,
  threads: 1, choice: loadChoice(), reasons: loadReasons, backend: "CPU", memory: { weightsBytes: 1, contextBytes: 1, baseBytes: 1 }, samplingDefaults: defaultSampling,
});

function planned(verdict: Fit["verdict"]): LoadPlan {
  const machine: Fit["machine"] = {
    totalBytes: 8e9, availableBytes: 4e9, systemReserveBytes: 5e8, loadedModelBytes: 0, swapFreeBytes: 0, gpus: [], sharesMemory: false, cores: 4,
  };
  const fit: Fit = {
    verdict, parts: null, neededBytes: 5e9, onGpuBytes: 0, machine, contextSizeTokens: 8192, conversations: 1, trainContextSizeTokens: 8192,
    largestContextTokens: null, architecture: "llama", failureCode: null, fetchedBytes: 0,
  };
  return { choice: loadChoice(), reasons: loadReasons, fit, conversationsWithDeltas: 1, moreConversationsBytes: 0 };
}

async function start(): Promise<void> {
  asked = [];
  lists = 0;
  marker = new LoadMarker(path.join(folder, "loading-model"));
  models = new Models({
    modelsFolder: path.join(folder, "models"),
    starterFileName: "starter.gguf",
    modelList: (await openJsonFile(path.join(folder, "models.json"), ModelList, emptyModelList, () => 0)).file,
    settings: (await openSettingsFile(path.join(folder, "settings.json"), () => 0)).file,
    loadMarker: marker,
    supervisor: {
      prepare: () => {},
      release: () => {},
      load: ({ name }) => asked.push(`load ${name}`),
      refuse: ({ name }, { code }: Failure) => asked.push(`refuse ${name}: ${code}`),
      rename: (_, name) => asked.push(`rename ${name}`),
      forget: () => asked.push("forget"),
    },
    loads: {
      plan: (file) => Promise.resolve({ plan: planned(tooLarge.has(file.model.name) ? "does-not-fit" : "fits"), layers: null, nearest: null }),
      begun: () => {},
      lastFailure: () => lastFailure,
      forget: () => Promise.resolve(),
    },
    onWarning: ({ modelName }) => asked.push(`warn ${modelName}`),
    onChanged: () => { lists += 1; },
  });
}

const idOf = async (name: string) => (await models.list()).find((model) => model.name === name)!.id;

beforeEach(async () => {
  tooLarge = new Set();
  lastFailure = null;
  folder = mkdtempSync(path.join(tmpdir(), "facet-use-"));
  mkdirSync(path.join(folder, "models"));
  for (const name of ["starter.gguf", "other.gguf"]) writeFileSync(path.join(folder, "models", name), "GGUF");
  await start();
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("at start", () => {
  it("the starter is loaded, later the model that was last in memory", async () => {
    await models.loadUsual();
    expect(asked).toEqual(["load starter"]);
    await models.loaded(loaded(await idOf("other")));
    await start();
    await models.loadUsual();
    expect(asked).toEqual(["load other"]);
  });

  it("nothing is loaded when there is nothing", async () => {
    rmSync(path.join(folder, "models"), { recursive: true });
    await models.loadUsual();
    expect(asked).toEqual([]);
  });

  it("a model that does not fit waits for the person, who is warned and may insist", async () => {
    tooLarge.add("starter");
    await models.loadUsual();
    expect(asked).toEqual(["refuse starter: model-too-large-for-memory"]);
    await models.load(await idOf("starter"));
    expect(asked.at(-1)).toBe("warn starter");
    await models.load(await idOf("starter"), { despiteWarning: true });
    expect(asked.at(-1)).toBe("load starter");
  });

  it("what failed for want of memory is told, and tried again all the same", async () => {
    lastFailure = { code: "model-load-failed" };
    expect((await models.list())[0]!.failure).toEqual(lastFailure);
    await models.loadUsual();
    expect(asked).toEqual(["load starter"]);
  });

  it("a model whose load was never finished waits for the person", async () => {
    await marker.write(await idOf("starter"));
    await start();
    await models.loadUsual();
    expect(asked).toEqual(["refuse starter: model-crashed-last-time"]);
    expect((await models.list())[0]!.failure).toMatchObject({ code: "model-crashed-last-time" });
    await models.load(await idOf("starter"));
    expect(asked.at(-1)).toBe("load starter");
    expect((await models.list())[0]!.failure).toBeNull();
  });

  it("a note that is garbage is no note", async () => {
    writeFileSync(path.join(folder, "loading-model"), "\0".repeat(1_000));
    await start();
    await models.loadUsual();
    expect(asked).toEqual(["load starter"]);
  });

  it("a model that is gone gives way to the first there is", async () => {
    await models.loaded(loaded(await idOf("other")));
    rmSync(path.join(folder, "models", "other.gguf"));
    await start();
    await models.loadUsual();
    expect(asked).toEqual(["load starter"]);
  });
});

it("what the engine found wrong is listed until the model is tried again", async () => {
  const id = await idOf("other");
  await models.engineChanged({ kind: "load-failed", modelId: id, failure: { code: "model-damaged" } });
  expect(lists).toBe(1);
  expect((await models.list())[1]!.failure).toEqual({ code: "model-damaged" });
  await models.load(id);
  expect(asked).toEqual(["load other"]);
});

it("a crash counts against a model only while it is loaded", async () => {
  const id = await idOf("other");
  const crash = { kind: "crashed", modelId: id, failure: { code: "engine-crashed" } } as const;
  await models.engineChanged(crash);
  expect((await models.list())[1]!.failure).toBeNull();
  await models.engineChanged({ kind: "loading", modelId: id, modelName: "other", fraction: null });
  await models.engineChanged(crash);
  expect((await models.list())[1]!.failure).toEqual({ code: "engine-crashed" });
});

it("a file of the person's is opened in place and forgotten again", async () => {
  const file = path.join(folder, "mine.gguf");
  expect(await models.openFile(file)).toMatchObject({ ok: false, failure: { code: "model-missing" } });
  writeFileSync(file, "GGUF");
  const opened = await models.openFile(file);
  expect(opened).toMatchObject({ ok: true, value: { name: "mine" } });
  expect(asked).toEqual(["load mine"]);
  expect((await models.forget(await idOf("mine"))).ok).toBe(true);
  expect(asked.at(-1)).toBe("forget");
});
