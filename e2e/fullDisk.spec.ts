// A disk that fills up while an answer is written: no word of it is lost, and its chat is not blocked.
import { readFile } from "node:fs/promises";
import path from "node:path";
import { ANSWER_TIMEOUT_MS, ChatWindow } from "./ChatWindow";
import type { FacetApp } from "./FacetApp";
import { CAN_MOUNT, SmallDisk } from "./fullDisk";
import { answerSaveDialog } from "./systemDialogs";
import { expect, test } from "./test";

test.skip(!CAN_MOUNT, "only root on Linux may mount a small disk");

const STORY = "Write a long story about a lighthouse, in many chapters.";
let disk: SmallDisk;
test.beforeEach(async ({ allowProblems }) => {
  disk = await SmallDisk.create();
  // What else meets the full disk: the page's own storage, the log.
  allowProblems(/./u);
});
test.afterEach(() => disk.remove());

/** The answers to the question at the end, one after the other; how often it was asked. */
async function answerQuestions(app: FacetApp, answers: readonly number[]): Promise<() => Promise<string[]>> {
  await app.electron.evaluate(({ dialog }, responses) => {
    const asked: string[] = [];
    Reflect.set(globalThis, "askedAtEnd", asked);
    Reflect.set(dialog, "showMessageBox", (...args: unknown[]) => {
      asked.push(JSON.stringify(args.at(-1)));
      return Promise.resolve({ response: responses[asked.length - 1] ?? 2, checkboxChecked: false });
    });
  }, answers);
  return () => app.electron.evaluate(() => Reflect.get(globalThis, "askedAtEnd") as string[]);
}

/** An answer that was begun with room on the disk and ended without. */
async function unsavedAnswer(app: FacetApp): Promise<{ chat: ChatWindow; text: string }> {
  const chat = new ChatWindow(app.window);
  await chat.waitUntilReady();
  await chat.startChat({ maxTokens: 150, seed: 1 });
  await chat.send(STORY);
  await chat.waitForText(20);
  disk.fill();
  await chat.waitUntilWritten();
  await expect(chat.lastAnswer.getByText("This answer isn’t saved.")).toBeVisible();
  const text = await chat.lastAnswerText();
  expect(text.length).toBeGreaterThan(300);
  return { chat, text };
}

const words = (text: string) => text.replaceAll(/[^\p{L}\p{N}]+/gu, " ").trim();

test("the words stay on screen, what is typed stays in the composer, and both are saved when there is room", async ({
  launch,
}) => {
  const app = await launch({ dataFolder: disk.dataFolder, starterModel: false });
  const { chat, text } = await unsavedAnswer(app);

  await chat.send("And then?");
  await expect(app.window.getByRole("alert")).toContainText("The disk is full");
  await expect(chat.composer).toHaveValue("And then?");
  await chat.lastAnswer.getByRole("button", { name: "Save now" }).click();
  await expect(app.window.getByRole("region", { name: "Notices" })).toContainText("The disk is full");
  expect(await chat.lastAnswerText()).toBe(text);

  disk.free();
  // As "Save now" does: the button itself goes as soon as it is saved without it.
  const left = await app.window.evaluate(() => window.facet.call["chats.saveUnsaved"](undefined));
  expect(left).toEqual({ ok: true, value: { answers: [], failure: null } });
  await expect(chat.lastAnswer.getByText("This answer isn’t saved.")).toBeHidden();
  await chat.composer.press("Enter");
  await expect(chat.answers).toHaveCount(2);
  await chat.waitUntilWritten();
  await app.electron.close();

  const again = await launch({ dataFolder: disk.dataFolder, starterModel: false });
  const reopened = new ChatWindow(again.window);
  await reopened.openChat(/lighthouse/u);
  await expect(reopened.answers).toHaveCount(2);
  expect(words(await reopened.answers.first().innerText())).toContain(words(text));
});

test("they are saved by themselves as soon as there is room", async ({ launch }) => {
  const app = await launch({ dataFolder: disk.dataFolder, starterModel: false });
  const { chat } = await unsavedAnswer(app);
  disk.free();
  await expect(chat.lastAnswer.getByText("This answer isn’t saved.")).toBeHidden({ timeout: ANSWER_TIMEOUT_MS });
});

test("quitting asks, can be cancelled, and saves them in a file elsewhere", async ({ launch }) => {
  const app = await launch({ dataFolder: disk.dataFolder, starterModel: false });
  const { chat, text } = await unsavedAnswer(app);
  const asked = await answerQuestions(app, [2, 2, 0]);
  const target = path.join(disk.elsewhere, "answers.md");
  await answerSaveDialog(app, target);

  // By the menu, and by closing the window.
  await app.electron.evaluate(({ app: main }) => main.quit());
  await expect.poll(async () => (await asked()).length).toBe(1);
  await app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());
  await expect.poll(async () => (await asked()).length).toBe(2);
  expect((await asked())[0]).toContain("One answer is not saved.");
  expect((await asked())[0]).toContain('["Save elsewhere…","Quit without saving","Cancel"]');
  expect(await chat.lastAnswerText()).toBe(text);

  const closed = app.electron.waitForEvent("close");
  await app.electron.evaluate(({ app: main }) => main.quit());
  await closed;
  const written = await readFile(target, "utf8");
  expect(written).toContain(STORY);
  expect(words(written)).toContain(words(text));
});

test("quitting in mid-answer asks too, and what was written by then is in the file", async ({ launch }) => {
  const app = await launch({ dataFolder: disk.dataFolder, starterModel: false });
  const chat = new ChatWindow(app.window);
  await chat.waitUntilReady();
  await chat.startChat({ maxTokens: 2_000, seed: 1 });
  await chat.send(STORY);
  await chat.waitForText(20);
  disk.fill();
  await chat.waitForText(300);
  const text = await chat.lastAnswerText();
  await answerQuestions(app, [0]);
  const target = path.join(disk.elsewhere, "answers.txt");
  await answerSaveDialog(app, target);
  const closed = app.electron.waitForEvent("close");
  await app.electron.evaluate(({ app: main }) => main.quit());
  await closed;
  // The end of what is on screen may be a half-written mark of Markdown.
  expect(words(await readFile(target, "utf8"))).toContain(words(text).slice(0, 250));
});
