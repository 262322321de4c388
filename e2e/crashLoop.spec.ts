// A model that ends the engine twice in a row is not loaded again by a message or by a start of the app, until it is asked for; the
// list, the chat and the message say why. An answer makes it a model like any other again.
import { ChatWindow } from "./ChatWindow";
import { expect, test } from "./test";

const TWICE = /The engine stopped twice while it loaded .+ or began to answer/;

test("a model that ended the engine twice waits until it is asked for, also after a restart", async ({
  launch,
  allowProblems,
}) => {
  allowProblems(/engine|model/i);
  const app = await launch();
  const chat = new ChatWindow(app.window);
  await chat.waitUntilReady();

  // Once: a message may start it again.
  await app.killEngine();
  await expect(chat.engineStatus).toContainText(/stopped unexpectedly/i);
  // Twice: in the load that this message begins, or in the answer to it.
  await chat.send("Write a very long story about a lighthouse, in many chapters.");
  await expect(chat.engineStatus).toContainText(/Loading|Reading|Generating/);
  await app.killEngine();
  await expect(chat.lastAnswer).toContainText(TWICE);
  await expect(app.window.getByRole("alert")).toContainText(TWICE);
  await expect(app.window.getByText(/next message starts it again/i)).toHaveCount(0);
  expect(await app.enginePid()).toBeNull();
  // Another message loads nothing.
  await chat.send("And now?");
  await expect(app.window.getByText(TWICE).nth(2)).toBeVisible();
  await expect(chat.questions).toHaveCount(1);
  expect(await app.enginePid()).toBeNull();
  await app.close();

  const again = await launch({ dataFolder: app.dataFolder });
  const after = new ChatWindow(again.window);
  await expect(again.window.getByRole("alert")).toContainText(TWICE);
  await again.window.getByRole("button", { name: "Models", exact: true }).click();
  await again.window.getByRole("tab", { name: /^Installed/ }).click();
  await expect(
    again.window
      .getByRole("listitem")
      .filter({ hasText: /SmolLM2/ })
      .first(),
  ).toContainText(TWICE);
  await again.window.getByRole("button", { name: /^Load SmolLM2/ }).click();
  await after.waitUntilReady();
  await after.startChat({ maxTokens: 8 });
  await after.ask("Say hello.");
  await again.window.getByRole("button", { name: "Models", exact: true }).click();
  await again.window.getByRole("tab", { name: /^Installed/ }).click();
  await expect(again.window.getByText(TWICE)).toHaveCount(0);
});
