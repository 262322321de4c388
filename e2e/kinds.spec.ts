// Repositories as publishers make them, whatever they call their files: what is a model is offered, what is none is named below, and
// what could not be looked at is neither proposed nor called too large.
import { readdir } from "node:fs/promises";
import path from "node:path";
import type { Page } from "@playwright/test";
import { ggufOfKind } from "../electron/testing/ggufKinds";
import { tinyModelBytes } from "../electron/testing/tinyGguf";
import { ChatWindow } from "./ChatWindow";
import { modelsFolder } from "./FacetApp";
import { HubServer } from "./hub/HubServer";
import { expect, test } from "./test";

const NO_NETWORK = { HF_ENDPOINT: "http://127.0.0.1:9", PIP_NO_INDEX: "1" };
const VERDICT_TIMEOUT_MS = 60_000;
const MODEL = "Ordner/Größeres Modell (v2) [imatrix, mmproj], 100 % 你好 😀.gguf";
/** As large to the byte, and best of all by its size. */
const OTHER_MODEL = "-lora-merged, zweites Modell.gguf";

let hub: HubServer;
test.beforeEach(async () => {
  hub = await HubServer.start();
});
test.afterEach(() => hub.stop());

async function openRepository(page: Page, repository: string): Promise<void> {
  await page.getByRole("button", { name: "Models", exact: true }).click({ timeout: 60_000 });
  const search = page.getByRole("searchbox");
  await search.fill(repository);
  await search.press("Enter");
}

test("drafts, projectors and matrices are told apart by their headers, and a model with any name is downloaded and answers", async ({
  launch,
  allowProblems,
}) => {
  allowProblems(/does not divide n_embd_head/);
  const whole = Buffer.from(tinyModelBytes({ seed: 5 }));
  hub.add({
    id: "maker/Kinds-GGUF",
    files: [
      { path: MODEL, content: Buffer.from(tinyModelBytes({ seed: 1, name: "Größer" })) },
      { path: OTHER_MODEL, content: Buffer.from(tinyModelBytes({ seed: 2, name: "Größer" })) },
      { path: "mtp-gemma-4-31B-it.gguf", content: Buffer.from(ggufOfKind("draft", 0)) },
      { path: "Best-Chat-Q8_0.gguf", content: Buffer.from(ggufOfKind("draft", 2)) },
      { path: "llava-projector.gguf", content: Buffer.from(ggufOfKind("projector", 0)) },
      { path: "Chat.imatrix.gguf", content: Buffer.from(ggufOfKind("importance-matrix", 0)) },
      { path: "Big-Q6_K.gguf.part1of2", content: whole.subarray(0, 300_000) },
      { path: "Big-Q6_K.gguf.part2of2", content: whole.subarray(300_000) },
      { path: "../climbs-Q4_0.gguf", content: whole },
    ],
  });
  const app = await launch({ starterModel: false, env: { ...NO_NETWORK, FACET_HUB_ENDPOINT: hub.endpoint } });
  const page = app.window;
  await openRepository(page, "maker/Kinds-GGUF");
  await expect(page.getByText(/^Also in this repository: /)).toHaveText(/2 draft models \(.+\)/, {
    timeout: VERDICT_TIMEOUT_MS,
  });
  await expect(page.getByText(/^Also in this repository: /)).toContainText("1 image or audio projector");
  await expect(page.getByText(/^Also in this repository: /)).toContainText("1 importance matrix");
  const rows = page.getByRole("article").getByRole("listitem");
  await expect(rows).toHaveCount(4);
  await expect(rows.filter({ hasText: "Q6_K" })).toContainText("In parts that must be joined or unpacked first");
  await expect(rows.filter({ hasText: "Q4_0" })).toContainText("Its path isn’t safe");
  await expect(page.getByText("Best quality that leaves room to spare")).toBeVisible();
  await expect(page.getByRole("article").locator("[data-best]")).toHaveText(/Modell/);
  const download = page.getByRole("button", { name: /^Download / });
  await expect(download).toHaveCount(2);
  const model = rows.filter({ hasText: "Größeres Modell" });

  await model.getByRole("button", { name: `Download ${path.basename(MODEL)}` }).click();
  const load = model.getByRole("button", { name: `Load ${path.basename(MODEL)}` });
  await expect(load).toBeVisible({ timeout: VERDICT_TIMEOUT_MS });
  await expect(download).toHaveCount(1);
  await load.click();
  expect(await readdir(path.join(await modelsFolder(app.dataFolder), "maker__Kinds-GGUF"))).toContain(
    path.basename(MODEL),
  );
  const chat = new ChatWindow(page);
  await page.keyboard.press("Control+n");
  await chat.waitUntilReady();
  await expect(chat.engineBar).toContainText("Größeres Modell");
  await chat.limitAnswers(16);
  expect((await chat.ask("Hello")).length).toBeGreaterThan(0);
});

