// Fine-tunes on screen, in the real app on the real model: chips, strength, stacks, "try with …", the palette, hues, what does not fit.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type { Locator, Page } from "@playwright/test";
import { addFineTune } from "./addFineTune";
import { ANSWER_TIMEOUT_MS, ChatWindow } from "./ChatWindow";
import { checkAccessibility } from "./checkAccessibility";
import { expect, test } from "./test";

const ANSWER_TOKENS = 12;
let folder: string;

test.beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "facet-e2e-fine-tunes-"));
});
test.afterAll(() => rm(folder, { recursive: true }));

/** The header's chips, as a user names them. */
class Chips {
  readonly page: Page;
  readonly group: Locator;
  readonly more: Locator;

  constructor(page: Page) {
    this.page = page;
    this.group = page.getByRole("toolbar", { name: "Who answers" });
    this.more = this.group.getByRole("button", { name: "More fine-tunes" });
  }

  chip(name: string): Locator {
    return this.group.getByRole("button", { name: new RegExp(`^${name}\\b`) });
  }

  menuOf(name: string): Locator {
    return this.page.getByRole("dialog", { name: new RegExp(`^${name}, `) });
  }

  async pressed(): Promise<string[]> {
    return (await this.group.locator('[aria-pressed="true"]').allInnerTexts()).map((text) =>
      text.replaceAll(/\s+/gu, " ").trim(),
    );
  }
}

/** The colour of who speaks (theme.css, --h), as the browser computed it. */
function colour(locator: Locator, property: "backgroundColor" | "color" | "borderTopColor"): Promise<string> {
  return locator.evaluate((element, name) => getComputedStyle(element)[name], property);
}

const edge = (answer: Locator) => answer.locator('[class*="_edge_"] i').first();
const speaker = (answer: Locator) => answer.locator('[class*="_speaker_"]');

