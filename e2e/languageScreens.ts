// The window's screens, each opened in whatever language the app and this process speak (electron/words/language.ts).
import { truncate } from "node:fs/promises";
import path from "node:path";
import { expect, type Locator, type Page } from "@playwright/test";
import type { Job } from "../electron/contract/jobQueue";
import type { QuantizeStep } from "../electron/contract/quantizeRecipe";
import { t } from "../electron/words/language";
import { dropFiles } from "./dropFiles";
import { modelsFolder, type FacetApp } from "./FacetApp";
import { call } from "./pageCalls";

export interface Screen {
  readonly name: string;
  readonly open: (page: Page, app: FacetApp) => Promise<void>;
  /** Ends what would go on. */
  readonly close?: (app: FacetApp) => Promise<void>;
}

/** What the screens show; the test puts it there. */
export const NAMES = {
  chat: "Weather",
  source: "Tiny",
  slow: "Coder",
  damaged: "Granite",
  fineTune: "SQL",
  found: "Tiny Chat",
};
/** The files of the models, in the models folder. */
export const modelFile = (name: string) => `${name}-F32.gguf`;
/** What is dropped on the window: a folder of models and of other files. */
export const droppedFolder = (dataFolder: string) => `${dataFolder}-dropped`;
/** The tiny model's jobs take a second or two; on a busy machine much more. */
const JOB_TIMEOUT_MS = 120_000;

const button = (page: Page | Locator, name: string | RegExp) =>
  page.getByRole("button", typeof name === "string" ? { name, exact: true } : { name }).first();
const startsWith = (text: string) =>
  new RegExp(`^${text.replaceAll(/[.*+?^${}()|[\]\\]/gu, "\\$&").replaceAll(/\s/gu, "\\s")}`, "u");

async function models(page: Page, tab: string): Promise<void> {
  await page.keyboard.press("Control+Shift+m");
  await page.getByRole("tab", { name: startsWith(tab) }).click();
}

async function installedMenu(page: Page): Promise<void> {
  await models(page, t("Installed"));
  await button(page, t("More for {name}", { name: NAMES.source })).click();
  await expect(page.getByRole("menu")).toBeVisible();
}

async function installedItem(page: Page, name: string): Promise<void> {
  await installedMenu(page);
  await page.getByRole("menuitem", { name, exact: true }).click();
}

async function fineTuneMenu(page: Page): Promise<void> {
  await page.keyboard.press("Control+Shift+f");
  await button(page, t("More for {name}", { name: NAMES.fineTune })).click();
  await expect(page.getByRole("menu")).toBeVisible();
}

async function fineTuneItem(page: Page, name: string): Promise<void> {
  await fineTuneMenu(page);
  await page.getByRole("menuitem", { name, exact: true }).click();
  await expect(page.getByRole("dialog")).toBeVisible();
}

async function chat(page: Page): Promise<void> {
  await page.getByRole("navigation").getByRole("button", { name: NAMES.chat, exact: true }).first().click();
  await expect(page.getByRole("feed").getByRole("article")).toHaveCount(2);
}

async function dialog(page: Page, keys: string): Promise<void> {
  await page.keyboard.press(keys);
  await expect(page.getByRole("dialog")).toBeVisible();
}

async function openQuantize(page: Page): Promise<void> {
  await models(page, t("Installed"));
  await button(page, t("Quantize… {name}", { name: NAMES.source })).press("Enter");
  await expect(button(page, t("All types"))).toBeVisible({ timeout: 60_000 });
}

async function openDownloads(page: Page): Promise<void> {
  await models(page, t("Downloads and jobs"));
}

async function startQuantizing(
  app: FacetApp,
  name: string,
  steps: QuantizeStep[],
  measureQuality = false,
): Promise<Job> {
  const { models: all } = await call(app, "models.installed", undefined);
  const modelId = all.find(({ model }) => model.fileName === modelFile(name))?.model.id;
  if (modelId === undefined) throw new Error(`there is no ${name}`);
  return call(app, "jobs.start", {
    kind: "quantize",
    source: { kind: "installed", modelId },
    recipe: { type: "Q4_0", steps: steps },
    measureQuality,
    keepSource: false,
  });
}

async function jobs(app: FacetApp, state: Job["state"]["kind"]): Promise<Job[]> {
  return (await call(app, "jobs.list", undefined)).filter((job) => job.state.kind === state);
}

