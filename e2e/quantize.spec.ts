// Quantizing in the real app with real models: what it makes, and that nothing is left of what it does not finish.
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Page } from "@playwright/test";
import type { Failure } from "../electron/contract/failure";
import type { Job, JobStart, StartQuantize } from "../electron/contract/jobQueue";
import type { JobStage } from "../electron/contract/jobs";
import type { ModelDetails } from "../electron/contract/model";
import type { QuantizePreview } from "../electron/contract/quantize";
import type { QuantizeRecipe, StepKinds } from "../electron/contract/quantizeRecipe";
import { dataPaths } from "../electron/core/dataFolder";
import { ChatWindow } from "./ChatWindow";
import { F16_FILE, GEMMA_F16_FILE, placeF16Model } from "./f16Model";
import { freshDataFolder, IS_ROOT, type FacetApp } from "./FacetApp";
import { HubServer } from "./hub/HubServer";
import { expect, test } from "./test";

/** Busy machines need many times what an idle one does. */
const JOB_TIMEOUT_MS = 150_000;
const JOB_PROCESS = "Facet job";

test("a model is quantized, says what it was made from, and chats", async ({ launch }) => {
  const dataFolder = await freshDataFolder();
  await placeF16Model(dataFolder);
  const app = await launch({ dataFolder });
  const chat = new ChatWindow(app.window);
  await chat.waitUntilReady();
  const source = await installed(app.window, F16_FILE);
  expect(source.weightType).toBe("F16");

  const preview = await previewOf(app.window, source, []);
  expect(preview.proposal).toEqual({ type: "IQ4_NL", reason: "width-does-not-divide" });
  // 576 is no multiple of 256: most of a K-quant is written in other types, and says so.
  const kQuant = preview.types.find(({ preview: { type } }) => type === "Q4_K_M")?.preview;
  expect(kQuant?.tensors.filter(({ widthDoesNotDivide }) => widthDoesNotDivide).length).toBeGreaterThan(100);
  expect(Object.keys(kQuant?.bytesByTensorType ?? {})).toContain("q5_0");
  const planned = preview.types.find(({ preview: { type } }) => type === "Q4_0");
  expect(planned?.fit.verdict).toBe("fits");
  // With an importance matrix llama.cpp writes the first layers' ffn_down larger.
  const calibrated = (await previewOf(app.window, source, null)).types.find(
    ({ preview: { type } }) => type === "Q4_0",
  )?.preview;
  expect(calibrated?.steps).toEqual(["calibrate"]);
  expect(calibrated?.fileBytes).toBeGreaterThan(planned?.preview.fileBytes ?? Infinity);

  const job = await quantize(app.window, { source: { kind: "installed", modelId: source.model.id }, type: "Q4_0" });
  const done = await ended(app.window, job);
  if (done.state.kind !== "done") throw new Error(JSON.stringify(done.state));
  const file = path.join(dataPaths(dataFolder).models, "made", "SmolLM2-135M-Instruct-uncalibrated-Q4_0.gguf");
  expect(await readdir(path.dirname(file))).toEqual([path.basename(file)]);
  const made = await installed(app.window, path.basename(file));
  expect(made).toMatchObject({
    model: { id: done.state.modelId, origin: "made", name: "SmolLM2 135M Instruct uncalibrated" },
    weightType: "Q4_0",
    madeFrom: { sourceFileName: F16_FILE, type: "Q4_0", steps: [] },
  });
  expect(Math.abs(made.model.sizeBytes - (planned?.preview.fileBytes ?? 0))).toBeLessThan(10_000);

  await loadAndAsk(chat, made, /uncalibrated/i);

  // The same again is refused before it costs anything.
  expect(
    await refusal(app.window, { source: { kind: "installed", modelId: source.model.id }, type: "Q4_0" }),
  ).toMatchObject({ code: "target-exists" });
});

test(
  "Gemma 3 270M, of another architecture and with a large vocabulary, is quantized and chats",
  { tag: "@slow" },
  async ({ launch }) => {
    const dataFolder = await freshDataFolder();
    await placeF16Model(dataFolder, GEMMA_F16_FILE);
    const app = await launch({ dataFolder });
    const chat = new ChatWindow(app.window);
    await chat.waitUntilReady();
    const source = await installed(app.window, GEMMA_F16_FILE);
    const planned = (await previewOf(app.window, source, [])).types.find(
      ({ preview: { type } }) => type === "Q4_0",
    )?.preview;

    // Not calibrated: a core or two would read the text for five minutes.
    const job = await quantize(app.window, { source: { kind: "installed", modelId: source.model.id }, type: "Q4_0" });
    const done = await ended(app.window, job);
    if (done.state.kind !== "done") throw new Error(JSON.stringify(done.state));
    const made = await installed(app.window, "gemma-3-270m-uncalibrated-Q4_0.gguf");
    expect(made).toMatchObject({
      weightType: "Q4_0",
      madeFrom: { sourceFileName: GEMMA_F16_FILE, type: "Q4_0", steps: [] },
    });
    expect(Math.abs(made.model.sizeBytes - (planned?.fileBytes ?? 0))).toBeLessThan(10_000);
    await loadAndAsk(chat, made, /gemma/i);
  },
);

