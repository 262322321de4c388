// Fine-tunes from the hub in the real app on the real model: PEFT adapters converted, GGUF adapters as they are, through the calls
// that the page makes. A hub on this computer serves them, and misbehaves.
import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type { Stack } from "../electron/contract/deltas";
import { RepositoryName } from "../electron/contract/hub";
import type { ModelId } from "../electron/contract/ids";
import type { Job, JobState } from "../electron/contract/jobQueue";
import { textOf } from "../electron/contract/parts";
import { dataPaths } from "../electron/core/dataFolder";
import { loraBytes } from "../electron/testing/deltaGguf";
import { peftAdapter, type PeftAdapter, type PeftModule, type PeftOptions } from "../electron/testing/peftAdapter";
import { starterMatrices } from "../electron/testing/starterMatrices";
import { ChatWindow } from "./ChatWindow";
import { dropFiles } from "./dropFiles";
import type { FacetApp } from "./FacetApp";
import { HubServer } from "./hub/HubServer";
import type { HubRepositoryFile } from "./hub/hubRepository";
import { answer, ask, beginning, call, newChat } from "./pageCalls";
import { answerFileDialogs } from "./systemDialogs";
import { expect, test } from "./test";

const QUESTION = "Name a colour, an animal and a place by the sea, and say a few words about each of them.";
const JOB_TIMEOUT_MS = 60_000;
/** The starter model's. */
const [WIDTH, FEED_FORWARD, KEY_ROWS] = [576, 1536, 192];

let hub: HubServer;
let folder: string;
test.beforeEach(async () => {
  hub = await HubServer.start();
  folder = await mkdtemp(path.join(os.tmpdir(), "facet-e2e-hub-deltas-"));
});
test.afterEach(async () => {
  await hub.stop();
  await rm(folder, { recursive: true });
});

/** Attention and feed-forward output of every `step`-th layer of the starter model. */
function starterModules(step: number): PeftModule[] {
  return Array.from({ length: Math.ceil(30 / step) }, (_, index) => `model.layers.${index * step}`).flatMap((layer) => [
    { name: `${layer}.self_attn.q_proj`, columns: WIDTH, rows: WIDTH },
    { name: `${layer}.self_attn.k_proj`, columns: WIDTH, rows: KEY_ROWS },
    { name: `${layer}.self_attn.o_proj`, columns: WIDTH, rows: WIDTH },
    { name: `${layer}.mlp.down_proj`, columns: FEED_FORWARD, rows: WIDTH },
  ]);
}

const starterPeft = (over: Partial<PeftOptions> = {}): PeftAdapter =>
  peftAdapter({ modules: starterModules(6), rank: 8, alpha: 8, strength: 0.3, type: "BF16", ...over });

const peftFiles = ({ config, weights }: PeftAdapter, at = ""): HubRepositoryFile[] => [
  { path: `${at}adapter_config.json`, content: Buffer.from(config), plain: true },
  { path: `${at}adapter_model.safetensors`, content: Buffer.from(weights) },
];

const launchOptions = () => ({ env: { FACET_HUB_ENDPOINT: hub.endpoint } });

async function starterId(app: FacetApp): Promise<ModelId> {
  const { models } = await call(app, "app.snapshot", undefined);
  return models[0]!.id;
}

const startOf = (repository: string, baseId: ModelId | null) => ({
  kind: "fetch-delta" as const,
  hub: { repository: RepositoryName.parse(repository), revision: null, path: null },
  baseId,
});

/** The job of a repository, once it has ended. */
async function whenEnded(app: FacetApp, repository: string): Promise<Extract<JobState, { kind: "done" | "failed" }>> {
  let ended: Job | undefined;
  await expect(async () => {
    ended = (await call(app, "jobs.list", undefined)).find(
      ({ modelName, state }) => modelName === repository && (state.kind === "done" || state.kind === "failed"),
    );
    expect(ended).toBeDefined();
  }).toPass({ timeout: JOB_TIMEOUT_MS, intervals: [100] });
  return ended!.state as Extract<JobState, { kind: "done" | "failed" }>;
}

const unfinished = async (app: FacetApp) => {
  const { deltas, fetched } = dataPaths(app.dataFolder);
  return [
    ...(await readdir(deltas).catch(() => [])).filter((name) => !name.endsWith(".gguf")),
    ...(await readdir(fetched).catch(() => [])),
  ];
};

