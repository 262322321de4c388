// From the first start to the first streamed answer, and all of it again after a restart.
import { ChatWindow } from "./ChatWindow";
import { expect, test } from "./test";

test("a first start ends in a streamed answer with its facts, and a restart finds all again", async ({ launch }) => {
  const first = await launch();
  const chat = new ChatWindow(first.window);
  await chat.waitUntilReady();
  await expect(chat.composer).toBeFocused();
  await chat.limitAnswers(120);

  await chat.send("Explain in some sentences why the sky is blue.");
  await expect(chat.stopButton).toBeVisible();
  // Streamed: the answer is seen at several lengths while it is still being written.
  const lengths = new Set<number>();
  await expect(async () => {
    lengths.add((await chat.lastAnswerText()).length);
    expect(lengths.size).toBeGreaterThanOrEqual(4);
  }).toPass({ timeout: 60_000, intervals: [50] });
  await expect(chat.stopButton).toBeVisible();
  await chat.waitUntilWritten();

  await expect(chat.lastAnswer).toContainText(/\d+ tokens/);
  await expect(chat.lastAnswer).toContainText(/to first/);
  await expect(chat.lastAnswer).toContainText(/tokens\/s/);
  const answer = await chat.lastAnswerText();
  expect(answer.length).toBeGreaterThan(20);
  await expect(chat.engineBar).toContainText(/smollm2/i);
  await expect(chat.engineBar).toContainText(/of 8,192/);
  await first.close();

  const second = await launch({ dataFolder: first.dataFolder });
  const again = new ChatWindow(second.window);
  await again.openChat(/sky/);
  await expect(again.questions).toHaveText([/why the sky is blue/]);
  expect(await again.lastAnswerText()).toBe(answer);
  // The conversation goes on where it was.
  await again.limitAnswers(8);
  await again.ask("And why is it red in the evening?");
  await expect(again.answers).toHaveCount(2);
});

test("an answer can be written again and a message edited; all versions stay", async ({ launch }) => {
  const app = await launch();
  const chat = new ChatWindow(app.window);
  await chat.waitUntilReady();
  await chat.startChat({ maxTokens: 16 });
  const first = await chat.ask("Name three fruits.");

  await chat.lastAnswer.hover();
  await chat.lastAnswer.getByRole("button", { name: /^Regenerate/ }).click();
  await expect(chat.stopButton).toBeVisible();
  await chat.waitUntilWritten();
  await expect(chat.answers).toHaveCount(1);
  await expect(chat.lastAnswer).toContainText("2 / 2");
  const second = await chat.lastAnswerText();
  await chat.lastAnswer.getByRole("button", { name: /^Previous/ }).click();
  await expect(chat.lastAnswer).toContainText("1 / 2");
  expect(await chat.lastAnswerText()).toBe(first);
  await chat.lastAnswer.getByRole("button", { name: /^Next/ }).click();
  expect(await chat.lastAnswerText()).toBe(second);

  await chat.questions.first().hover();
  await chat.questions.first().getByRole("button", { name: /^Edit/ }).click();
  const editor = chat.conversation.getByRole("textbox", { name: "Edited message" });
  await expect(editor).toHaveValue("Name three fruits.");
  await editor.fill("Name three rivers.");
  await editor.press("Enter");
  await expect(chat.stopButton).toBeVisible();
  await chat.waitUntilWritten();
  await expect(chat.questions).toHaveText([/Name three rivers\./]);
  await expect(chat.questions.first()).toContainText("2 / 2");
  await chat.questions
    .first()
    .getByRole("button", { name: /^Previous/ })
    .click();
  await expect(chat.questions).toHaveText([/Name three fruits\./]);
  expect([first, second]).toContain(await chat.lastAnswerText());
});
