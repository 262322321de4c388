// Which model is loaded, remembered, and left alone.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Failure } from "../contract/failure";
import type { ModelId } from "../contract/ids";
import type { Fit } from "../contract/fit";
import type { LoadPlan } from "../contract/loadSettings";
import type { LoadedModel } from "../contract/model";
import { defaultSampling } from "../contract/sampling";
import { openJsonFile } from "./JsonFile";
import { EngineEnds, StoredEngineEnds } from "./loads/EngineEnds";
import { CrashNote } from "./CrashNote";
import { ModelFailures } from "./ModelFailures";
import { ModelLibrary, ModelList } from "./ModelLibrary";
import { StoredSettings } from "./StoredSettings";
import { loadChoice, loadReasons } from "../testing/loadChoice";
import { plainFormat } from "../testing/plainFormat";
import { Models } from "./Models";

let folder: string;
let asked: string[];
let lists: number;
let models: Models;
let marker: CrashNote<ModelId>;
/** Names of models that do not fit. */
let tooLarge: Set<string>;
let lastFailure: Failure | null;
/** What their files show to be wrong, by name. */
let unusable: Map<string, Failure>;
let ends: EngineEnds;

const loaded = (modelId: ModelId): LoadedModel => ({
  modelId,
  name: "Model",
  architecture: "llama",
  quantization: null,
  sizeBytes: 1,
  contextSizeTokens: 1,
  trainContextSizeTokens: 1,
  threads: 1,
  choice: loadChoice(),
  reasons: loadReasons,
  backend: "CPU",
  memory: { weightsBytes: 1, contextBytes: 1, baseBytes: 1 },
  samplingDefaults: defaultSampling,
  format: plainFormat,
});

function planned(verdict: Fit["verdict"]): LoadPlan {
  const machine: Fit["machine"] = {
    totalBytes: 8e9,
    availableBytes: 4e9,
    systemReserveBytes: 5e8,
    loadedModelBytes: 0,
    swapFreeBytes: 0,
    gpus: [],
    sharesMemory: false,
    cores: 4,
  };
  const fit: Fit = {
    verdict,
    parts: null,
    neededBytes: 5e9,
    onGpuBytes: 0,
    machine,
    contextSizeTokens: 8192,
    conversations: 1,
    trainContextSizeTokens: 8192,
    largestContextTokens: null,
    architecture: "llama",
    fileKind: "model",
    failureCode: null,
    fetchedBytes: 0,
  };
  return { choice: loadChoice(), reasons: loadReasons, fit, conversationsWithDeltas: 1, moreConversationsBytes: 0 };
}

async function start(): Promise<void> {
  asked = [];
  lists = 0;
  ends = new EngineEnds((await openJsonFile(path.join(folder, "engine-ends.json"), StoredEngineEnds, () => 0)).file);
  marker = CrashNote.ofModel(path.join(folder, "loading-model"));
  const failures = new ModelFailures(ends, {
    lastFailure: () => (lastFailure === null ? null : { atMs: 0, failure: lastFailure, choice: loadChoice() }),
  });
  models = new Models({
    library: new ModelLibrary({
      modelsFolder: path.join(folder, "models"),
      starterFileName: "starter.gguf",
      list: (await openJsonFile(path.join(folder, "models.json"), ModelList, () => 0)).file,
      failureOf: (model) => failures.of(model),
    }),
    failures,
    settings: (await openJsonFile(path.join(folder, "settings.json"), StoredSettings, () => 0)).file,
    loadNote: marker,
    engineEnds: ends,
    session: {
      prepare: () => {},
      release: () => {},
      load: ({ name }) => asked.push(`load ${name}`),
      refuse: ({ name }, { code }: Failure) => asked.push(`refuse ${name}: ${code}`),
      rename: (_, name) => asked.push(`rename ${name}`),
      forget: async () => void asked.push("forget"),
    },
    loads: {
      plan: (file) =>
        Promise.resolve({
          plan: planned(tooLarge.has(file.model.name) ? "does-not-fit" : "fits"),
          layers: null,
          nearest: null,
          unusable: unusable.get(file.model.name) ?? null,
        }),
      begun: () => {},
      forget: () => Promise.resolve(),
    },
    onWarning: ({ modelName }) => asked.push(`warn ${modelName}`),
    onChanged: () => {
      lists += 1;
    },
  });
}

const idOf = async (name: string) => (await models.list()).find((model) => model.name === name)!.id;