test("what could not be checked is said so, and a repository without a model says that", async ({
  launch,
  allowProblems,
}) => {
  allowProblems(/401|Failed to load|GatedRepo/);
  const variants = (names: readonly string[]) =>
    names.map((name, index) => ({
      path: `Model-${name}.gguf`,
      content: Buffer.from(tinyModelBytes({ seed: index + name.length, name: "x".repeat(1000 * index) })),
    }));
  hub.add({ id: "maker/Gated-GGUF", gated: "manual", files: variants(["Q4_0", "Q8_0"]) });
  hub.add({
    id: "maker/Odd-GGUF",
    files: variants(["Q4_1", "Q6_K"]).map(({ path: file }) => ({
      path: file,
      content: Buffer.concat([Buffer.from("GGUF"), Buffer.alloc(3_000_000, 1)]),
    })),
  });
  hub.add({
    id: "maker/Extras-GGUF",
    files: [
      { path: "Chat-Q4_K_M.gguf", content: Buffer.from(ggufOfKind("embedding", 0)) },
      { path: "model.gguf", content: Buffer.from(ggufOfKind("draft", 1)) },
    ],
  });
  hub.add({ id: "maker/Empty-GGUF", files: [{ path: "config.json", content: Buffer.from("{}"), plain: true }] });
  hub.add({ id: "maker/Half-GGUF", files: variants(["Q5_0", "Q5_1"]) });
  hub.misbehave({ at: "resolve", path: "Model-Q5_1.gguf", do: { kind: "status", status: 503 } });
  const app = await launch({ starterModel: false, env: { ...NO_NETWORK, FACET_HUB_ENDPOINT: hub.endpoint } });
  const page = app.window;
  const card = page.getByRole("article");
  for (const [repository, words, best] of [
    ["maker/Gated-GGUF", "Couldn’t be checked: only people with access may read it", 0],
    ["maker/Odd-GGUF", "Facet can’t run any of these", 0],
    ["maker/Extras-GGUF", "There is no model to chat with in this repository", 0],
    ["maker/Empty-GGUF", "There is no model to chat with in this repository", 0],
    ["maker/Half-GGUF", "Best quality that leaves room to spare (of those that could be checked)", 1],
  ] as const) {
    await openRepository(page, repository);
    await expect(card.getByText(words, { exact: true }), repository).toBeVisible({ timeout: VERDICT_TIMEOUT_MS });
    await expect(card.locator("[data-best]"), repository).toHaveCount(best);
    await expect(card.getByText("fits in the free memory")).toHaveCount(0);
  }
  await openRepository(page, "maker/Extras-GGUF");
  await expect(card).toContainText(
    /Also in this repository: (?:1 embedding model \(.+\) and 1 draft model \(.+\)|1 draft model \(.+\) and 1 embedding model)/u,
  );
  await expect(card.getByRole("button", { name: /^Download/ })).toHaveCount(0);
});
