// The page in a current Chromium, where the system has one: Debian's package `chromium`. It is drawn, answers stream, nothing is broken.
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { ChatWindow } from "./ChatWindow";
import { checkInBothThemes, expectNoOverflow } from "./checkAccessibility";
import { ChromiumWindow } from "./ChromiumWindow";
import { freshDataFolder } from "./FacetApp";
import { layoutFaults } from "./layoutFaults";
import { placeStarterModel } from "./starterModelFile";
import { expect, test } from "./test";

const CHROMIUM = "/usr/bin/chromium";

test("the page works and looks right in the system's Chromium", { tag: "@slow" }, async () => {
  test.skip(!existsSync(CHROMIUM), `There is no ${CHROMIUM} here`);
  const dataFolder = await freshDataFolder();
  await placeStarterModel(dataFolder);
  const window = await ChromiumWindow.open(CHROMIUM, dataFolder);
  const { page } = window;
  try {
    console.log(`Chromium ${window.browser.version()}`);
    const chat = new ChatWindow(page);
    await chat.waitUntilReady();
    await chat.limitAnswers(60);
    expect(await chat.ask("What is the capital of France?")).not.toBe("");

    const screens: Record<string, () => Promise<unknown>> = {
      "a chat": async () => undefined,
      "the chat's settings": () => chat.openSettingsPanel(),
      "installed models": async () => {
        await page.keyboard.press("Control+Shift+m");
        await page.getByRole("tab", { name: /^Installed/ }).click();
        await expect(page.getByRole("tab", { name: /^Installed/ })).toHaveAttribute("aria-selected", "true");
      },
      "fine-tunes": async () => {
        await page.keyboard.press("Control+Shift+f");
        await expect(page.getByRole("heading", { name: "Fine-tunes", level: 1 })).toBeVisible();
      },
      settings: async () => {
        await page.keyboard.press("Control+,");
        await expect(page.getByRole("dialog")).toBeVisible();
      },
    };
    for (const [name, open] of Object.entries(screens)) {
      await open();
      await checkInBothThemes(page, name);
      await expectNoOverflow(page);
      expect(await layoutFaults(page), name).toEqual([]);
      await page.screenshot({ path: test.info().outputPath(`${name}.png`) });
    }
    expect(window.problems).toEqual([]);
  } finally {
    await window.close();
    await rm(dataFolder, { recursive: true, force: true });
  }
});
