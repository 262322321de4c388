// kill -9 of the engine, and of the whole app, in the middle of an answer: nothing that was written is lost, and the next message is answered.
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { ChatWindow } from "./ChatWindow";
import { expect, test } from "./test";

const LONG_QUESTION = "Write a very long story about a lighthouse, in many chapters.";

test("the engine is killed in the middle of an answer: the app lives, the text stays, the next message is answered", async ({
  launch,
  allowProblems,
}) => {
  allowProblems(/engine/i);
  const app = await launch();
  const chat = new ChatWindow(app.window);
  await chat.waitUntilReady();
  const { answers, text: seen } = await beginLongAnswer(chat);
  await app.killEngine();

  await expect(chat.engineStatus).toContainText(/stopped unexpectedly/i);
  await expect(chat.engineBar.getByRole("button", { name: /Restart/ })).toBeVisible();
  await expect(chat.lastAnswer).toContainText(/The engine stopped unexpectedly/);
  const kept = await chat.lastAnswerText();
  expect(kept.length).toBeGreaterThanOrEqual(seen.length);
  expect(kept.startsWith(seen.slice(0, 60))).toBe(true);

  await chat.limitAnswers(16);
  await chat.ask("Say hello.");
  await expect(chat.answers).toHaveCount(answers + 1);
  expect((await chat.lastAnswerText()).length).toBeGreaterThan(0);
});

test("what nobody caught ends each utility process, and its reason is told", async ({ launch }) => {
  const app = await launch();
  for (const entry of ["engine.mjs", "fit.mjs", "job.mjs"]) {
    const script = test.info().outputPath(`defect-${entry}`);
    // Electron only warns of it, from 37 on.
    await writeFile(
      script,
      `import ${JSON.stringify(pathToFileURL(path.resolve(".vite/build", entry)).href)};
       const timer = setInterval(() => {
         if (process.listenerCount("unhandledRejection") === 0) return;
         clearInterval(timer);
         void Promise.reject(new Error("nobody caught this"));
       }, 20);`,
    );
    const end = await app.electron.evaluate(
      ({ utilityProcess }, [file, folder]) =>
        new Promise<{ code: number; said: string }>((resolve) => {
          const child = utilityProcess.fork(file, [folder]);
          const said: unknown[] = [];
          child.on("message", (message) => said.push(message));
          child.once("exit", (code) => resolve({ code, said: JSON.stringify(said) }));
        }),
      [script, test.info().outputPath("scratch")] as const,
    );
    expect(end.code, entry).toBe(70);
    expect(end.said, entry).toContain("unhandled rejection: Error: nobody caught this");
  }
});

test("the restart button brings the engine back", { tag: "@slow" }, async ({ launch, allowProblems }) => {
  allowProblems(/engine/i);
  const app = await launch();
  const chat = new ChatWindow(app.window);
  await chat.waitUntilReady();
  await app.killEngine();
  await expect(chat.engineStatus).toContainText(/stopped unexpectedly/i);
  await chat.engineBar.getByRole("button", { name: /Restart/ }).click();
  await chat.waitUntilReady();
  await chat.startChat({ maxTokens: 8 });
  await chat.ask("Say hello.");
});

test(
  "the whole app is killed in the middle of an answer: a restart shows the text, marked as interrupted, and leaves no process behind",
  { tag: "@slow" },
  async ({ launch }) => {
    const app = await launch();
    const chat = new ChatWindow(app.window);
    await chat.waitUntilReady();
    const { answers, text: secondOld } = await beginLongAnswer(chat);
    const enginePid = await app.enginePid();
    await app.kill();
    await expect
      .poll(() => enginePid !== null && isRunning(enginePid), { message: "the engine ends with the app" })
      .toBe(false);

    const again = await launch({ dataFolder: app.dataFolder });
    const after = new ChatWindow(again.window);
    await after.openChat(/lighthouse/);
    const kept = await after.lastAnswerText();
    expect(kept.startsWith(secondOld.slice(0, 60))).toBe(true);
    expect(kept.length).toBeGreaterThanOrEqual(secondOld.length);
    await expect(after.lastAnswer).toContainText(/closed during this answer/);
    await expect(after.stopButton).toBeHidden();
    await after.waitUntilReady();
    await after.limitAnswers(16);
    await after.ask("Say hello.");
    await expect(after.answers).toHaveCount(answers + 1);
  },
);

/**
 * Asks until an answer is under way that is older than a second: a small model sometimes ends early. What is older than a second is
 * on the disk when a kill comes; younger text may go with the engine. Gives the number of answers, and the text of a second ago.
 */
async function beginLongAnswer(chat: ChatWindow): Promise<{ answers: number; text: string }> {
  for (let answers = 1; answers <= 5; answers++) {
    await chat.send(LONG_QUESTION);
    await expect(chat.answers).toHaveCount(answers);
    await chat.waitForText(1);
    await expect
      .poll(async () => (await chat.lastAnswerText()).length >= 120 || !(await chat.stopButton.isVisible()), {
        timeout: 60_000,
      })
      .toBe(true);
    const text = await chat.lastAnswerText();
    await chat.page.waitForTimeout(1_000);
    if (await chat.stopButton.isVisible()) return { answers, text };
  }
  throw new Error("Five answers in a row ended within seconds.");
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