test("chips by mouse and by keyboard: who answers, how strongly, in a stack; hues everywhere; a restart remembers", async ({
  launch,
}) => {
  const app = await launch();
  const { window: page } = app;
  const chat = new ChatWindow(page);
  const chips = new Chips(page);
  await chat.waitUntilReady();

  // Nothing there yet: Base, and a menu that says what a fine-tune is.
  expect(await chips.pressed()).toEqual(["Base"]);
  await chips.more.click();
  await expect(page.getByRole("menu")).toContainText(/A fine-tune is a small file/);
  await checkAccessibility(page, "menu without fine-tunes");
  await page.keyboard.press("Escape");

  const sql = await addFineTune(app, folder, "SQL", 1);
  const words = await addFineTune(app, folder, "Plain words", 2);
  await addFineTune(app, folder, "Other kind", 3, { architecture: "qwen2" });
  await expect(chips.chip("Plain words")).toBeVisible();
  await expect(chips.chip("Other kind")).toHaveCount(0);

  // By mouse, in a chat that does not exist yet: the rim of the composer turns at once.
  await chat.startChat({ maxTokens: ANSWER_TOKENS, seed: 7 });
  const composer = page.getByRole("region", { name: "Write a message" });
  const base = await colour(composer, "borderTopColor");
  await chips.chip("SQL").click();
  await expect(chips.chip("SQL")).toHaveAttribute("aria-pressed", "true");
  expect(await chips.pressed()).toEqual(["SQL LoRA"]);
  const sqlHue = await colour(chips.chip("SQL").locator("i"), "backgroundColor");
  await expect.poll(() => colour(composer, "borderTopColor")).toBe(sqlHue);
  expect(sqlHue).not.toBe(base);
  await chat.ask("Name a colour and a place by the sea.");
  await expect(speaker(chat.lastAnswer)).toHaveText("SQL");
  await expect(chat.lastAnswer).toContainText(/LoRA · \d+ tokens? · switched in/);
  expect(await colour(edge(chat.lastAnswer), "backgroundColor")).toBe(sqlHue);
  expect(await colour(speaker(chat.lastAnswer), "color")).toBe(sqlHue);
  const dot = chat.chatList.locator('[aria-current="page"] i');
  expect(await colour(dot, "backgroundColor")).toBe(sqlHue);
  await expect(page.getByRole("region", { name: "Memory" })).toContainText(
    /1 base model · 1 fine-tune · room for (\d+|many) more/,
  );

  // By keyboard: one stop for Tab, arrows between the chips, Space presses, the menu key opens the strength.
  await chips.chip("SQL").focus();
  await page.keyboard.press("ArrowRight");
  await expect(chips.chip("Plain words")).toBeFocused();
  await page.keyboard.press("Space");
  expect(await chips.pressed()).toEqual(["Plain words LoRA"]);
  await page.keyboard.press("End");
  await expect(chips.more).toBeFocused();
  await page.keyboard.press("ArrowRight");
  await expect(chips.chip("Base")).toBeFocused();
  await page.keyboard.press("Home");
  await expect(chips.chip("Base")).toBeFocused();
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("ArrowLeft");
  await expect(chips.chip("Plain words")).toBeFocused();
  await page.keyboard.press("ArrowDown");
  const menu = chips.menuOf("Plain words");
  await expect(menu).toBeVisible();
  await checkAccessibility(page, "menu of a chip");
  const slider = menu.getByRole("slider", { name: "Strength slider" });
  await slider.press("ArrowLeft");
  await slider.press("ArrowLeft");
  await expect(menu.getByRole("textbox", { name: "Strength" })).toHaveValue("0.9");
  await menu.getByRole("textbox", { name: "Strength" }).fill("0,5");
  await menu.getByRole("textbox", { name: "Strength" }).press("Enter");
  await expect(slider).toHaveValue("0.5");
  await page.keyboard.press("Escape");
  await expect(chips.chip("Plain words")).toBeFocused();
  expect(await chips.pressed()).toEqual(["Plain words LoRA 0.5"]);

  // Order: dragged, and by keys; the focus stays on what was moved.
  const order = () =>
    chips.group
      .locator("[aria-pressed]")
      .allInnerTexts()
      .then((texts) => texts.map((text) => text.trim().split(/\s/u)[0]));
  expect(await order()).toEqual(["Base", "SQL", "Plain"]);
  await chips.chip("Plain words").dragTo(chips.chip("SQL"), { targetPosition: { x: 4, y: 10 } });
  await expect.poll(order).toEqual(["Base", "Plain", "SQL"]);
  await chips.chip("Plain words").focus();
  await page.keyboard.press("Control+Shift+ArrowRight");
  await expect.poll(order).toEqual(["Base", "SQL", "Plain"]);
  await expect(chips.chip("Plain words")).toBeFocused();
  await page.keyboard.press("Control+Shift+ArrowRight");
  await page.keyboard.press("Control+Shift+ArrowLeft");
  await expect.poll(order).toEqual(["Base", "Plain", "SQL"]);
  await expect(chips.chip("Plain words")).toBeFocused();
  expect(await chips.pressed()).toEqual(["Plain words LoRA 0.5"]);

  // A stack, from the menu; each part has its hue on the answer's edge.
  await chips.chip("SQL").click({ button: "right" });
  await chips.menuOf("SQL").getByRole("button", { name: "Stack with Plain words" }).click();
  expect(await chips.pressed()).toEqual(["Plain words LoRA 0.5", "SQL LoRA"]);
  await chat.ask("And a mountain?");
  await expect(speaker(chat.lastAnswer)).toHaveText("Plain words 0.5 + SQL");
  await expect(chat.lastAnswer.locator('[class*="_edge_"] i')).toHaveCount(2);
  await checkAccessibility(page, "a stack of two");

  // Try with: a sibling; the chat's own stack stays.
  await chat.lastAnswer.getByRole("button", { name: "Try with…" }).click();
  await expect(page.getByRole("menuitem", { name: /Other kind/ })).toHaveCount(0);
  await page.getByRole("menuitem", { name: /^Base/ }).click();
  await chat.waitUntilWritten();
  await expect(speaker(chat.lastAnswer)).toHaveText("Base");
  await expect(chat.lastAnswer).toContainText("2 / 2", { timeout: ANSWER_TIMEOUT_MS });
  expect(await colour(edge(chat.lastAnswer), "backgroundColor")).toBe(base);
  expect(await chips.pressed()).toEqual(["Plain words LoRA 0.5", "SQL LoRA"]);
  await chat.lastAnswer.getByRole("button", { name: "Regenerate" }).click();
  await chat.waitUntilWritten();
  await expect(speaker(chat.lastAnswer)).toHaveText("Plain words 0.5 + SQL");
  await expect(chat.lastAnswer).toContainText("3 / 3", { timeout: ANSWER_TIMEOUT_MS });

  // Deleted: old answers keep name and hue, the next one is answered without it, and the composer says so before.
  const saved = await page.evaluate((deltaId) => window.facet.call["deltas.delete"]({ deltaId }), sql.id);
  expect(saved).toMatchObject({ ok: true });
  await expect(composer).toContainText("“SQL” was deleted. The others answer without it.");
  await expect(chips.chip("SQL")).toHaveAttribute("aria-pressed", "true");
  await expect(speaker(chat.lastAnswer)).toHaveText("Plain words 0.5 + SQL");
  await chat.ask("And a river?");
  await expect(speaker(chat.lastAnswer)).toHaveText("Plain words 0.5");
  await expect(chips.chip("SQL")).toHaveCount(0);
  expect(await colour(edge(chat.answers.first()), "backgroundColor")).toBe(sqlHue);
  await expect(speaker(chat.answers.first())).toHaveText("SQL");

  await app.close();
  const again = await launch({ dataFolder: app.dataFolder });
  const after = new ChatWindow(again.window);
  await after.waitUntilReady();
  await after.openChat(/Name a colour/);
  await expect(speaker(after.lastAnswer)).toHaveText("Plain words 0.5");
  expect(await new Chips(again.window).pressed()).toEqual(["Plain words LoRA 0.5"]);
  const wordsHue = await colour(new Chips(again.window).chip("Plain words").locator("i"), "backgroundColor");
  expect(await colour(after.chatList.locator('[aria-current="page"] i'), "backgroundColor")).toBe(wordsHue);
  expect(words.hue).not.toBe(sql.hue);
});

