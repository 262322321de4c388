// Long texts: what does not fit is refused without being lost, what fits is quick, and a message of a megabyte works like any other.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type { Locator } from "@playwright/test";
import { automaticLoadSettings } from "../electron/contract/loadSettings";
import { writeTinyModel } from "../electron/testing/tinyGguf";
import { ChatWindow } from "./ChatWindow";
import { dropFiles } from "./dropFiles";
import { freshDataFolder, modelsFolder, type FacetApp } from "./FacetApp";
import { checkAccessibility } from "./checkAccessibility";
import { call } from "./pageCalls";
import { copyPicture, copyText, LONG_TEXTS, pasteAndPressKey, textOfLength } from "./pasting";
import { expect, test } from "./test";

const MEGABYTE = 1_000_000;
/** The product's goal. */
const RESPONSIVE_MS = 500;
/** For machines that do other work beside. */
const SLACK_MS = 500;
const CONTEXT_TOKENS = 700_000;

let folder: string;
test.beforeEach(async ({ allowProblems }) => {
  // The tiny models' heads are too narrow for a quantized KV cache; trying that is how a fit is found.
  allowProblems(/does not divide n_embd_head/);
  folder = await mkdtemp(path.join(os.tmpdir(), "facet-e2e-long-"));
});
test.afterEach(() => rm(folder, { recursive: true, force: true }));

test("a text over the limit stays out of the field: one line says so, and offers its beginning", async ({ launch }) => {
  const app = await launch();
  const chat = new ChatWindow(app.window);
  await chat.waitUntilReady();
  const line = app.window.getByRole("region", { name: "Write a message" }).getByRole("status");
  const beginning = app.window.getByRole("button", { name: "Insert the beginning" });

  for (const kind of Object.keys(LONG_TEXTS) as (keyof typeof LONG_TEXTS)[]) {
    await copyText(app, textOfLength(kind, MEGABYTE));
    await chat.composer.focus();
    expect(await pasteAndPressKey(app), kind).toBeLessThan(RESPONSIVE_MS + SLACK_MS);
    await expect(line.filter({ hasText: "holds" })).toHaveText(
      /^This text is about [1-9][\d,]* tokens; the context holds 8,192\.$/,
    );
    await expect(chat.composer).toHaveValue("x");
    await chat.composer.press("Backspace");
  }
  await checkAccessibility(app.window, "a refused text");

  const text = textOfLength("prose", MEGABYTE);
  await copyText(app, text);
  await chat.composer.press("Control+v");
  await expect(beginning).toBeVisible();
  await chat.composer.press("Tab");
  await expect(beginning).toBeFocused();
  await app.window.keyboard.press("Enter");
  await expect(line.filter({ hasText: "Inserted" })).toHaveText(
    /^Inserted the first [\d,]+ of 1,000,000 characters, [\d,]+ tokens\.$/,
  );
  const inserted = await chat.composer.inputValue();
  expect(text.startsWith(inserted)).toBe(true);
  const counted = await call(app, "engine.countTokens", { text: inserted });
  expect(counted).toBeGreaterThan(6_500);
  expect(counted).toBeLessThan(8_192 - 1_024);
  await expect(chat.composer).toBeFocused();
  await app.window.keyboard.press("Control+z");
  await expect(chat.composer).toHaveValue("");

  await chat.composer.fill("What is this?");
  await app.window.keyboard.press("Control+v");
  await expect(line.filter({ hasText: "holds" })).toHaveText(
    /^With this text it would be about [\d,]+ tokens; the context holds 8,192\.$/,
  );
  await app.window.getByRole("button", { name: "Dismiss" }).click();
  await expect(beginning).toBeHidden();
  await expect(chat.composer).toBeFocused();
  await expect(chat.composer).toHaveValue("What is this?");

  // The kind: each field for texts of several lines.
  await chat.openSettingsPanel();
  const prompt = chat.sidePanel.getByRole("textbox", { name: "System prompt" });
  await prompt.focus();
  await app.window.keyboard.press("Control+v");
  await expect(chat.sidePanel.getByRole("status").filter({ hasText: "holds" })).toHaveText(
    /This text is about [\d,]+ tokens; the context holds 8,192\./,
  );
  await expect(prompt).toHaveValue("");
});

