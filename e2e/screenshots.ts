// Makes the pictures in docs/screenshots from the running app and real answers of the real model: `npm run screenshots`.
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { ChatWindow } from "./ChatWindow";
import { freshDataFolder, type FacetApp } from "./FacetApp";
import { seedChats } from "./seedChats";
import { expect, test } from "./test";

const FOLDER = "docs/screenshots";
/** The answers are the model's own; the seed only makes them the same each time. */
const SEED = 7;

test("pictures of a chat, light, dark and small", async ({ launch }) => {
  await mkdir(FOLDER, { recursive: true });
  const dataFolder = await freshDataFolder();
  await seedChats(dataFolder, ["Three names for a boat", "Letter to the landlord", "What is a Hadamard matrix?"].map((title) => ({
    title, messages: [{ role: "user" as const, text: title }],
  })));
  const app = await launch({ dataFolder });
  const chat = new ChatWindow(app.window);
  await setSize(app, 1280, 820);
  await chat.waitUntilReady();
  await chat.startChat({ maxTokens: 320, seed: SEED });
  await chat.ask("What is a lighthouse? Two sentences.");
  await chat.ask("Write a short Python function that reverses a string. Show only the code, in a code block.");
  await picture(app, "chat-light");
  await app.window.emulateMedia({ colorScheme: "dark" });
  await picture(app, "chat-dark");
  await app.window.emulateMedia({ colorScheme: "light" });
  await setSize(app, 480, 600);
  await picture(app, "small-window");
});

test("picture of the first screen without a model", async ({ launch }) => {
  await mkdir(FOLDER, { recursive: true });
  const app = await launch({ starterModel: false, env: { HF_ENDPOINT: "http://127.0.0.1:9", PIP_NO_INDEX: "1" } });
  await setSize(app, 1280, 820);
  await expect(app.window.getByRole("button", { name: "Try again" })).toBeVisible({ timeout: 60_000 });
  await picture(app, "first-screen");
});

async function setSize(app: FacetApp, width: number, height: number): Promise<void> {
  await app.electron.evaluate(({ BrowserWindow }, size) => BrowserWindow.getAllWindows()[0]?.setContentSize(size.width, size.height), { width, height });
  await expect.poll(() => app.window.evaluate(() => [innerWidth, innerHeight])).toEqual([width, height]);
}

async function picture(app: FacetApp, name: string): Promise<void> {
  await app.window.mouse.move(0, 0);
  // Transitions and highlighting have ended.
  await app.window.waitForTimeout(800);
  await app.window.screenshot({ path: path.join(FOLDER, `${name}.png`), animations: "disabled" });
}
