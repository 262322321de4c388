// How a model is loaded: set by the user, kept over a restart, planned to fit, and what that took.
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { ChatWindow } from "./ChatWindow";
import { type FacetApp, freshDataFolder, type LaunchOptions } from "./FacetApp";
import { call } from "./pageCalls";
import { expect, test } from "./test";

/**
 * Room for the starter model with a short context, and not with a long one. By the app's own prediction: a processor with AMX keeps the
 * weights in another layout, which takes more.
 */
async function littleMemory(launch: (options?: LaunchOptions) => Promise<FacetApp>): Promise<Record<string, string>> {
  const app = await launch();
  await new ChatWindow(app.window).waitUntilReady();
  const { modelId } = await loadedChoice(new ChatWindow(app.window));
  const source = { kind: "installed" as const, modelId };
  const [short, long] = await Promise.all(
    [1024, 8192].map((contextSizeTokens) => call(app, "fit.judge", { source, contextSizeTokens, kvCacheType: "f16" })),
  );
  await app.close();
  const neededBytes = ((short?.neededBytes ?? 0) + (long?.neededBytes ?? 0)) / 2;
  return { FACET_MEMORY_LIMIT: String(Math.round(neededBytes + (short?.machine.systemReserveBytes ?? 0))) };
}

async function loadedChoice(chat: ChatWindow) {
  return chat.page.evaluate(async () => {
    const snapshot = await window.facet.call["app.snapshot"](undefined);
    if (!snapshot.ok || snapshot.value.engine.kind !== "ready") throw new Error("nothing is loaded");
    return snapshot.value.engine.model;
  });
}

async function openLoadSettings(chat: ChatWindow) {
  await chat.modelButton.click();
  await chat.page.getByRole("menuitem", { name: /^Load settings/ }).click();
  const dialog = chat.page.getByRole("dialog", { name: /^Load settings of/ });
  await expect(
    dialog.getByText("Automatic: 8,192 tokens, enough for long chats").or(dialog.getByText("Automatic would be")),
  ).toBeVisible({ timeout: 30_000 });
  return dialog;
}

test(
  "what is set for a model is used at its next load and after a restart, and can be seen",
  { tag: "@slow" },
  async ({ launch }) => {
    const dataFolder = await freshDataFolder();
    const first = await launch({ dataFolder });
    const chat = new ChatWindow(first.window);
    await chat.waitUntilReady();
    expect(await loadedChoice(chat)).toMatchObject({
      contextSizeTokens: 8192,
      choice: { keyCacheType: "f16" },
      reasons: { contextSizeTokens: "target" },
    });

    const dialog = await openLoadSettings(chat);
    await dialog.getByRole("spinbutton", { name: /^Context size/ }).fill("2048");
    await dialog.getByRole("spinbutton", { name: /^Context size/ }).press("Enter");
    await dialog.getByRole("combobox", { name: "KV cache, keys" }).selectOption("q8_0");
    await dialog.getByRole("combobox", { name: "KV cache, values" }).selectOption("q8_0");
    await expect(dialog.getByText("Automatic would be 8,192 tokens")).toBeVisible();
    // What cannot be had together cannot be chosen.
    await expect(
      dialog.getByRole("combobox", { name: "Flash attention" }).getByRole("option", { name: "Off" }),
    ).toBeDisabled();
    await dialog.getByRole("button", { name: "Load again" }).click();
    const wanted = {
      contextSizeTokens: 2048,
      choice: { keyCacheType: "q8_0", valueCacheType: "q8_0" },
      reasons: { contextSizeTokens: "chosen", keyCacheType: "chosen" },
    };
    await expect(async () => expect(await loadedChoice(chat)).toMatchObject(wanted)).toPass({ timeout: 60_000 });
    await first.close();

    const second = await launch({ dataFolder });
    const again = new ChatWindow(second.window);
    await again.waitUntilReady();
    expect(await loadedChoice(again)).toMatchObject(wanted);
    await again.modelButton.click();
    await expect(second.window.getByText(/context 2,048 tokens \(set by you\) · KV cache q8_0/)).toBeVisible();
    await second.window.keyboard.press("Escape");
    await again.limitAnswers(8);
    expect((await again.ask("Name three fruits.")).length).toBeGreaterThan(0);

    // Two loads with these settings were recorded, with what they took.
    const records = await second.window.evaluate(() => window.facet.call["loads.records"](undefined));
    if (!records.ok) throw new Error("no records");
    expect(records.value.map(({ choice }) => choice.contextSizeTokens)).toEqual([2048, 2048, 8192]);
    expect(records.value[0]?.measuredPeakBytes).toBeGreaterThan(100_000_000);
    expect(records.value[0]?.contextUsedTokens).toBeGreaterThan(20);
  },
);