test("the palette: opened by keys, filters, switches, stacks, and never sends", async ({ launch }) => {
  const app = await launch();
  const { window: page } = app;
  const chat = new ChatWindow(page);
  const chips = new Chips(page);
  const palette = page.getByRole("dialog", { name: "Switch fine-tune" });
  const { keyboard } = page;
  await chat.waitUntilReady();
  await keyboard.press("Control+j");
  await expect(palette).toContainText("No fine-tunes yet");
  await checkAccessibility(page, "palette without fine-tunes");
  await keyboard.press("Escape");
  for (const [index, name] of ["SQL", "Plain words", "Extract JSON"].entries())
    await addFineTune(app, folder, name, index + 1);
  await addFineTune(app, folder, "Other size", 9, {
    matrices: [{ name: "blk.0.ffn_down.weight", columns: 1536, rows: 640 }],
  });
  await expect(chips.chip("Extract JSON")).toBeVisible();

  // "/" in an empty field opens it; the arrows move, Enter lets this one answer alone.
  await chat.composer.focus();
  await keyboard.press("/");
  await expect(palette).toBeVisible();
  const field = palette.getByRole("combobox");
  await expect(field).toBeFocused();
  await expect(palette.getByRole("option")).toHaveText([/Base/, /SQL/, /Plain words/, /Extract JSON/]);
  await expect(palette.getByRole("option", { name: /Base/ })).toHaveAttribute("aria-selected", "true");
  await keyboard.type("words");
  await expect(palette.getByRole("option")).toHaveText([/Plain words/]);
  const active = await field.getAttribute("aria-activedescendant");
  await expect(palette.getByRole("option")).toHaveAttribute("id", active ?? "");
  await checkAccessibility(page, "palette");
  await keyboard.press("Enter");
  await expect(palette).toBeHidden();
  await expect(chat.composer).toBeFocused();
  expect(await chips.pressed()).toEqual(["Plain words LoRA"]);

  // Space and Ctrl+Enter add and take out, and it stays open.
  await keyboard.press("Control+j");
  await keyboard.press("ArrowDown");
  await keyboard.press("Space");
  await expect(palette.getByRole("option", { selected: true })).toHaveText([/SQL/, /Plain words/]);
  await keyboard.press("ArrowDown");
  await keyboard.press("Control+Enter");
  await expect(palette.getByRole("option", { selected: true })).toHaveText([/SQL/]);
  await keyboard.press("ArrowDown");
  await keyboard.press("Control+Enter");
  await keyboard.press("Control+j");
  await expect(palette).toBeHidden();
  expect(await chips.pressed()).toEqual(["SQL LoRA", "Extract JSON LoRA"]);

  // A slash in a message: twice at its beginning, once anywhere else.
  await chat.composer.focus();
  await keyboard.press("/");
  await expect(palette).toBeVisible();
  await keyboard.press("/");
  await expect(palette).toBeHidden();
  await expect(chat.composer).toHaveValue("/");
  await keyboard.type("/");
  await expect(palette).toBeHidden();
  await expect(chat.composer).toHaveValue("//");
  await chat.composer.fill("");
  await keyboard.press("Control+j");
  await keyboard.type("base");
  await keyboard.press("Enter");
  expect(await chips.pressed()).toEqual(["Base"]);
  await expect(chat.answers).toHaveCount(0);

  // What does not fit stands in the + menu with its reason, and choosing it does nothing.
  await chips.more.click();
  const unfit = page.getByRole("menuitem", { name: /Other size/ });
  await expect(unfit).toContainText(/was made for a model of another size/);
  await unfit.focus();
  await keyboard.press("Enter");
  expect(await chips.pressed()).toEqual(["Base"]);
  await checkAccessibility(page, "menu with what does not fit");
  await keyboard.press("Escape");
  await keyboard.press("Control+/");
  await expect(page.getByRole("dialog", { name: "Keyboard shortcuts" }).getByText("Switch fine-tune")).toBeVisible();
  await keyboard.press("Escape");

  // A narrow window: nothing overlaps, every chip is reached.
  await app.resize(480, 600);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(480);
  await chips.chip("Base").focus();
  for (const name of ["SQL", "Plain words", "Extract JSON"]) {
    await keyboard.press("ArrowRight");
    await expect(chips.chip(name)).toBeFocused();
    await expect(chips.chip(name)).toBeInViewport();
  }
  await keyboard.press("Space");
  const boxes = await Promise.all(
    [chat.modelButton, chips.group, page.getByRole("button", { name: "Chat settings" })].map((one) =>
      one.boundingBox(),
    ),
  );
  for (const [index, box] of boxes.entries()) {
    const next = boxes[index + 1];
    if (next !== undefined) expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(next?.x ?? 0);
  }
  await checkAccessibility(page, "chips in a narrow window");
});

