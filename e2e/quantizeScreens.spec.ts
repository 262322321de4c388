// Quantizing and measuring as a user sees them: with the keyboard, in both themes, in a small window, and when something fails.
import { copyFile, readdir, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Locator, Page } from "@playwright/test";
import { tinyModelBytes, writeTinyModel } from "../electron/testing/tinyGguf";
import { ChatWindow } from "./ChatWindow";
import { checkAccessibility, checkInBothThemes, expectNoOverflow } from "./checkAccessibility";
import { placeF16Model } from "./f16Model";
import { freshDataFolder, modelsFolder } from "./FacetApp";
import { HubServer } from "./hub/HubServer";
import { answerFileDialogs } from "./systemDialogs";
import { expect, test } from "./test";

/** The tiny model's jobs take a second or two; on a busy machine much more. */
const JOB_TIMEOUT_MS = 120_000;
/** Heads of the tiny model are narrower than a block of a quantized KV cache, which llama.cpp logs where it is judged. */
const TINY_HEADS = /K cache type \w+ with block size 32 does not divide/u;

test(
  "types are judged and explained, one is made with the keyboard alone, and its quality is drawn",
  { tag: "@slow" },
  async ({ launch, allowProblems }) => {
    allowProblems(TINY_HEADS);
    const dataFolder = await freshDataFolder();
    await writeTinyModel(path.join(await modelsFolder(dataFolder), "Tiny-F32.gguf"));
    const app = await launch({ dataFolder });
    const page = app.window;
    await new ChatWindow(page).waitUntilReady();

    await openQuantize(page, /Tiny/);
    const heading = page.getByRole("heading", { name: /^Quantize Tiny/ });
    await expect(heading).toBeFocused();
    await expect(page.getByRole("radio", { name: /^Balanced · \w+ · \d+ kB Recommended$/ })).toBeChecked({
      timeout: 60_000,
    });
    const types = page.getByRole("table", { name: "Types, best quality first" });
    await expect(types).toBeHidden();
    await openAllTypes(page);
    const count = await types.getByRole("radio").count();
    expect(count).toBeGreaterThanOrEqual(10);
    await expect(types.getByRole("button", { name: /fits|too large|unknown/i })).toHaveCount(count);
    await expect(page.getByText(/is recommended/)).toBeVisible();
    await expect(types.getByRole("row").filter({ hasText: "Recommended" }).getByRole("radio")).toBeChecked();

    // 64 columns are no multiple of 256: a K-quant says what it writes in its place, tensor by tensor.
    await types.getByRole("button", { name: "What Q4_K_M really writes" }).click();
    await expect(page.getByText(/tensors get a larger type: their rows are 64 or 128 weights wide/)).toBeVisible();
    const others = page.getByRole("region", { name: "Tensors that get another type" });
    await expect(others.getByRole("row").filter({ hasText: "blk.*.attn_q.weight" })).toContainText("0–1");
    await checkInBothThemes(page, "quantize, with details");
    for (const [width, height] of [
      [720, 620],
      [480, 600],
    ] as const) {
      await app.resize(width, height);
      await expectNoOverflow(page);
    }
    await app.resize(1280, 820);
    await types.getByRole("button", { name: "What Q4_K_M really writes" }).click();

    const calibrate = page.getByRole("switch", { name: "Calibrate" });
    await types.getByRole("radio", { name: "Q4_0" }).focus();
    await page.keyboard.press("Space");
    await expect(calibrate).toBeChecked();
    await page.keyboard.press("ArrowUp");
    await expect(types.getByRole("radio", { name: "Q4_1" })).toBeChecked();
    await types.getByRole("radio", { name: "Q8_0" }).press("Space");
    await expect(calibrate).not.toBeChecked();
    await types.getByRole("radio", { name: "Q4_0" }).press("Space");

    const text = path.join(dataFolder, "my-notes.txt");
    await writeFile(text, "Bread, milk, apples.\n".repeat(100));
    await answerFileDialogs(app, [text]);
    await page.getByRole("button", { name: "Add your own text" }).click();
    await expect(page.getByText("my-notes.txt", { exact: true })).toBeVisible();
    await page.getByRole("button", { name: "Remove my-notes.txt" }).click();
    await expect(page.getByText("my-notes.txt", { exact: true })).toBeHidden();
    await calibrate.press("Space");
    await expect(calibrate).not.toBeChecked();

    const start = page.getByRole("button", { name: "Quantize to Q4_0", exact: true });
    await expect(start).toHaveAccessibleDescription(/The new file takes .* is free on the disk/);
    for (const [width, height] of [
      [720, 620],
      [480, 600],
    ] as const) {
      await app.resize(width, height);
      await expect(start).toBeInViewport({ ratio: 1 });
      await expectNoOverflow(page);
    }
    await checkAccessibility(page, "quantize, small window");
    await app.resize(1280, 820);

    await start.press("Enter");
    const job = page.getByRole("list", { name: "Jobs" }).locator("> li").filter({ hasText: "→ Q4_0" });
    await expect(job).toContainText(/done in/, { timeout: JOB_TIMEOUT_MS });
    for (const name of [/^Chat with it: Tiny/, "Show quality", "Show in list"])
      await expect(job.getByRole("button", { name })).toBeVisible();
    await checkInBothThemes(page, "a finished job");

    await job.getByRole("button", { name: "Show quality" }).press("Enter");
    const point = page.getByRole("group", { name: "Chart of size and quality" }).getByRole("button");
    await expect(point).toHaveAccessibleName(
      /^Q4_0, \d+ kB, perplexity [\d,.]+, mean KL divergence [\d.]+ nats, same top token [\d.]+%, writes [\d,.]+ tokens\/s$/,
    );
    await point.focus();
    const figures = page.getByRole("region", { name: "Figures" });
    await expect(figures.getByRole("row").filter({ hasText: "source" })).toHaveCount(1);
    await expect(figures.getByRole("row").filter({ hasText: "Q4_0" })).toContainText("not calibrated");
    await expect(page.getByText("Mean KL divergence", { exact: true })).toBeVisible();
    await checkInBothThemes(page, "quality");
    await app.resize(720, 620);
    await expectNoOverflow(page);
    await app.resize(1280, 820);

    // Measured again from the page of the source, which proposes what can be compared with it.
    await page.getByRole("tab", { name: /Installed/ }).click();
    await installedRow(page, /in Facet’s folder/)
      .getByRole("button", { name: /^More for/ })
      .click();
    await page.getByRole("menuitem", { name: "Measure quality" }).click();
    const candidate = page.getByRole("checkbox", { name: /Tiny.*measured before/ });
    await expect(candidate).not.toBeChecked();
    await expect(page.getByRole("button", { name: "Measure", exact: true })).toBeDisabled();
    await candidate.check();
    await page.getByRole("button", { name: "Measure", exact: true }).click();
    const measured = page.getByRole("list", { name: "Jobs" }).locator("> li").filter({ hasText: "measure quality" });
    await expect(measured).toContainText(/done in/, { timeout: JOB_TIMEOUT_MS });
    await measured.getByRole("button", { name: "Show quality" }).click();
    await expect(figures.getByRole("row").filter({ hasText: "Q4_0" })).toContainText("not calibrated");
  },
);