beforeEach(async () => {
  tooLarge = new Set();
  unusable = new Map();
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

  it("what is no model is passed over, whatever it is called; where there is nothing else, that is said", async () => {
    unusable.set("starter", { code: "model-is-not-a-chat-model", details: { kind: "projector" } });
    await models.loadUsual();
    expect(asked).toEqual(["load other"]);
    expect((await models.list())[0]!.failure).toMatchObject({ code: "model-is-not-a-chat-model" });
    unusable.set("other", { code: "model-is-not-a-chat-model", details: { kind: "draft" } });
    await models.loadUsual();
    expect(asked.at(-1)).toBe("refuse other: model-is-not-a-chat-model");
  });

  it("a model that does not fit waits for the user, who is warned and may insist", async () => {
    tooLarge.add("starter");
    await models.loadUsual();
    expect(asked).toEqual(["refuse starter: model-too-large-for-memory"]);
    await models.load(await idOf("starter"));
    expect(asked.at(-1)).toBe("warn starter");
    await models.load(await idOf("starter"), { despiteWarning: true });
    expect(asked.at(-1)).toBe("load starter");
  });

  it("what failed for lack of memory is reported, and tried again all the same", async () => {
    lastFailure = { code: "model-load-failed" };
    expect((await models.list())[0]!.failure).toEqual(lastFailure);
    await models.loadUsual();
    expect(asked).toEqual(["load starter"]);
  });

  it("a model whose load was never finished waits for the user", async () => {
    await marker.write([await idOf("starter")]);
    await start();
    await models.loadUsual();
    expect(asked).toEqual(["refuse starter: model-crashed-last-time"]);
    expect((await models.list())[0]!.failure).toMatchObject({ code: "model-crashed-last-time" });
    await models.load(await idOf("starter"));
    expect(asked.at(-1)).toBe("load starter");
    expect((await models.list())[0]!.failure).toBeNull();
  });

  it("a model that ended the engine twice waits for the user, over restarts, until its file is another one or it has answered", async () => {
    const file = (await models.find(await idOf("starter")))!;
    const starter = { id: file.model.id, fileName: "starter.gguf", content: file.content };
    expect(ends.count(starter)).toBeNull();
    await models.loadUsual();
    expect(asked).toEqual(["load starter"]);
    expect(ends.count(starter)).toMatchObject({ code: "model-ended-engine-twice", details: { file: "starter.gguf" } });
    await expect.poll(() => readFileSync(path.join(folder, "engine-ends.json"), "utf8")).toContain('"ends": 2');
    await start();
    await models.loadUsual();
    expect(asked).toEqual(["refuse starter: model-ended-engine-twice"]);
    expect((await models.list())[0]!.failure).toMatchObject({ code: "model-ended-engine-twice" });
    await models.load(starter.id);
    expect(asked.at(-1)).toBe("load starter");
    writeFileSync(path.join(folder, "models", "starter.gguf"), "GGUF, another one");
    await start();
    await models.loadUsual();
    expect(asked).toEqual(["load starter"]);
    expect((await models.list())[0]!.failure).toBeNull();
  });

  it("a file that shows itself that it cannot be used is not loaded, and the list says why", async () => {
    unusable.set("starter", { code: "model-vocabulary-unusable", details: { reason: "vocabulary-empty" } });
    await models.loadUsual();
    expect(asked).toEqual(["refuse starter: model-vocabulary-unusable"]);
    expect((await models.list())[0]!.failure).toMatchObject({ details: { reason: "vocabulary-empty" } });
    expect(await models.load(await idOf("starter"))).toMatchObject({
      ok: false,
      failure: { code: "model-vocabulary-unusable", details: { file: "starter.gguf" } },
    });
    expect(asked).toHaveLength(1);
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

it("what a verdict shows is listed, emitted once for many, and forgotten with the file", async () => {
  const [starter, other] = [await idOf("starter"), await idOf("other")];
  await models.judged(starter, { code: "model-damaged" });
  await models.judged(other, { code: "model-needs-other-build" });
  expect((await models.list()).map(({ failure }) => failure?.code)).toEqual([
    "model-damaged",
    "model-needs-other-build",
  ]);
  await expect.poll(() => lists).toBe(1);
  writeFileSync(path.join(folder, "models", "other.gguf"), "GGUF, downloaded again");
  expect((await models.list()).map(({ failure }) => failure?.code)).toEqual(["model-damaged", undefined]);
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

it("a file of the user's is opened in place and forgotten again", async () => {
  const file = path.join(folder, "mine.gguf");
  expect(await models.openFile(file)).toMatchObject({ ok: false, failure: { code: "model-missing" } });
  writeFileSync(file, "GGUF");
  const opened = await models.openFile(file);
  expect(opened).toMatchObject({ ok: true, value: { name: "mine" } });
  expect(asked).toEqual(["load mine"]);
  expect((await models.forget(await idOf("mine"))).ok).toBe(true);
  expect(asked.at(-1)).toBe("forget");
});
