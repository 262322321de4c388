// The language is changed while the app runs: everything on screen is drawn anew, and what the user was at stays.
import { setLanguage, ENGLISH, t } from "../electron/words/language";
import { readTexts } from "../scripts/words/translations";
import { ANSWER_TIMEOUT_MS, ANSWER_WORDS, ChatWindow } from "./ChatWindow";
import { freshDataFolder } from "./FacetApp";
import { seedChats } from "./seedChats";
import { expect, test } from "./test";

test("the draft and the place in a long chat stay when the language changes", async ({ launch }) => {
  const dataFolder = await freshDataFolder();
  const messages = Array.from({ length: 40 }, (_, index) => [
    { role: "user" as const, text: `What about fact ${index + 1}?` },
    { role: "assistant" as const, text: `Fact ${index + 1} is long. `.repeat(40 + (index % 5) * 20) },
  ]).flat();
  await seedChats(dataFolder, [{ title: "Facts", messages }]);
  const app = await launch({ dataFolder });
  const chat = new ChatWindow(app.window);
  await chat.waitUntilReady();
  await chat.openChat("Facts");
  await chat.composer.fill("Not sent yet");
  const scroller = chat.conversation.locator("xpath=..");
  await scroller.hover();
  await app.window.mouse.wheel(0, -6_000);

  const field = app.window.locator("#message-field");
  /** The first row that begins in view, and how far down. */
  const reading = () =>
    app.window.evaluate(() => {
      const list = document.querySelector('[role="feed"]')?.parentElement;
      const top = list?.getBoundingClientRect().top ?? 0;
      const rows = [...document.querySelectorAll<HTMLElement>('[role="feed"] [data-index]')]
        .map((row) => ({ index: Number(row.dataset["index"]), y: Math.round(row.getBoundingClientRect().top - top) }))
        .sort((one, other) => one.index - other.index);
      return rows.find(({ y }) => y >= 0) ?? null;
    });
  await expect.poll(async () => (await reading())?.index ?? 1_000).toBeLessThan(70);
  await expect.poll(async () => JSON.stringify(await reading()) === JSON.stringify(await reading())).toBe(true);
  const before = await reading();

  await app.window.keyboard.press("Control+,");
  await app.window.getByRole("combobox", { name: "Language" }).selectOption("de");
  await expect(app.window.locator("html")).toHaveAttribute("lang", "de");
  await app.window.keyboard.press("Escape");
  await expect(field).toHaveValue("Not sent yet");
  await expect
    .poll(async () => {
      const after = await reading();
      return after?.index === before?.index ? Math.abs((after?.y ?? 0) - (before?.y ?? 0)) : 1_000;
    })
    .toBeLessThan(30);
});

test("a field for a number shows the language's decimal mark, and takes a point too", async ({ launch }) => {
  const app = await launch();
  const { window: page } = app;
  const chat = new ChatWindow(page);
  await chat.waitUntilReady();
  await page.keyboard.press("Control+,");
  await page.getByRole("combobox", { name: "Language" }).selectOption("de");
  await expect(page.locator("html")).toHaveAttribute("lang", "de");
  await page.keyboard.press("Escape");
  const panel = page.getByRole("complementary", { name: "Chat-Einstellungen", exact: true });
  if (!(await panel.isVisible())) await page.keyboard.press("Control+.");
  const field = panel.getByRole("textbox", { name: "Temperatur", exact: true });
  for (const typed of ["0.65", "0,65"]) {
    await field.fill("1");
    await field.press("Enter");
    await field.fill(typed);
    await field.press("Enter");
    await expect(field).toHaveValue("0,65");
    await expect(panel.getByRole("slider", { name: "Regler für Temperatur" })).toHaveAttribute(
      "aria-valuetext",
      "0,65",
    );
  }
});

test("an answer goes on being written when the language changes, and the draft stays", async ({ launch }) => {
  const app = await launch();
  const { window: page } = app;
  const chat = new ChatWindow(page);
  await chat.waitUntilReady();
  await chat.startChat({ seed: 7 });
  await chat.send("Write a long story about a lighthouse, a storm and a small boat.");
  await chat.waitForText(40);
  await chat.composer.fill("Not sent yet");
  await page.keyboard.press("Control+,");
  await page.getByRole("combobox", { name: "Language" }).selectOption("de");
  await expect(page.locator("html")).toHaveAttribute("lang", "de");
  await page.keyboard.press("Escape");

  setLanguage({ code: "de", texts: readTexts("resources/languages/de.json") });
  try {
    const stop = page.getByRole("button", { name: t("Stop"), exact: true });
    const answer = async () => (await page.locator(ANSWER_WORDS).last().innerText()).trim();
    await expect(stop).toBeVisible();
    const before = await answer();
    await expect
      .poll(async () => (await answer()).length, { timeout: ANSWER_TIMEOUT_MS, intervals: [50] })
      .toBeGreaterThan(before.length + 20);
    expect((await answer()).startsWith(before.slice(0, 30))).toBe(true);
    await expect(page.locator("#message-field")).toHaveValue("Not sent yet");
    await stop.click();
    await expect(stop).toBeHidden();
    await expect(page.getByRole("status", { name: t("Engine") })).toHaveText(t("Ready"));
    await expect(page.locator("#message-field")).toHaveValue("Not sent yet");
  } finally {
    setLanguage(ENGLISH);
  }
});