test("a PEFT adapter and a GGUF adapter are found, fetched, converted, used in mid-chat, and there after a restart", async ({
  launch,
}) => {
  hub.add({
    id: "maker/Pirate-LoRA",
    licence: "mit",
    baseModel: "HuggingFaceTB/SmolLM2-135M-Instruct",
    files: peftFiles(starterPeft()),
  });
  const poet = Buffer.from(loraBytes({ matrices: starterMatrices(), seed: 2, strength: 0.3, rank: 8 }));
  hub.add({ id: "maker/Poet-LoRA-GGUF", files: [{ path: "poet-lora-f32.gguf", content: poet }] });
  const app = await launch(launchOptions());
  await new ChatWindow(app.window).waitUntilReady();
  const baseId = await starterId(app);

  const search = await call(app, "hub.search", {
    of: "adapters",
    text: "pirate",
    sort: "downloads",
    family: null,
    parameters: null,
    cursor: null,
  });
  expect(search.models.map(({ repository }) => repository)).toEqual(["maker/Pirate-LoRA"]);
  expect(await call(app, "deltas.lookAtHub", { repository: RepositoryName.parse("maker/Pirate-LoRA") })).toMatchObject({
    licence: "mit",
    gate: "open",
    baseModel: "HuggingFaceTB/SmolLM2-135M-Instruct",
    adapters: [{ path: "adapter_model.safetensors", form: "peft", rank: 8, failure: null }],
  });
  expect(
    (await call(app, "deltas.lookAtHub", { repository: RepositoryName.parse("maker/Poet-LoRA-GGUF") })).adapters,
  ).toMatchObject([{ path: "poet-lora-f32.gguf", form: "gguf", sizeBytes: poet.length, failure: null }]);

  await call(app, "jobs.start", startOf("maker/Pirate-LoRA", baseId));
  await call(app, "jobs.start", startOf("maker/Poet-LoRA-GGUF", null));
  const fetched = await whenEnded(app, "maker/Pirate-LoRA");
  expect(fetched).toMatchObject({ kind: "done", modelId: null, deltaId: expect.any(String) });
  expect(await whenEnded(app, "maker/Poet-LoRA-GGUF")).toMatchObject({ kind: "done" });
  const deltas = await call(app, "deltas.list", undefined);
  expect(deltas.map(({ name, origin, facts }) => [name, origin.kind, facts.kind, facts.licence])).toEqual([
    ["Poet-LoRA-GGUF", "hub", "lora", "apache-2.0"],
    ["Pirate-LoRA", "hub", "lora", "mit"],
  ]);
  const pirate = deltas[1]!;
  expect(pirate).toMatchObject({
    origin: { repository: "maker/Pirate-LoRA", revision: expect.stringMatching(/^[0-9a-f]{40}$/u) },
    facts: { architecture: "llama", rank: 8, changedTensorCount: 20, baseName: "Base-Model" },
  });
  expect(await unfinished(app)).toEqual([]);
  const fitting = await call(app, "deltas.forModel", { modelId: baseId });
  expect(fitting.deltas.map(({ match }) => match)).toEqual(["shapes-fit", "shapes-fit"]);

  const chatId = await newChat(app);
  await call(app, "chats.send", { chatId, text: QUESTION });
  const base = await answer(app, chatId);
  const one = (scale: number): Stack => [{ deltaId: pirate.id, scale }];
  await call(app, "chats.regenerate", { messageId: base.id, stack: one(1) });
  const byPirate = await answer(app, chatId);
  expect(textOf(byPirate.parts)).not.toBe(textOf(base.parts));
  expect(byPirate.stack).toMatchObject([{ name: "Pirate-LoRA", scale: 1 }]);
  await call(app, "chats.regenerate", { messageId: base.id, stack: one(0) });
  expect(beginning(await answer(app, chatId))).toBe(beginning(base));

  // The same adapter from a folder on this computer is the same delta but for its name; without its configuration it is none.
  const { config, weights } = starterPeft({ seed: 9 });
  const local = path.join(folder, "Local pirate");
  await mkdir(local);
  await writeFile(path.join(local, "adapter_model.safetensors"), weights);
  await answerFileDialogs(app, [path.join(local, "adapter_model.safetensors")]);
  expect(await ask(app, "deltas.addFile", { baseId })).toMatchObject({
    ok: false,
    failure: { code: "peft-config-missing" },
  });
  await writeFile(path.join(local, "adapter_config.json"), config);
  // For the model that is loaded, when none is named.
  expect(await ask(app, "deltas.addFile", undefined)).toMatchObject({
    ok: true,
    value: { name: "Local pirate", origin: { kind: "file" }, facts: { rank: 8 } },
  });
  expect(await unfinished(app)).toEqual([]);

  // Its folder can be dropped on the window too.
  const dropped = path.join(folder, "Dropped pirate");
  await cp(local, dropped, { recursive: true });
  await writeFile(path.join(dropped, "adapter_model.safetensors"), starterPeft({ seed: 10 }).weights);
  await dropFiles(app, [dropped]);
  const dialog = app.window.getByRole("dialog", { name: "Add 1 fine-tune" });
  await expect(dialog).toContainText("Dropped pirate");
  await dialog.getByRole("button", { name: "Add the fine-tune" }).click();
  await expect
    .poll(async () => (await call(app, "deltas.list", undefined)).map(({ name }) => name))
    .toContain("Dropped pirate");

  await call(app, "chats.setStack", { chatId, stack: one(1) });
  await app.close();
  const after = await launch({ ...launchOptions(), dataFolder: app.dataFolder });
  await new ChatWindow(after.window).waitUntilReady();
  expect((await call(after, "deltas.list", undefined)).map(({ name, failure }) => [name, failure])).toEqual([
    ["Dropped pirate", null],
    ["Local pirate", null],
    ["Poet-LoRA-GGUF", null],
    ["Pirate-LoRA", null],
  ]);
  await call(after, "chats.send", { chatId, text: "Go on." });
  expect((await answer(after, chatId)).stack).toMatchObject([{ name: "Pirate-LoRA" }]);
});