test(
  "a running job shows its step and a waiting one its place; both can be cancelled while the chat goes on",
  { tag: "@slow" },
  async ({ launch }) => {
    const dataFolder = await freshDataFolder();
    await placeF16Model(dataFolder);
    const app = await launch({ dataFolder });
    const page = app.window;
    const chat = new ChatWindow(page);
    await chat.waitUntilReady();
    for (const type of ["Q4_0", "IQ4_NL"]) {
      await openQuantize(page, /F16/);
      await openAllTypes(page);
      await typeRadio(page, type).click();
      await page.getByRole("button", { name: `Quantize to ${type}`, exact: true }).click();
    }
    const list = page.getByRole("list", { name: "Jobs" });
    const running = list.getByRole("listitem").filter({ hasText: "→ Q4_0" });
    const waiting = list.getByRole("listitem").filter({ hasText: "→ IQ4_NL" });
    await expect(waiting).toContainText("next in line");
    await expect(running.locator("[aria-current=step]")).toHaveText("Calibrating", { timeout: 60_000 });
    // Known after the first chunk of 512 tokens, which one thread at low priority reads in seconds, or more beside other work.
    await expect(running).toContainText(/tokens\/s/, { timeout: 90_000 });
    await expect(running).toContainText(/left/);
    await checkInBothThemes(page, "running and waiting jobs");

    // The chat stays where it was, and the status bar leads back.
    await page.keyboard.press("Control+n");
    await expect(chat.composer).toBeFocused();
    await page.getByRole("button", { name: /^Calibrating/ }).click();
    await waiting.getByRole("button", { name: /^Cancel/ }).press("Enter");
    await expect(waiting).toHaveCount(0);
    await running.getByRole("button", { name: /^Cancel/ }).press("Enter");
    await expect(list).toBeHidden();
    await expect(page.getByRole("button", { name: /^Calibrating/ })).toBeHidden();
  },
);