test(
  "what is cancelled, killed, deleted or hostile leaves nothing half-written",
  { tag: "@slow" },
  async ({ launch, allowProblems }) => {
    allowProblems(/job/u);
    const dataFolder = await freshDataFolder();
    const models = dataPaths(dataFolder).models;
    const sourceFile = await placeF16Model(dataFolder);
    const hostile = path.join(models, "hostile.gguf");
    await copyFile(sourceFile, hostile);
    await writeFile(hostile, (await readFile(hostile)).subarray(0, 60_000_000));
    await writeFile(path.join(models, "text.gguf"), "Milk, bread, apples.\n".repeat(2000));
    const app = await launch({ dataFolder });
    const page = app.window;
    await new ChatWindow(page).waitUntilReady();
    const source = await installed(page, F16_FILE);
    const calibrated: QuantizeOrder = {
      source: { kind: "installed", modelId: source.model.id },
      type: "Q4_0",
      steps: [{ kind: "calibrate", with: { kind: "text", ownTextId: null } }],
    };
    const leftBehind = async () => [
      ...(await readdir(path.join(models, "made")).catch(() => [])),
      ...(await readdir(path.join(dataFolder, "importance")).catch(() => [])),
    ];

    // Cancelled in the middle: the process is gone at once, with its files and its line.
    const cancelled = await quantize(page, calibrated);
    await reaches(page, cancelled, "importance-matrix");
    const startedMs = performance.now();
    expect(await page.evaluate((id) => window.facet.call["jobs.cancel"]({ id }), cancelled)).toMatchObject({
      ok: true,
    });
    expect(performance.now() - startedMs).toBeLessThan(3000);
    expect(await jobs(page)).toEqual([]);
    expect(await jobPid(app)).toBeNull();
    expect(await leftBehind()).toEqual([]);

    // kill -9 of the job process; the next in the queue goes on, and the app with it.
    const killed = await quantize(page, calibrated);
    const next = await quantize(page, { ...calibrated, type: "Q8_0", steps: [] });
    await reaches(page, killed, "importance-matrix");
    process.kill((await jobPid(app)) ?? Number.NaN, "SIGKILL");
    expect((await ended(page, killed)).state).toMatchObject({ kind: "failed", failure: { code: "job-crashed" } });
    expect((await ended(page, next)).state).toMatchObject({ kind: "done" });
    expect(await leftBehind()).toEqual(["SmolLM2-135M-Instruct-Q8_0.gguf"]);

    // Onto itself, and from what is quantized already.
    const made = await installed(page, "SmolLM2-135M-Instruct-Q8_0.gguf");
    expect(await refusal(page, { source: { kind: "installed", modelId: made.model.id }, type: "Q8_0" })).toMatchObject({
      code: "target-is-source",
    });
    const starter = await installed(page, "SmolLM2-135M-Instruct.Q4_1.gguf");
    const again = await quantize(page, { source: { kind: "installed", modelId: starter.model.id }, type: "Q2_K" });
    expect((await ended(page, again)).state).toMatchObject({
      kind: "failed",
      failure: { code: "source-already-quantized" },
    });

    for (const name of ["hostile.gguf", "text.gguf"]) {
      const bad = await installed(page, name);
      const job = await quantize(page, { source: { kind: "installed", modelId: bad.model.id }, type: "Q4_1" });
      expect((await ended(page, job)).state).toMatchObject({ kind: "failed", failure: { code: "model-damaged" } });
    }

    // The file is deleted while one job reads it, which does not mind, and another waits for it, which says so.
    const reading = await quantize(page, calibrated);
    const waiting = await quantize(page, { ...calibrated, type: "Q6_K" });
    await reaches(page, reading, "importance-matrix");
    await rm(sourceFile);
    await page.evaluate((id) => window.facet.call["jobs.cancel"]({ id }), reading);
    expect((await ended(page, waiting)).state).toMatchObject({ kind: "failed", failure: { code: "source-missing" } });
    expect(await leftBehind()).toEqual(["SmolLM2-135M-Instruct-Q8_0.gguf"]);
  },
);

