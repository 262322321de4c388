// What may leave this computer: with every switch off, a session that opens each page makes no connection; with them on it does.
import { writeFile } from "node:fs/promises";
import path from "node:path";
import type { Page } from "@playwright/test";
import { tinyModelBytes } from "../electron/testing/tinyGguf";
import { freshDataFolder, type FacetApp } from "./FacetApp";
import { HubServer } from "./hub/HubServer";
import { connectionsOfChromium, netLogArgument, watchConnections } from "./outgoingConnections";
import { expect, test } from "./test";
import { watchOutside } from "./watchOutside";

let hub: HubServer;
test.beforeEach(async () => {
  hub = await HubServer.start();
  hub.add({
    id: "maker/Found",
    files: [{ path: "found-Q4_0.gguf", content: Buffer.from(tinyModelBytes({ seed: 1 })) }],
  });
});
test.afterEach(() => hub.stop());

for (const on of [true, false]) {
  test(`every page of the app, with all switches ${on ? "on" : "off"}`, async ({ launch }) => {
    const dataFolder = await freshDataFolder();
    await writeFile(
      path.join(dataFolder, "settings.json"),
      JSON.stringify({ version: 1, network: { search: on, downloads: on, starter: on, links: on } }),
    );
    const app = await launch({
      dataFolder,
      starterModel: false,
      args: [netLogArgument(dataFolder)],
      // pip is another program, and its connections are its own: without an index it makes none.
      env: { FACET_HUB_ENDPOINT: hub.endpoint, HF_ENDPOINT: hub.endpoint, PIP_NO_INDEX: "1" },
    });
    const { ofNode } = await watchConnections(app);
    const outside = await watchOutside(app);
    await openEachPage(app.window, on);
    const nodeConnections = await ofNode();
    const { asked, opened } = await outside();
    await app.close();
    const chromiumConnections = await connectionsOfChromium(dataFolder);
    if (on) {
      // The counters count.
      expect(hub.requests.length).toBeGreaterThan(2);
      expect(nodeConnections.length).toBeGreaterThan(0);
      expect(chromiumConnections.length).toBeGreaterThan(0);
      expect(asked.length).toBeGreaterThan(0);
    } else {
      expect({ nodeConnections, chromiumConnections, opened, asked, requests: hub.requests }).toEqual({
        nodeConnections: [],
        chromiumConnections: [],
        opened: [],
        asked: [],
        requests: [],
      });
    }
  });
}

test("what is switched off says so, and its button leads to the switch", async ({ launch }) => {
  const dataFolder = await freshDataFolder();
  await writeFile(path.join(dataFolder, "settings.json"), JSON.stringify({ version: 1, network: { search: false } }));
  const app = await launch({ dataFolder, env: { FACET_HUB_ENDPOINT: hub.endpoint } });
  const page = app.window;
  await page.getByRole("button", { name: "Models", exact: true }).click();
  await search(page, "found");
  const failed = page.getByRole("alert").filter({ hasText: "Searching Hugging Face is switched off in Settings." });
  await failed.getByRole("button", { name: "Open network settings" }).click();
  const settings = page.getByRole("dialog", { name: "Settings" });
  const one = settings.getByRole("switch", { name: "Search and model pages" });
  await expect(settings.getByRole("region", { name: "Network" })).toBeFocused();
  await page.keyboard.press("Tab");
  await expect(one).toBeFocused();
  await expect(settings.getByRole("switch")).toHaveCount(4);
  await one.press("Space");
  await expect(one).toBeChecked();
  await page.keyboard.press("Escape");
  await failed.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByRole("list", { name: "Models found" }).getByRole("article")).toHaveCount(1);
  // Kept.
  await restartedWith(app, launch, dataFolder, async (again) => {
    await again.window.keyboard.press("Control+,");
    await expect(again.window.getByRole("switch", { name: "Search and model pages" })).toBeChecked();
  });
});

async function restartedWith(
  app: FacetApp,
  launch: (options: { dataFolder: string }) => Promise<FacetApp>,
  dataFolder: string,
  look: (again: FacetApp) => Promise<void>,
): Promise<void> {
  await app.close();
  await look(await launch({ dataFolder }));
}

async function search(page: Page, words: string): Promise<void> {
  await page.getByRole("searchbox").fill(words);
  await page.keyboard.press("Enter");
}

async function openEachPage(page: Page, on: boolean): Promise<void> {
  if (!on) await expect(page.getByText("Downloading the starter model is switched off in Settings.")).toBeVisible();
  else
    await expect(
      page.getByText("The starter model couldn’t be downloaded").or(page.getByText("couldn't be downloaded")),
    ).toBeVisible();
  await page.getByRole("button", { name: "Models", exact: true }).click();
  await search(page, "maker/Found");
  if (on) await expect(page.getByRole("heading", { name: "Model card" })).toBeVisible();
  else await expect(page.getByText("Searching Hugging Face is switched off in Settings.").first()).toBeVisible();
  if (on) await page.getByRole("button", { name: "Open on Hugging Face" }).first().click();
  await search(page, "words");
  await expect(
    page.getByText(on ? "No models found" : "Searching Hugging Face is switched off in Settings.").first(),
  ).toBeVisible();
  for (const tab of ["Installed", "Downloads", "Estimates", "Discover"])
    await page.getByRole("tab", { name: new RegExp(`^${tab}`, "u") }).click();
  await page.keyboard.press("Control+Shift+f");
  await page
    .getByRole("button", { name: /Hugging Face/u })
    .first()
    .click();
  await page.getByRole("textbox", { name: "Search fine-tunes, or name a repository" }).fill("anything");
  await page.keyboard.press("Enter");
  await expect(
    page.getByText(on ? /has no adapter that matches/u : "Searching Hugging Face is switched off in Settings.").first(),
  ).toBeVisible();
  await page.keyboard.press("Control+,");
  await expect(page.getByRole("dialog", { name: "Settings" })).toBeVisible();
}