const CALIBRATE: QuantizeStep = { kind: "calibrate", with: { kind: "text", ownTextId: null } };

/** Once for all languages. */
async function measureOnce(app: FacetApp): Promise<void> {
  if ((await jobs(app, "done")).length > 0) return;
  await startQuantizing(app, NAMES.source, [], true);
  await expect.poll(async () => (await jobs(app, "done")).length, { timeout: JOB_TIMEOUT_MS }).toBe(1);
}

async function failOnce(app: FacetApp): Promise<void> {
  if ((await jobs(app, "failed")).length > 0) return;
  await truncate(path.join(await modelsFolder(app.dataFolder), modelFile(NAMES.damaged)), 300_000);
  await startQuantizing(app, NAMES.damaged, []);
  await expect.poll(async () => (await jobs(app, "failed")).length, { timeout: JOB_TIMEOUT_MS }).toBe(1);
}

/** The most important first. */
export const SCREENS: readonly Screen[] = [
  {
    name: "new chat",
    open: async (page) => {
      await page.keyboard.press("Control+n");
      await expect(page.locator("#message-field")).toBeVisible();
    },
  },
  { name: "chat", open: chat },
  {
    name: "chat settings",
    open: async (page) => {
      await chat(page);
      const panel = page.getByRole("complementary", { name: t("Chat settings") });
      if (!(await panel.isVisible())) await page.keyboard.press("Control+.");
      const fold = button(panel, t("Advanced"));
      if ((await fold.getAttribute("aria-expanded")) !== "true") await fold.click();
    },
  },
  {
    name: "chat settings, their end",
    open: async (page) => {
      const panel = page.getByRole("complementary", { name: t("Chat settings") });
      await panel.locator("button, input, textarea").last().scrollIntoViewIfNeeded();
    },
  },
  {
    name: "model menu",
    open: async (page) => {
      if (await page.getByRole("complementary", { name: t("Chat settings") }).isVisible())
        await page.keyboard.press("Control+.");
      await button(page, startsWith(t("Model:"))).click();
      await expect(page.getByRole("menu")).toBeVisible();
    },
  },
  {
    name: "load settings",
    open: async (page) => {
      await page.keyboard.press("Control+n");
      await button(page, startsWith(t("Model:"))).click();
      await page.getByRole("menuitem", { name: t("Load settings…"), exact: true }).click();
      await expect(page.getByRole("dialog").getByRole("spinbutton").first()).toBeVisible();
    },
  },
  { name: "search", open: (page) => dialog(page, "Control+k") },
  { name: "shortcuts", open: (page) => dialog(page, "Control+/") },
  { name: "settings", open: (page) => dialog(page, "Control+,") },
  { name: "fine-tune palette", open: (page) => dialog(page, "Control+j") },
  {
    name: "side by side",
    open: async (page) => {
      await page.keyboard.press("Control+n");
      const columns = page.getByRole("group", { name: t("Side by side"), exact: true });
      // A new chat goes on as the one before it.
      if (!(await columns.isVisible())) await page.keyboard.press("Control+Shift+s");
      await expect(columns).toBeVisible();
    },
  },
  {
    name: "discover",
    open: async (page) => {
      await page.keyboard.press("Control+n");
      await models(page, t("Discover"));
      await expect(page.getByRole("article").first()).toBeVisible();
    },
  },
  {
    name: "search of models",
    open: async (page) => {
      await models(page, t("Discover"));
      await page.getByRole("searchbox").fill("tiny");
      await page.getByRole("searchbox").press("Enter");
      await expect(page.getByRole("article").filter({ hasText: NAMES.found })).toHaveCount(1);
    },
  },
  {
    name: "model on Hugging Face",
    open: async (page) => {
      await page.getByRole("article").filter({ hasText: NAMES.found }).getByRole("heading").getByRole("button").click();
      await expect(page.getByRole("listitem").filter({ hasText: "F32" }).first()).toBeVisible({ timeout: 30_000 });
    },
  },
  {
    name: "Hugging Face settings",
    open: async (page) => {
      await button(page, t("Hugging Face settings")).click();
      await expect(page.getByRole("dialog")).toBeVisible();
    },
  },
  {
    name: "installed",
    open: async (page) => {
      await models(page, t("Installed"));
      await expect(button(page, t("More for {name}", { name: NAMES.source }))).toBeVisible();
    },
  },
  { name: "menu of an installed model", open: installedMenu },
  { name: "rename a model", open: (page) => installedItem(page, t("Rename")) },
  { name: "delete a model", open: (page) => installedItem(page, t("Delete")) },
  { name: "measure quality", open: (page) => installedItem(page, t("Measure quality…")) },
  { name: "about a model", open: (page) => installedItem(page, t("About this model")) },
  { name: "quantize", open: openQuantize },
  {
    name: "quantize, all types",
    open: async (page) => {
      await openQuantize(page);
      await button(page, t("All types")).click();
      await button(page, t("What {type} really writes", { type: "Q4_K_M" })).click();
    },
  },
  { name: "downloads", open: openDownloads },
  {
    name: "jobs: one runs, one waits, one failed, one is done",
    open: async (page, app) => {
      await measureOnce(app);
      await failOnce(app);
      await openDownloads(page);
      for (const steps of [[CALIBRATE], []]) await startQuantizing(app, NAMES.slow, steps);
      const list = page.getByRole("list", { name: t("Jobs"), exact: true });
      await expect(list.locator("> li")).toHaveCount(4);
      await expect(list.getByRole("alert")).toBeVisible();
      await expect(list.locator("[aria-current=step]").first()).toBeVisible({ timeout: JOB_TIMEOUT_MS });
    },
    close: async (app) => {
      for (const job of await call(app, "jobs.list", undefined))
        if (job.state.kind === "running" || job.state.kind === "queued") await call(app, "jobs.cancel", { id: job.id });
      await expect.poll(async () => (await call(app, "jobs.list", undefined)).length).toBe(2);
    },
  },
  {
    name: "quality, measured",
    open: async (page, app) => {
      await measureOnce(app);
      await installedItem(page, t("Measure quality…"));
      await expect(page.getByRole("group", { name: t("Chart of size and quality") }).getByRole("button")).toHaveCount(
        1,
      );
    },
  },
  {
    name: "quality, its figures",
    open: async (page) => {
      await page.getByRole("region", { name: t("Figures") }).scrollIntoViewIfNeeded();
    },
  },
  {
    name: "import",
    open: async (page, app) => {
      await page.keyboard.press("Control+n");
      await dropFiles(app, [droppedFolder(app.dataFolder)]);
      await expect(page.getByRole("dialog").getByRole("listitem")).toHaveCount(2);
    },
  },
  { name: "estimates", open: (page) => models(page, t("Estimates")) },
  {
    name: "fine-tunes",
    open: async (page) => {
      await page.keyboard.press("Control+Shift+f");
      await expect(button(page, t("Use in chat: {name}", { name: NAMES.fineTune }))).toBeVisible();
      const details = button(page, t("Details of {name}", { name: NAMES.fineTune }));
      if ((await details.getAttribute("aria-expanded")) !== "true") await details.click();
    },
  },
  { name: "menu of a fine-tune", open: fineTuneMenu },
  { name: "rename a fine-tune", open: (page) => fineTuneItem(page, t("Rename")) },
  { name: "delete a fine-tune", open: (page) => fineTuneItem(page, t("Delete")) },
  { name: "llama-cli command", open: (page) => fineTuneItem(page, t("Show the llama-cli command")) },
  {
    name: "make a delta",
    open: async (page) => {
      await page.keyboard.press("Control+Shift+f");
      await button(page, t("Make a delta")).click();
      await expect(page.getByRole("article", { name: t("Make a delta") })).toBeVisible();
    },
  },
  {
    name: "fine-tunes on Hugging Face",
    open: async (page) => {
      await button(page.getByRole("article"), t("Fine-tunes")).click();
      await button(page, t("From Hugging Face")).click();
      await expect(page.getByRole("searchbox").or(page.getByRole("textbox")).first()).toBeVisible();
    },
  },
  {
    name: "a chat was deleted",
    open: async (page) => {
      await button(page.getByRole("article"), t("Fine-tunes")).click();
      await chat(page);
      await page.keyboard.press("Control+Shift+Backspace");
      await expect(button(page, t("Undo"))).toBeVisible();
    },
  },
];

/** Closes what the screen opened above the window, and takes back what it did. */
export async function leave(page: Page): Promise<void> {
  const undo = page.getByRole("button", { name: t("Undo"), exact: true });
  if (await undo.isVisible()) await undo.click();
  for (const above of [page.getByRole("menu"), page.getByRole("dialog")])
    if (await above.isVisible()) {
      await page.keyboard.press("Escape");
      await expect(above).toBeHidden();
    }
}