test("a million digits do not freeze a field for a number", async ({ launch }) => {
  const app = await launch();
  const chat = new ChatWindow(app.window);
  await chat.waitUntilReady();
  await chat.openSettingsPanel();
  await chat.modelButton.click();
  await copyText(app, "1".repeat(MEGABYTE));
  await app.window.getByRole("menuitem", { name: /^Load settings/ }).click();
  const contextSize = app.window.getByRole("spinbutton", { name: /^Context size/ });
  await contextSize.focus();
  expect(await pasteAndPressKey(app)).toBeLessThan(RESPONSIVE_MS + SLACK_MS);
  await expect(contextSize).toHaveValue(/^1{20}$/);
  await contextSize.press("Enter");
  await expect(contextSize).toHaveValue("8192");
  await contextSize.press("ArrowDown");
  await expect(contextSize).toHaveValue("7936");
  await contextSize.fill("");
  await app.window.keyboard.press("Escape");

  const seed = chat.sidePanel.getByRole("textbox", { name: "Seed" });
  await seed.focus();
  expect(await pasteAndPressKey(app)).toBeLessThan(RESPONSIVE_MS + SLACK_MS);
  await seed.press("Enter");
  await expect(seed).toHaveValue(String(0xffff_ffff));
  await copyText(app, "Seed: 1,234");
  await seed.press("Control+a");
  await seed.press("Control+v");
  await expect(seed).toHaveValue("1,234");
  await app.window.keyboard.press("Control+z");
  await expect(seed).toHaveValue(String(0xffff_ffff));
  await app.window.keyboard.press("Control+Shift+z");
  await seed.press("Enter");
  await expect(seed).toHaveValue("1234");
});

test("a text that fits is there as it was, before what is typed after it, and undo takes it back", async ({
  launch,
}) => {
  const app = await launch();
  const chat = new ChatWindow(app.window);
  await chat.waitUntilReady();
  // More bytes than the context has tokens, so that they have to be counted.
  const text = `Grüße, <b>"&amp;" 'and'</b>\n\n\t${textOfLength("prose", 20_000)}\n${"line\n".repeat(300)}The end`;
  await copyText(app, text);
  await chat.composer.fill("Before. ");
  expect(await pasteAndPressKey(app)).toBeLessThan(RESPONSIVE_MS + SLACK_MS);
  await expect(chat.composer).toHaveValue(`Before. ${text}x`);
  await expect(app.window.getByRole("button", { name: "Dismiss" })).toBeHidden();
  await app.window.keyboard.press("Control+a");
  await app.window.keyboard.press("Control+v");
  await expect(chat.composer).toHaveValue(text);
  await app.window.keyboard.press("Control+z");
  await expect(chat.composer).toHaveValue(`Before. ${text}x`);
});

test("pictures and other files that are no text: one line; text files, models and adapters have their place", async ({
  launch,
}) => {
  const app = await launch();
  const chat = new ChatWindow(app.window);
  await chat.waitUntilReady();
  const composer = app.window.getByRole("region", { name: "Write a message" });
  const textOnly = composer.getByRole("status").filter({ hasText: "Facet reads only text files." });
  await copyPicture(app);
  await chat.composer.focus();
  await app.window.keyboard.press("Control+v");
  await expect(textOnly).toBeVisible();
  await expect(chat.composer).toHaveValue("");
  await app.window.getByRole("button", { name: "Dismiss" }).click();
  await expect(textOnly).toBeHidden();

  const file = async (name: string, content: string | Uint8Array) => {
    await writeFile(path.join(folder, name), content);
    return path.join(folder, name);
  };
  await dropOn(
    app,
    chat.composer,
    await file("photo.png", new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0])),
  );
  await expect(textOnly).toBeVisible();
  await expect(app.window.getByRole("dialog")).toBeHidden();

  await dropOn(app, chat.composer, await file("notes.txt", "Buy oil for the lamp.\r\nAnd bread."));
  await expect(chat.composer).toHaveValue("Buy oil for the lamp.\nAnd bread.");
  await expect(textOnly).toBeHidden();

  await writeTinyModel(path.join(folder, "dropped.gguf"));
  await dropOn(app, chat.composer, path.join(folder, "dropped.gguf"));
  await expect(app.window.getByRole("dialog", { name: /^Add / })).toBeVisible();
  await app.window.keyboard.press("Escape");
  // Elsewhere than on a text, files are meant for the list of models.
  await dropFiles(app, [path.join(folder, "photo.png")]);
  await expect(app.window.getByRole("dialog", { name: "No models found here" })).toBeVisible();
});