test("a disk that is too small, or fills up meanwhile, is said; nothing half-written is left", async ({
  launch,
  allowProblems,
}) => {
  test.skip(!IS_ROOT || process.platform !== "linux", "needs root on Linux: it mounts a small tmpfs");
  allowProblems(/job/u);
  const dataFolder = await freshDataFolder();
  await placeF16Model(dataFolder);
  const made = path.join(dataPaths(dataFolder).models, "made");
  const filler = path.join(made, "filler");
  await mkdir(made);
  // 512 MB of any disk are left alone, and the model takes 92.
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=800m", "none", made]);
  try {
    const app = await launch({ dataFolder });
    await new ChatWindow(app.window).waitUntilReady();
    const request: QuantizeOrder = {
      source: { kind: "installed", modelId: (await installed(app.window, F16_FILE)).model.id },
      type: "IQ4_XS",
    };

    execFileSync("fallocate", ["-l", "300M", filler]);
    const refused = await ended(app.window, await quantize(app.window, request));
    expect(refused.state).toMatchObject({
      kind: "failed",
      failure: { code: "job-disk-full", details: { availableBytes: expect.stringMatching(/^\d+$/u) } },
    });
    await rm(filler);

    await app.window.evaluate((id) => window.facet.call["jobs.retry"]({ id }), refused.id);
    await reaches(app.window, refused.id, "quantize");
    execFileSync("sh", ["-c", 'dd if=/dev/zero of="$0" bs=1M 2>/dev/null || true', filler]);
    expect((await ended(app.window, refused.id)).state).toMatchObject({
      kind: "failed",
      failure: { code: "job-disk-full" },
    });
    expect(await readdir(made)).toEqual(["filler"]);
  } finally {
    execFileSync("umount", ["-l", made]);
  }
});

test(
  "the app killed in the middle of a job says so at the next start, and the job can be tried again",
  { tag: "@slow" },
  async ({ launch, allowProblems }) => {
    allowProblems(/job/u);
    const dataFolder = await freshDataFolder();
    await placeF16Model(dataFolder);
    const first = await launch({ dataFolder });
    await new ChatWindow(first.window).waitUntilReady();
    const source = await installed(first.window, F16_FILE);
    const id = await quantize(first.window, {
      source: { kind: "installed", modelId: source.model.id },
      type: "IQ4_NL",
      steps: [{ kind: "calibrate", with: { kind: "text", ownTextId: null } }],
    });
    await reaches(first.window, id, "importance-matrix");
    const pid = await jobPid(first);
    await first.kill();
    await expect.poll(() => pid !== null && existsSync(`/proc/${pid}`)).toBe(false);

    const second = await launch({ dataFolder });
    await new ChatWindow(second.window).waitUntilReady();
    expect((await jobs(second.window)).map(({ state }) => state)).toMatchObject([
      { kind: "failed", failure: { code: "job-interrupted" } },
    ]);
    expect(await readdir(path.join(dataFolder, "importance"))).toEqual([]);
    await second.window.evaluate((jobId) => window.facet.call["jobs.retry"]({ id: jobId }), id);
    await reaches(second.window, id, "importance-matrix");

    // Closed as users close it, the job begins again by itself.
    await second.close();
    const third = await launch({ dataFolder });
    await expect.poll(async () => (await jobs(third.window))[0]?.state.kind).toBe("running");
    await third.window.evaluate((jobId) => window.facet.call["jobs.cancel"]({ id: jobId }), id);
    expect(await readdir(path.join(dataFolder, "importance"))).toEqual([]);
  },
);

test(
  "a 16-bit variant at the hub is judged from its header, fetched, quantized, measured and deleted again",
  { tag: "@slow" },
  async ({ launch }) => {
    const dataFolder = await freshDataFolder();
    const file = await placeF16Model(dataFolder);
    const content = await readFile(file);
    await rm(file);
    const hub = await HubServer.start();
    try {
      hub.add({
        id: "maker/Small-GGUF",
        files: [{ path: "Small-F16.gguf", content }],
        gguf: { total: 134_515_008, architecture: "llama", context_length: 8192 },
      });
      const app = await launch({ dataFolder, env: { FACET_HUB_ENDPOINT: hub.endpoint } });
      await new ChatWindow(app.window).waitUntilReady();
      const { download, preview } = await app.window.evaluate(async () => {
        const { call } = window.facet;
        const found = await call["hub.search"]({ text: "small", sort: "downloads", family: null, cursor: null });
        const repository = found.ok ? found.value.models[0]?.repository : undefined;
        if (repository === undefined) throw new Error("not found");
        const model = await call["hub.model"]({ repository });
        if (!model.ok) throw new Error(model.failure.code);
        const files = model.value.variants[0]?.files.flatMap(({ path: name, sizeBytes, sha256 }) =>
          sha256 === null ? [] : [{ path: name, sizeBytes, sha256 }],
        );
        const request = {
          repository,
          revision: model.value.revision,
          title: "Small · F16",
          quantization: "F16",
          licence: null,
          files: files ?? [],
        };
        const answer = await call["quantize.preview"]({
          source: { kind: "hub", download: request },
          steps: null,
          contextSizeTokens: 2048,
          kvCacheType: "f16",
        });
        if (!answer.ok) throw new Error(answer.failure.code);
        return { download: request, preview: answer.value };
      });
      expect(hub.bytesSent("Small-F16.gguf")).toBeLessThan(1_000_000);
      expect(preview.source).toMatchObject({ weightType: "f16", fileBytes: content.length });
      const planned = preview.types.find(({ preview: { type } }) => type === "Q8_0")?.preview.fileBytes ?? 0;

      const job = await quantize(app.window, { source: { kind: "hub", download }, type: "Q8_0" });
      const done = await ended(app.window, job);
      expect(done.state).toMatchObject({ kind: "done", qualityFailure: null });
      const folder = dataPaths(dataFolder).models;
      expect((await readdir(folder, { recursive: true })).filter((name) => name.endsWith("F16.gguf"))).toEqual([]);
      const made = await installed(app.window, "Small-Q8_0.gguf");
      expect(Math.abs(made.model.sizeBytes - planned)).toBeLessThan(10_000);
    } finally {
      await hub.stop();
    }
  },
);

