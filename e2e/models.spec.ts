// The model library against a hub on this computer: search, judge, download, chat with what came.
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { ChatWindow } from "./ChatWindow";
import { HubServer } from "./hub/HubServer";
import { starterModelPath } from "./starterModelFile";
import { expect, test } from "./test";

const REPOSITORY = "maker/Tiny-Chat-GGUF";
/** The goal for one verdict. */
const MAX_VERDICT_BYTES = 400_000;

let hub: HubServer;
test.beforeEach(async () => {
  hub = await HubServer.start();
  const content = await readFile(starterModelPath());
  hub.add({
    id: REPOSITORY,
    files: [{ path: "Tiny-Chat-Q4_1.gguf", content }],
    gguf: { total: 134_515_008, architecture: "llama", context_length: 8192 },
    readme: "# Tiny Chat\n\nA small model for tests.\n",
  });
});
test.afterEach(() => hub.stop());

test("a model is found, judged from its header alone, downloaded, and answers", async ({ launch }) => {
  const app = await launch({ env: { FACET_HUB_ENDPOINT: hub.endpoint } });
  const chat = new ChatWindow(app.window);
  await chat.waitUntilReady();
  const { page } = chat;
  await page.keyboard.press("Control+Shift+m");
  const search = page.getByRole("searchbox");
  await search.fill("tiny chat");
  await search.press("Enter");
  const card = page.getByRole("article").filter({ hasText: /Tiny.Chat/i });
  await expect(card).toBeVisible();

  await card.getByRole("heading").getByRole("button").click();
  await expect(page.getByText("A small model for tests.")).toBeVisible();
  const variant = page.getByRole("listitem").filter({ hasText: "Q4_1" });
  await expect(variant).toContainText(/fits/i, { timeout: 30_000 });
  expect(hub.bytesSent("Tiny-Chat-Q4_1.gguf")).toBeLessThan(MAX_VERDICT_BYTES);

  await variant.getByRole("button", { name: "Download Q4_1" }).click();
  await variant.getByRole("button", { name: "Load Q4_1" }).click({ timeout: 60_000 });
  await page.keyboard.press("Control+n");
  await chat.waitUntilReady();
  await expect(chat.engineBar).toContainText(/tiny.chat/i);
  await chat.limitAnswers(24);
  expect((await chat.ask("Name three fruits.")).length).toBeGreaterThan(0);
});

test("verdicts follow context size and KV cache type, and agree with what the engine then takes", async ({
  launch,
}) => {
  const app = await launch({ env: { FACET_HUB_ENDPOINT: hub.endpoint } });
  const chat = new ChatWindow(app.window);
  await chat.waitUntilReady();
  const judged = await app.window.evaluate(async () => {
    const { call } = window.facet;
    const installed = await call["models.installed"](undefined);
    const snapshot = await call["app.snapshot"](undefined);
    if (!installed.ok || !snapshot.ok) throw new Error("no list");
    const [first] = installed.value.models;
    if (first === undefined || snapshot.value.engine.kind !== "ready") throw new Error("nothing is loaded");
    const fits = [];
    for (const kvCacheType of ["f16", "q8_0", "q4_0"] as const) {
      for (const contextSizeTokens of [2048, 8192]) {
        const fit = await call["fit.judge"]({
          source: { kind: "installed", modelId: first.model.id },
          contextSizeTokens,
          kvCacheType,
        });
        if (!fit.ok) throw new Error(fit.failure.code);
        fits.push(fit.value);
      }
    }
    return { first, fits, memory: snapshot.value.engine.model.memory };
  });
  expect(judged.first).toMatchObject({
    architecture: "llama",
    quantization: "Q4_1",
    trainContextSizeTokens: 8192,
    canVerify: true,
  });
  expect(judged.fits.map(({ verdict }) => verdict)).toEqual(Array.from({ length: 6 }, () => "fits"));
  const needs = judged.fits.map(({ neededBytes }) => neededBytes ?? 0);
  const [f16At2k = 0, f16At8k = 0, q8At2k = 0, q8At8k = 0, q4At2k = 0, q4At8k = 0] = needs;
  expect(f16At8k).toBeGreaterThan(f16At2k);
  expect(q8At8k).toBeLessThan(f16At8k);
  expect(q4At8k).toBeLessThan(q8At8k);
  expect(q4At2k).toBeLessThan(q8At2k);
  const parts = judged.fits[1]?.parts;
  // The engine's own report of the same load: the dry run plans it to the byte.
  expect((parts?.weightsBytes ?? 0) + (parts?.weightCopiesBytes ?? 0)).toBe(judged.memory.weightsBytes);
  // Of the buffers that llama.cpp reserves, a chat touches a part.
  const context = (parts?.kvCacheBytes ?? 0) + (parts?.computeBuffersBytes ?? 0);
  expect(context).toBeGreaterThan(judged.memory.contextBytes / 2);
  expect(context).toBeLessThanOrEqual(judged.memory.contextBytes);
});

test("a token goes to the hub and nowhere else, redirects are followed, and other addresses are refused", async ({
  launch,
}) => {
  const token = "hf_aTokenThatIsNowhereOnTheDisk";
  hub.add({
    id: "maker/Gated-GGUF",
    gated: "manual",
    files: [{ path: "Gated-Q4_0.gguf", content: Buffer.from("GGUF") }],
  });
  hub.tokens.add(token);
  hub.rename("maker/Former-Name", REPOSITORY);
  const app = await launch({ env: { FACET_HUB_ENDPOINT: hub.endpoint } });
  await expect(new ChatWindow(app.window).composer).toBeVisible();
  const answers = await app.window.evaluate(async (secret) => {
    const { call } = window.facet;
    const repository = (name: string) => ({ repository: name }) as Parameters<(typeof call)["hub.model"]>[0];
    return {
      renamed: await call["hub.model"](repository("maker/Former-Name")),
      saved: await call["hub.saveSettings"]({ token: secret }),
      after: await call["hub.search"]({ text: "", sort: "downloads", family: null, cursor: null }),
      openEndpoint: await call["hub.saveSettings"]({ endpoint: "http://hub.example" }),
      badProxy: await call["hub.saveSettings"]({ proxy: "nonsense" }),
    };
  }, token);
  expect(answers.renamed).toMatchObject({ ok: true, value: { summary: { repository: REPOSITORY } } });
  expect(answers.saved).toMatchObject({ ok: true, value: { hasToken: true } });
  expect(JSON.stringify(answers.saved)).not.toContain(token);
  expect(answers.after.ok).toBe(true);
  expect(hub.requests.at(-1)?.authorization).toBe(`Bearer ${token}`);
  expect(answers.openEndpoint).toMatchObject({ ok: false, failure: { code: "hub-address-invalid" } });
  expect(answers.badProxy).toMatchObject({ ok: false, failure: { code: "hub-proxy-invalid" } });
  await app.close();
  for (const entry of await readdir(app.dataFolder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || entry.name.endsWith(".gguf")) continue;
    const content = await readFile(path.join(entry.parentPath, entry.name));
    expect(content.includes(token), `${entry.name} holds the token`).toBe(false);
  }
});