test(
  "a job that fails says why, and works when it is tried again",
  { tag: "@slow" },
  async ({ launch, allowProblems }) => {
    allowProblems(/job/u);
    allowProblems(TINY_HEADS);
    const dataFolder = await freshDataFolder();
    const source = path.join(await modelsFolder(dataFolder), "Tiny-F32.gguf");
    await writeTinyModel(source);
    const app = await launch({ dataFolder });
    const page = app.window;
    await new ChatWindow(page).waitUntilReady();
    await openQuantize(page, /Tiny/);
    await openAllTypes(page);
    await typeRadio(page, "Q8_0").click();
    await page.getByRole("switch", { name: "Measure quality afterwards" }).uncheck();
    // A file that is damaged while the page is open.
    await rename(source, `${source}.away`);
    await writeTinyModel(source, { keepFraction: 0.5 });
    await page.getByRole("button", { name: "Quantize to Q8_0", exact: true }).click();
    const job = page.getByRole("list", { name: "Jobs" }).locator("> li");
    await expect(job.getByRole("alert")).toContainText(/damaged|incomplete/, { timeout: JOB_TIMEOUT_MS });
    await checkInBothThemes(page, "a failed job");
    await page.keyboard.press("Control+n");
    await page.getByRole("button", { name: "A job failed" }).click();
    await rename(`${source}.away`, source);
    await job.getByRole("button", { name: /^Try again/ }).press("Enter");
    await expect(job).toContainText(/done in/, { timeout: JOB_TIMEOUT_MS });
    await job.getByRole("button", { name: /^Remove .* from this list/ }).click();
    await expect(job).toHaveCount(0);
  },
);

test(
  "a matrix is computed and kept, and one from elsewhere is imported when it was made for this model",
  { tag: "@slow" },
  async ({ launch, allowProblems }) => {
    allowProblems(/job/u);
    allowProblems(TINY_HEADS);
    const dataFolder = await freshDataFolder();
    const source = path.join(await modelsFolder(dataFolder), "Tiny-F32.gguf");
    await writeTinyModel(source);
    const app = await launch({ dataFolder });
    const page = app.window;
    await new ChatWindow(page).waitUntilReady();
    const makeQ4 = async (calibrateWith: () => Promise<void>, done: string): Promise<void> => {
      await openQuantize(page, /in Facet’s folder/);
      await openAllTypes(page);
      await typeRadio(page, "Q4_0").click();
      await calibrateWith();
      await page.getByRole("switch", { name: "Measure quality afterwards" }).uncheck();
      await page.getByRole("button", { name: "Quantize to Q4_0", exact: true }).click();
      await expect
        .poll(() => readdir(path.join(path.dirname(source), "made")).catch(() => []), { timeout: JOB_TIMEOUT_MS })
        .toContain(done);
    };
    await makeQ4(async () => undefined, "Tiny-Q4_0.gguf");
    const [kept] = await readdir(path.join(dataFolder, "importance"));
    const elsewhere = path.join(dataFolder, "elsewhere.gguf");
    await copyFile(path.join(dataFolder, "importance", kept ?? ""), elsewhere);

    await makeQ4(async () => {
      const importing = page.getByRole("button", { name: "Import a matrix" });
      // A model is no matrix.
      await answerFileDialogs(app, [source]);
      await importing.click();
      await expect(page.getByText(/Tiny-F32\.gguf” is not an importance matrix that fits this model/)).toBeVisible({
        timeout: 60_000,
      });
      await answerFileDialogs(app, [elsewhere]);
      await importing.click();
      await expect(
        page.getByRole("radio", { name: /Imported importance matrix 14 weights · \d+ chunks? · calibration.txt/ }),
      ).toBeChecked({ timeout: 60_000 });
      await checkInBothThemes(page, "an imported matrix");
    }, "Tiny-imported-matrix-Q4_0.gguf");
  },
);

