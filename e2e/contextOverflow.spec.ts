// A chat of 30 turns with the real model in a small context: old turns leave the model's view, the chat goes on and says so.
import { rm } from "node:fs/promises";
import { ChatWindow } from "./ChatWindow";
import { ggufFolder, modelWithTrainContext } from "./ggufFiles";
import { expect, test } from "./test";

const TURNS = 30;

test("thirty turns in a context of 512 tokens", { tag: "@slow" }, async ({ launch }) => {
  test.setTimeout(240_000);
  const models = await ggufFolder();
  const app = await launch({ args: [await modelWithTrainContext(models, 512)] });
  const chat = new ChatWindow(app.window);
  await chat.waitUntilReady();
  await expect(chat.engineBar).toContainText(/of 512/, { timeout: 30_000 });
  await chat.startChat({ maxTokens: 24, systemPrompt: "You answer briefly." });
  for (let turn = 1; turn <= TURNS; turn++) {
    await chat.ask(`Turn ${turn}: tell me one short thing about the number ${turn}.`);
  }
  await expect(chat.lastAnswer).toContainText(/tokens/);
  expect((await chat.lastAnswerText()).length).toBeGreaterThan(0);

  const open = await app.window.evaluate(async () => {
    const snapshot = await window.facet.call["app.snapshot"](undefined);
    if (!snapshot.ok || !snapshot.value.chats[0]) return null;
    const opened = await window.facet.call["chats.open"]({ chatId: snapshot.value.chats[0].id });
    return opened.ok ? opened.value.messages : null;
  });
  expect(open).toHaveLength(2 * TURNS);
  const messages = open!;
  expect(messages.filter(({ state }) => state !== "complete")).toEqual([]);
  const facts = messages.at(-1)!.facts!;
  expect(facts.contextSizeTokens).toBe(512);
  expect(facts.contextUsedTokens).toBeLessThanOrEqual(512);
  const firstSeen = messages.findIndex(({ id }) => id === facts.firstSeenMessageId);
  expect(firstSeen).toBeGreaterThan(0);
  expect(messages[firstSeen]!.role).toBe("user");

  // The line stands where the model's view begins; it says how many turns are outside.
  const outside = firstSeen / 2;
  const line = app.window.getByText(new RegExp(`${outside} earlier turns? (is|are) outside the model.s view`));
  await expect(async () => {
    await chat.conversation.hover();
    await app.window.mouse.wheel(0, -400);
    await expect(line).toBeVisible({ timeout: 300 });
  }).toPass({ timeout: 20_000 });
  await rm(models, { recursive: true });
});