test("a load that would not fit is asked about first, with the nearest that fits", async ({ launch }) => {
  const app = await launch({ env: await littleMemory(launch) });
  const chat = new ChatWindow(app.window);
  await chat.waitUntilReady();
  // Automatic values fit by themselves.
  const before = await loadedChoice(chat);
  expect(before.contextSizeTokens).toBeLessThan(8192);
  expect(before.reasons.contextSizeTokens).toBe("memory");

  const dialog = chat.page.getByRole("dialog", { name: /^Load settings of/ });
  await chat.modelButton.click();
  await chat.page.getByRole("menuitem", { name: /^Load settings/ }).click();
  await expect(dialog.getByText(/what the free memory allows/).first()).toBeVisible({ timeout: 30_000 });
  await dialog.getByRole("spinbutton", { name: /^Context size/ }).fill("8192");
  await dialog.getByRole("spinbutton", { name: /^Context size/ }).press("Enter");
  await dialog.getByRole("combobox", { name: "KV cache, keys" }).selectOption("f16");
  await dialog.getByRole("combobox", { name: "KV cache, values" }).selectOption("f16");
  await dialog.getByRole("button", { name: "Load again" }).click();

  const warning = chat.page.getByRole("dialog", { name: /doesn’t fit$/ });
  await expect(warning.getByText("Needed")).toBeVisible({ timeout: 30_000 });
  await warning.getByRole("button", { name: "Cancel" }).click();
  expect((await loadedChoice(chat)).contextSizeTokens).toBe(before.contextSizeTokens);

  await chat.modelButton.click();
  await chat.page.getByRole("menuitem", { name: /^Load settings/ }).click();
  await dialog.getByRole("button", { name: "Load again" }).click();
  await expect(warning).toBeVisible({ timeout: 30_000 });
  const nearest = warning.getByRole("button", { name: "Load with these settings" });
  await expect(nearest).toBeFocused();
  await nearest.click();
  await expect(async () => {
    const { choice } = await loadedChoice(chat);
    expect(choice.contextSizeTokens).toBeLessThan(8192);
    expect(choice.keyCacheType).toBe("f16");
  }).toPass({ timeout: 60_000 });

  await chat.page.keyboard.press("Control+Shift+m");
  await chat.page.getByRole("tab", { name: /^Estimates/ }).click();
  await expect(chat.page.getByRole("row").nth(1)).toContainText(/SmolLM2/i);
});

test(
  "settings and records that somebody damaged are kept, and the model loads",
  { tag: "@slow" },
  async ({ launch }) => {
    const dataFolder = await freshDataFolder();
    await writeFile(
      path.join(dataFolder, "load-settings.json"),
      '{"models":{"__proto__":{"settings":{"contextSizeTokens":-5}}',
    );
    await writeFile(path.join(dataFolder, "loads.json"), '{"engineBytes":"many","records":[{}]}');
    const app = await launch({ dataFolder });
    await new ChatWindow(app.window).waitUntilReady();
    await expect(async () => {
      const kept: unknown = JSON.parse(await readFile(path.join(dataFolder, "loads.json"), "utf8"));
      // A record that cannot be understood stays where it was.
      expect(kept).toMatchObject({ records: [{}, { failureCode: null }] });
    }).toPass({ timeout: 60_000 });
  },
);
