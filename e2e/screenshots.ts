// Makes the pictures in docs/screenshots from the running app and real answers of the real model: `npm run screenshots`.
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { addFineTune } from "./addFineTune";
import { ChatWindow } from "./ChatWindow";
import { placeF16Model } from "./f16Model";
import { freshDataFolder, type FacetApp } from "./FacetApp";
import { HubServer } from "./hub/HubServer";
import { seedChats } from "./seedChats";
import { starterModelPath } from "./starterModelFile";
import { expect, test } from "./test";

const FOLDER = "docs/screenshots";
/** The answers are the model's own; the seed only makes them the same each time. */
const SEED = 7;

test("pictures of a chat, light, dark and small", async ({ launch }) => {
  await mkdir(FOLDER, { recursive: true });
  const dataFolder = await freshDataFolder();
  await seedChats(
    dataFolder,
    ["Three names for a boat", "Letter to the landlord", "What is a Hadamard matrix?"].map((title) => ({
      title,
      messages: [{ role: "user" as const, text: title }],
    })),
  );
  const app = await launch({ dataFolder });
  const chat = new ChatWindow(app.window);
  await app.resize(1280, 820);
  await chat.waitUntilReady();
  await chat.startChat({ maxTokens: 320, seed: SEED });
  await chat.ask("What is a lighthouse? Two sentences.");
  await chat.ask("Write a short Python function that reverses a string. Show only the code, in a code block.");
  await picture(app, "chat-light");
  await app.window.emulateMedia({ colorScheme: "dark" });
  await picture(app, "chat-dark");
  await app.window.emulateMedia({ colorScheme: "light" });
  await app.resize(480, 600);
  await picture(app, "small-window");
});

test("pictures of finding, keeping and quantizing models", async ({ launch }) => {
  await mkdir(FOLDER, { recursive: true });
  const hub = await HubServer.start();
  try {
    const [fourBits, sixteenBits] = [
      await readFile(starterModelPath()),
      await readFile(await placeF16Model(await freshDataFolder())),
    ];
    hub.add({
      id: "HuggingFaceTB/SmolLM2-135M-Instruct-GGUF",
      licence: "apache-2.0",
      downloads: 12_400,
      likes: 96,
      files: [
        { path: "SmolLM2-135M-Instruct-Q4_1.gguf", content: fourBits },
        { path: "SmolLM2-135M-Instruct-F16.gguf", content: sixteenBits },
      ],
      gguf: { total: 134_515_008, architecture: "llama", context_length: 8192 },
      readme: "# SmolLM2 135M Instruct\n\nA small model for chat, in the GGUF format.\n",
    });
    const dataFolder = await freshDataFolder();
    await placeF16Model(dataFolder);
    const app = await launch({ dataFolder, env: { FACET_HUB_ENDPOINT: hub.endpoint } });
    const page = app.window;
    await app.resize(1280, 820);
    await new ChatWindow(page).waitUntilReady();
    await page.getByRole("button", { name: "Models", exact: true }).click();
    await page.getByRole("searchbox").fill("smollm2");
    await page.getByRole("searchbox").press("Enter");
    await page
      .getByRole("article")
      .filter({ hasText: /SmolLM2/ })
      .getByRole("heading")
      .getByRole("button")
      .click();
    await expect(page.getByRole("listitem").filter({ hasText: "Q4_1" })).toContainText(/fits/i, { timeout: 60_000 });
    await expect(page.getByRole("listitem").filter({ hasText: "F16" })).toContainText(/fits/i, { timeout: 60_000 });
    await pictures(app, "models");

    await page.getByRole("button", { name: "Models", exact: true }).click();
    await page.getByRole("tab", { name: /Installed/ }).click();
    await page
      .getByRole("button", { name: /^Quantize/ })
      .first()
      .press("Enter");
    await expect(page.getByText(/is recommended/)).toBeVisible({ timeout: 120_000 });
    await pictures(app, "quantize");
  } finally {
    await hub.stop();
  }
});

test("pictures of fine-tunes: in the chat, side by side, in the library", async ({ launch }) => {
  await mkdir(FOLDER, { recursive: true });
  const folder = await mkdtemp(path.join(os.tmpdir(), "facet-pictures-"));
  try {
    const app = await launch();
    const chat = new ChatWindow(app.window);
    await app.resize(1280, 820);
    await chat.waitUntilReady();
    for (const [index, name] of ["SQL", "Plain words", "Extract JSON"].entries())
      await addFineTune(app, folder, name, index + 1, { strength: 0.1 });
    await chat.startChat({ maxTokens: 60, seed: SEED });
    await chat.ask("What is a lighthouse? Two sentences.");
    const chips = app.window.getByRole("toolbar", { name: "Who answers" });
    await chips.getByRole("button", { name: /^SQL/ }).click();
    await chat.ask("And a harbour?");
    await chips.getByRole("button", { name: /^Plain words/ }).click();
    await pictures(app, "fine-tunes");
    await app.window.keyboard.press("Control+Shift+s");
    await chat.ask("Why is the sky blue? Two sentences.");
    await pictures(app, "side-by-side");
    await app.window.keyboard.press("Control+Shift+f");
    await expect(app.window.getByRole("heading", { name: "Fine-tunes", level: 1 })).toBeVisible();
    await pictures(app, "library");
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("picture of the first screen without a model", async ({ launch }) => {
  await mkdir(FOLDER, { recursive: true });
  const app = await launch({ starterModel: false, env: { HF_ENDPOINT: "http://127.0.0.1:9", PIP_NO_INDEX: "1" } });
  await app.resize(1280, 820);
  await expect(app.window.getByRole("button", { name: "Try again" })).toBeVisible({ timeout: 60_000 });
  await picture(app, "first-screen");
});

/** In both themes. */
async function pictures(app: FacetApp, name: string): Promise<void> {
  await picture(app, `${name}-light`);
  await app.window.emulateMedia({ colorScheme: "dark" });
  await picture(app, `${name}-dark`);
  await app.window.emulateMedia({ colorScheme: "light" });
}

async function picture(app: FacetApp, name: string): Promise<void> {
  await app.window.mouse.move(0, 0);
  // Transitions and highlighting have ended.
  await app.window.waitForTimeout(800);
  await app.window.screenshot({ path: path.join(FOLDER, `${name}.png`), animations: "disabled" });
}