type QuantizeOrder = Pick<StartQuantize, "source"> & Pick<QuantizeRecipe, "type"> & Partial<QuantizeRecipe>;

function startOf({ source, type, steps = [] }: QuantizeOrder): JobStart {
  return { kind: "quantize", source, recipe: { type, steps }, measureQuality: false, keepSource: false };
}

async function previewOf(page: Page, { model }: ModelDetails, steps: StepKinds | null): Promise<QuantizePreview> {
  const answer = await page.evaluate(
    (question) => window.facet.call["quantize.preview"]({ ...question, contextSizeTokens: 2048, kvCacheType: "f16" }),
    { source: { kind: "installed" as const, modelId: model.id }, steps },
  );
  if (!answer.ok) throw new Error(answer.failure.code);
  return answer.value;
}

async function loadAndAsk(chat: ChatWindow, { model }: ModelDetails, name: RegExp): Promise<void> {
  const loaded = await chat.page.evaluate((modelId) => window.facet.call["models.load"]({ modelId }), model.id);
  expect(loaded.ok).toBe(true);
  await expect(chat.engineBar).toContainText(name, { timeout: 30_000 });
  await chat.waitUntilReady();
  await chat.limitAnswers(24);
  expect((await chat.ask("What is the capital of France?")).length).toBeGreaterThan(0);
}

async function quantize(page: Page, request: QuantizeOrder): Promise<Job["id"]> {
  const job = await page.evaluate((start) => window.facet.call["jobs.start"](start), startOf(request));
  if (!job.ok) throw new Error(JSON.stringify(job.failure));
  return job.value.id;
}

async function refusal(page: Page, request: QuantizeOrder): Promise<Failure | null> {
  const job = await page.evaluate((start) => window.facet.call["jobs.start"](start), startOf(request));
  return job.ok ? null : job.failure;
}

async function jobs(page: Page): Promise<Job[]> {
  const list = await page.evaluate(() => window.facet.call["jobs.list"](undefined));
  if (!list.ok) throw new Error(list.failure.code);
  return list.value;
}

async function ended(page: Page, id: Job["id"]): Promise<Job> {
  let job: Job | undefined;
  await expect(async () => {
    job = (await jobs(page)).find((each) => each.id === id);
    expect(["done", "failed"]).toContain(job?.state.kind);
  }).toPass({ timeout: JOB_TIMEOUT_MS, intervals: [200] });
  if (job === undefined) throw new Error("The job is gone");
  return job;
}

async function reaches(page: Page, id: Job["id"], stage: JobStage): Promise<void> {
  await expect(async () => {
    const state = (await jobs(page)).find((each) => each.id === id)?.state;
    expect(state).toMatchObject({ kind: "running", phase: { kind: "work", progress: { stage } } });
  }).toPass({ timeout: JOB_TIMEOUT_MS, intervals: [100] });
}

async function installed(page: Page, fileName: string): Promise<ModelDetails> {
  const list = await page.evaluate(() => window.facet.call["models.installed"](undefined));
  const found = list.ok ? list.value.models.find(({ model }) => model.fileName === fileName) : undefined;
  if (found === undefined) throw new Error(`${fileName} is not installed`);
  return found;
}

function jobPid(app: FacetApp): Promise<number | null> {
  return app.electron.evaluate(
    ({ app: facet }, name) => facet.getAppMetrics().find((one) => one.name === name)?.pid ?? null,
    JOB_PROCESS,
  );
}