test("a megabyte that fits: beside the field at once, sent, folded, shown, edited, found and opened again", async ({
  launch,
}) => {
  const dataFolder = await freshDataFolder();
  await writeTinyModel(path.join(await modelsFolder(dataFolder), "long.gguf"), {
    name: "Long context",
    trainContextTokens: CONTEXT_TOKENS,
  });
  const app = await launch({ dataFolder, starterModel: false });
  const chat = new ChatWindow(app.window);
  await chat.waitUntilReady();
  const { models } = await call(app, "app.snapshot", undefined);
  await call(app, "models.load", {
    modelId: models[0]!.id,
    settings: { ...automaticLoadSettings, contextSizeTokens: CONTEXT_TOKENS },
    despiteWarning: true,
  });
  await expect(chat.engineBar).toContainText(/of 700,\d+/, { timeout: 60_000 });
  await chat.waitUntilReady();

  // "ing" is one token, so that it fits.
  const text = `${"singing ".repeat(2_500)}\n`.repeat(50).slice(0, MEGABYTE);
  const long = app.window.getByRole("list", { name: "Long texts" }).getByRole("listitem");
  await copyText(app, text);
  await chat.composer.focus();
  expect(await pasteAndPressKey(app)).toBeLessThan(RESPONSIVE_MS + SLACK_MS);
  await expect(long).toHaveText(/singing.*1,000,000 characters/);
  await expect(chat.composer).toHaveValue("x");
  await chat.composer.fill("");
  await app.window.keyboard.press("Control+v");
  await expect(app.window.getByRole("status").filter({ hasText: /With this text/ })).toHaveText(
    /it would be .* characters long, .*; at most 1,048,576 fit here\.|tokens; the context holds/,
  );
  await long.getByRole("button", { name: "Remove this text" }).click();
  await expect(long).toHaveCount(0);
  await chat.composer.focus();
  await app.window.keyboard.press("Control+v");
  await expect(long).toHaveCount(1);
  await app.window.keyboard.press("Control+z");
  await expect(long).toHaveCount(0);
  await app.window.keyboard.press("Control+v");
  await expect(long).toHaveCount(1);
  await long.getByRole("button", { name: /singing/ }).click();
  await expect(app.window.getByRole("region", { name: "Full text" })).toBeVisible();
  await checkAccessibility(app.window, "a refused text");

  await chat.composer.fill("What happens here?");
  await app.window.keyboard.press("Enter");
  await expect(chat.questions).toHaveCount(1);
  expect(await frameMs(app)).toBeLessThan(RESPONSIVE_MS + SLACK_MS);
  await expect(long).toHaveCount(0);
  await chat.stopButton.click();
  await chat.waitUntilWritten();

  const question = chat.questions.first();
  await expect(question.getByRole("button", { name: /^Show all/ })).toHaveText("Show all 1,000,020 characters");
  expect((await question.innerText()).length).toBeLessThan(3_000);
  await question.getByRole("button", { name: /^Show all/ }).click();
  expect(await frameMs(app)).toBeLessThan(RESPONSIVE_MS + SLACK_MS);
  expect((await question.textContent())?.includes("What happens here?")).toBe(true);
  await question.getByRole("button", { name: "Show less" }).press("Enter");
  await expect(question.getByRole("button", { name: /^Show all/ })).toBeVisible();

  await question.hover();
  await question.getByRole("button", { name: "Copy message" }).click();
  expect(await app.electron.evaluate(({ clipboard }) => clipboard.readText())).toBe(`${text}\n\nWhat happens here?`);
  await question.getByRole("button", { name: "Edit message" }).click();
  const edited = app.window.getByRole("textbox", { name: "Edited message" });
  await expect(edited).toHaveValue("What happens here?");
  await expect(long).toHaveCount(1);
  await edited.fill("And who does it?");
  await edited.press("Enter");
  await expect(question.getByRole("button", { name: /^Show all/ })).toHaveText("Show all 1,000,018 characters");
  await chat.stopButton.click();
  await chat.waitUntilWritten();

  await chat.startChat();
  await app.window.keyboard.press("Control+k");
  await app.window.keyboard.type("singing");
  await app.window.getByRole("option").first().click();
  await expect(question.getByRole("button", { name: /^Show all/ })).toBeVisible();
  expect(await frameMs(app)).toBeLessThan(RESPONSIVE_MS + SLACK_MS);
  await expect(chat.chatList.getByRole("button", { name: /^singing/ }).first()).toBeVisible();
});

/** Time until two frames have been drawn, ms: long while the window is busy. */
async function frameMs(app: FacetApp): Promise<number> {
  return app.window.evaluate(async () => {
    const startedAtMs = performance.now();
    for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame);
    return performance.now() - startedAtMs;
  });
}

async function dropOn(app: FacetApp, target: Locator, file: string): Promise<void> {
  const box = await target.boundingBox();
  if (box === null) throw new Error("The field is not on screen");
  await dropFiles(app, [file], { x: box.x + box.width / 2, y: box.y + box.height / 2 });
}
