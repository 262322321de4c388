// The window's screens, each opened in whatever language the app and this process speak (electron/words/language.ts).
import { expect, type Locator, type Page } from "@playwright/test";
import { t } from "../electron/words/language";

export interface Screen {
  readonly name: string;
  readonly open: (page: Page) => Promise<void>;
}

/** What the screens show; the test puts it there. */
export const NAMES = { chat: "Weather", source: "Tiny", fineTune: "SQL", found: "Tiny Chat" };

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
  { name: "downloads", open: (page) => models(page, t("Downloads and jobs")) },
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