test(
  "a model that the hub has only in full precision is downloaded and quantized as one job",
  { tag: "@slow" },
  async ({ launch, allowProblems }) => {
    allowProblems(TINY_HEADS);
    const hub = await HubServer.start();
    try {
      const content = Buffer.from(tinyModelBytes());
      hub.add({
        id: "maker/Tiny-Chat-GGUF",
        files: [{ path: "Tiny-Chat-F32.gguf", content }],
        gguf: { total: 100_000, architecture: "llama", context_length: 2048 },
      });
      const app = await launch({ env: { FACET_HUB_ENDPOINT: hub.endpoint } });
      const page = app.window;
      await new ChatWindow(page).waitUntilReady();
      await page.keyboard.press("Control+Shift+m");
      const search = page.getByRole("searchbox");
      await search.fill("tiny chat");
      await search.press("Enter");
      await page
        .getByRole("article")
        .filter({ hasText: /Tiny.Chat/i })
        .getByRole("heading")
        .getByRole("button")
        .click();
      await page.getByRole("button", { name: "Download and quantize F32" }).click();
      await openAllTypes(page);
      await typeRadio(page, "Q8_0").click();
      await expect(
        page.getByText(/The download takes .* and the new file .* The F32 file is deleted when the new one works/),
      ).toBeVisible();
      await expect(page.getByRole("switch", { name: "Keep the F32 file" })).not.toBeChecked();
      await page.getByRole("switch", { name: "Measure quality afterwards" }).uncheck();
      await checkAccessibility(page, "download and quantize");
      await page.getByRole("button", { name: "Download and quantize to Q8_0" }).click();
      const job = page.getByRole("list", { name: "Jobs" }).locator("> li");
      await expect(job).toContainText(/done in/, { timeout: JOB_TIMEOUT_MS });
      await job.getByRole("button", { name: "Show in list" }).click();
      await expect(installedRow(page, /Tiny.Chat/)).toHaveCount(1);
      await expect(installedRow(page, /Tiny.Chat/)).toContainText("Q8_0");
    } finally {
      await hub.stop();
    }
  },
);

async function openAllTypes(page: Page): Promise<void> {
  await page.getByRole("button", { name: "All types" }).click({ timeout: 60_000 });
}

/** Not the one of the KV cache that has the same name. */
function typeRadio(page: Page, type: string): Locator {
  return page.getByRole("table", { name: "Types, best quality first" }).getByRole("radio", { name: type });
}

function installedRow(page: Page, words: RegExp): Locator {
  return page.getByRole("list", { name: "Installed models" }).getByRole("listitem").filter({ hasText: words });
}

async function openQuantize(page: Page, words: RegExp): Promise<void> {
  await page.keyboard.press("Control+Shift+m");
  await page.getByRole("tab", { name: /Installed/ }).click();
  await installedRow(page, words)
    .getByRole("button", { name: /^Quantize/ })
    .press("Enter");
}