test(
  "a fetch is cancelled at once, and one that kill -9 ended goes on at the next start",
  { tag: "@slow" },
  async ({ launch }) => {
    hub.add({
      id: "maker/Large-LoRA",
      files: peftFiles(starterPeft({ modules: starterModules(1), type: "F32", rank: 32 })),
    });
    const app = await launch(launchOptions());
    await new ChatWindow(app.window).waitUntilReady();
    const start = startOf("maker/Large-LoRA", await starterId(app));
    hub.bytesPerSecond = 2_000_000;
    const isInProgress = async () => {
      const [job] = await call(app, "jobs.list", undefined);
      return job?.state.kind === "running" && job.state.phase?.kind === "download" && job.state.phase.receivedBytes > 0;
    };
    const cancelled = await call(app, "jobs.start", start);
    await expect.poll(isInProgress, { timeout: JOB_TIMEOUT_MS }).toBe(true);
    await call(app, "jobs.cancel", { id: cancelled.id });
    expect(await call(app, "jobs.list", undefined)).toEqual([]);
    expect(await unfinished(app)).toEqual([]);

    await call(app, "jobs.start", start);
    await expect.poll(isInProgress, { timeout: JOB_TIMEOUT_MS }).toBe(true);
    await app.kill();
    expect(await unfinished(app)).toHaveLength(1);
    hub.bytesPerSecond = null;
    const after = await launch({ ...launchOptions(), dataFolder: app.dataFolder });
    expect(await whenEnded(after, "maker/Large-LoRA")).toMatchObject({ kind: "done" });
    expect(await call(after, "deltas.list", undefined)).toMatchObject([{ name: "Large-LoRA", facts: { rank: 32 } }]);
    expect(await unfinished(after)).toEqual([]);
  },
);

