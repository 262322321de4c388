// Stop acts at once, while the model reads and while it writes. The time is measured in the page: from the click to the last change of text.
import { ChatWindow } from "./ChatWindow";
import { expect, test } from "./test";

/** The aim is 200 ms; a shared machine under test gets this much before the test fails. */
const STOP_LIMIT_MS = 1_000;
/** About 6,000 tokens: many seconds of reading on two cores. */
const LONG_TEXT = Array.from(
  { length: 420 },
  (_, line) => `Line ${line}: the quick brown fox jumps over the lazy dog.`,
).join("\n");

test("Stop in the middle of writing", async ({ launch }) => {
  const app = await launch();
  const chat = new ChatWindow(app.window);
  await chat.waitUntilReady();
  await chat.send("Write a very long story about a lighthouse, in many chapters.");
  await expect(async () => expect((await chat.lastAnswerText()).length).toBeGreaterThan(80)).toPass({
    timeout: 60_000,
    intervals: [50],
  });

  const stopped = await chat.measureStop();
  console.log(
    `  stop while writing: last text ${stopped.lastTextMs.toFixed(0)} ms, engine free ${stopped.readyMs.toFixed(0)} ms after the click`,
  );
  expect(stopped.lastTextMs).toBeLessThan(STOP_LIMIT_MS);
  expect(stopped.readyMs).toBeLessThan(STOP_LIMIT_MS);
  const text = await chat.lastAnswerText();
  expect(text.length).toBeGreaterThan(80);
  await expect(chat.lastAnswer).toContainText(/stopped/i);

  // The engine is consistent: the next question in the same chat is answered.
  await chat.limitAnswers(16);
  await chat.ask("Thank you. Say hello.");
  await expect(chat.answers).toHaveCount(2);
});

test("Stop in the middle of reading a long text", async ({ launch }) => {
  const app = await launch();
  const chat = new ChatWindow(app.window);
  await chat.waitUntilReady();
  await chat.send(LONG_TEXT);
  await expect(chat.engineBar).toContainText(/Reading\D*[1-9]\d? ?%/, { timeout: 60_000 });

  const stopped = await chat.measureStop();
  console.log(`  stop while reading: engine free ${stopped.readyMs.toFixed(0)} ms after the click`);
  expect(stopped.readyMs).toBeLessThan(STOP_LIMIT_MS);
  await expect(chat.lastAnswer).toContainText(/stopped/i);
  expect(await chat.lastAnswerText()).toBe("");

  await chat.startChat({ maxTokens: 16 });
  expect((await chat.ask("Say hello.")).length).toBeGreaterThan(0);
});