test(
  "what the engine died of is not used until it is chosen again, and the composer says so",
  { tag: "@slow" },
  async ({ launch }) => {
    const first = await launch();
    const chat = new ChatWindow(first.window);
    await chat.waitUntilReady();
    const sql = await addFineTune(first, folder, "SQL", 1);
    await chat.startChat({ maxTokens: ANSWER_TOKENS });
    await new Chips(first.window).chip("SQL").click();
    await chat.ask("Say hello.");
    await first.close();

    // The whole app died while the engine brought the delta into memory: this is the note that it leaves.
    await writeFile(path.join(first.dataFolder, "loading-deltas"), JSON.stringify([sql.id]));
    const app = await launch({ dataFolder: first.dataFolder });
    const again = new ChatWindow(app.window);
    const chips = new Chips(app.window);
    await again.waitUntilReady();
    await again.openChat(/Say hello/);
    await expect(chips.chip("SQL")).toHaveAccessibleName(/can’t be used now/);
    await expect(app.window.getByRole("region", { name: "Write a message" })).toContainText("Choose it again to retry");
    await checkAccessibility(app.window, "a fine-tune that ended the engine");
    await chips.chip("SQL").click();
    await expect(chips.chip("SQL")).not.toHaveAccessibleName(/can’t be used now/);
    await again.ask("Once more.");
    await expect(speaker(again.lastAnswer)).toHaveText("SQL");
  },
);