test(
  "adapters that are no good are refused by name, and nothing of them stays",
  { tag: "@slow" },
  async ({ launch }) => {
    const nan = starterPeft({
      tensors: (tensors) =>
        tensors.map((tensor, index) =>
          index === 3 ? { ...tensor, data: tensor.data.with(1, 0x7f).with(0, 0xc0) } : tensor,
        ),
    });
    const whole = starterPeft();
    const page = "<!doctype html><title>Sign in</title>";
    const wide = starterModules(6).map((module) => ({ ...module, rows: 640 }));
    /** Told before anything is fetched. */
    const atOnce: [string, HubRepositoryFile[], object][] = [
      [
        "DoRA",
        peftFiles(starterPeft({ config: { use_dora: true } })),
        { code: "peft-unsupported", details: { feature: "dora" } },
      ],
      [
        "Saved",
        peftFiles(starterPeft({ config: { modules_to_save: ["embed_tokens"] } })),
        { code: "peft-unsupported", details: { feature: "modules-to-save" } },
      ],
      ["Page", peftFiles({ ...whole, config: page }), { code: "peft-config-invalid" }],
      ["Alpha", peftFiles(starterPeft({ config: { lora_alpha: -1 } })), { code: "delta-alpha-invalid" }],
      ["Climbing", peftFiles(whole, "../"), { code: "download-name-refused" }],
      [
        "Pickle",
        [peftFiles(whole)[0]!, { path: "adapter_model.bin", content: Buffer.from("pickle") }],
        { code: "peft-unsupported", details: { feature: "pickle" } },
      ],
      ["Nothing", [{ path: "notes.txt", content: Buffer.from("no adapter"), plain: true }], { code: "hub-no-adapter" }],
      // Its header says what it is, whatever its name says.
      ["No-adapter-GGUF", [{ path: "some-lora.gguf", content: Buffer.from(page) }], { code: "hub-no-adapter" }],
    ];
    /** Seen in what was fetched. */
    const later: [string, HubRepositoryFile[], object][] = [
      ["Cut", peftFiles({ ...whole, weights: whole.weights.slice(0, 100_000) }), { code: "peft-weights-damaged" }],
      [
        "Not-safetensors",
        peftFiles({ ...whole, weights: new Uint8Array(Buffer.from(page)) }),
        { code: "peft-weights-damaged" },
      ],
      ["Wide", peftFiles(starterPeft({ modules: wide })), { code: "delta-shapes-differ" }],
      ["NaN", peftFiles(nan), { code: "delta-weights-not-finite" }],
      ["Huge-alpha", peftFiles(starterPeft({ alpha: 1e9 })), { code: "delta-alpha-invalid" }],
      [
        "Head",
        peftFiles(starterPeft({ modules: [...starterModules(6), { name: "lm_head", columns: WIDTH, rows: 49_152 }] })),
        { code: "peft-unsupported", details: { feature: "output-head" } },
      ],
    ];
    for (const [name, files] of [...atOnce, ...later]) hub.add({ id: `maker/${name}`, files });
    hub.add({ id: "maker/Wrong-bytes", files: peftFiles(whole) });
    hub.misbehave({ at: "content", path: "Wrong-bytes", do: { kind: "wrong-bytes", atByte: 5000 } });

    const app = await launch(launchOptions());
    await new ChatWindow(app.window).waitUntilReady();
    const baseId = await starterId(app);
    for (const [name, , failure] of atOnce)
      expect(await ask(app, "jobs.start", startOf(`maker/${name}`, baseId)), name).toMatchObject({
        ok: false,
        failure,
      });
    expect(await ask(app, "jobs.start", startOf("maker/Cut", null))).toMatchObject({
      ok: false,
      failure: { code: "peft-base-needed" },
    });
    expect(await call(app, "jobs.list", undefined)).toEqual([]);
    expect(
      (await call(app, "deltas.lookAtHub", { repository: RepositoryName.parse("maker/DoRA") })).adapters,
    ).toMatchObject([{ failure: { code: "peft-unsupported" } }]);
    for (const [name, , failure] of [...later, ["Wrong-bytes", [], { code: "download-wrong-hash" }] as const]) {
      await call(app, "jobs.start", startOf(`maker/${name}`, baseId));
      expect(await whenEnded(app, `maker/${name}`), name).toMatchObject({ kind: "failed", failure });
    }
    expect(await call(app, "deltas.list", undefined)).toEqual([]);
    const jobs = await call(app, "jobs.list", undefined);
    for (const { id } of jobs) await call(app, "jobs.dismiss", { id });
    await app.close();
    const after = await launch({ ...launchOptions(), dataFolder: app.dataFolder });
    // Removed at the start, once the downloads are known.
    await expect.poll(() => unfinished(after)).toEqual([]);
  },
);
