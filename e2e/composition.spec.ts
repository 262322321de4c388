// While an input method composes, its keys do not send, close, choose or clear anything; afterwards they do again.
import { ChatWindow } from "./ChatWindow";
import { InputMethod } from "./inputMethod";
import { seedChats } from "./seedChats";
import { freshDataFolder } from "./FacetApp";
import { expect, test } from "./test";

test("in the chat: message, edited message, system prompt, numbers", async ({ launch }) => {
  const app = await launch();
  const chat = new ChatWindow(app.window);
  const method = await InputMethod.on(app.window);
  await chat.waitUntilReady();
  await chat.startChat({ maxTokens: 12 });

  await chat.composer.focus();
  await method.compose("にほん");
  await method.pressAll("Enter", "Escape", "Tab", "ArrowDown", "/");
  for (const key of ["n", "k"] as const) await method.press(key, { ctrl: true });
  await expect(app.window.getByRole("dialog")).toBeHidden();
  await expect(chat.composer).toBeFocused();
  await expect(chat.composer).toHaveValue("にほん");
  await expect(chat.questions).toHaveCount(0);
  await method.commit("日本");
  // Safari reports the key that ended a composition only after its end.
  await method.press("Enter", { taken: true });
  await expect(chat.questions).toHaveCount(0);
  await chat.composer.press("Enter");
  await expect(chat.questions).toHaveText([/日本/]);
  await chat.waitUntilWritten();

  await chat.questions.first().hover();
  await chat.questions.first().getByRole("button", { name: "Edit message" }).click();
  const edited = app.window.getByRole("textbox", { name: "Edited message" });
  await method.compose("とうきょう");
  await method.pressAll("Enter", "Escape");
  await expect(edited).toHaveValue("日本とうきょう");
  await method.commit("東京");
  await expect(edited).toHaveValue("日本東京");
  await edited.press("Escape");
  await expect(edited).toBeHidden();

  await chat.openSettingsPanel();
  const prompt = chat.sidePanel.getByRole("textbox", { name: "System prompt" });
  await prompt.focus();
  await method.compose("えいご");
  await method.pressAll("Escape");
  await expect(chat.sidePanel).toBeVisible();
  await method.commit("英語");
  const seed = chat.sidePanel.getByRole("textbox", { name: "Seed", exact: true });
  await seed.fill("");
  await method.compose("12");
  await method.pressAll("Enter", "Escape");
  await expect(seed).toBeFocused();
  await expect(chat.sidePanel).toBeVisible();
  await method.commit("12");
  await seed.press("Enter");
  await seed.press("Escape");
  await expect(chat.sidePanel).toBeHidden();
});

test("in dialogs, in the sidebar, and where models are searched", async ({ launch }) => {
  const dataFolder = await freshDataFolder();
  await seedChats(
    dataFolder,
    ["Harbour", "Lighthouse"].map((title) => ({ title, messages: [{ role: "user" as const, text: title }] })),
  );
  // No search reaches a hub.
  const app = await launch({ dataFolder, env: { FACET_HUB_ENDPOINT: "http://127.0.0.1:9" } });
  const chat = new ChatWindow(app.window);
  const method = await InputMethod.on(app.window);
  await expect(chat.chatEntry("Harbour")).toBeVisible();

  await app.window.keyboard.press("Control+k");
  const search = app.window.getByRole("dialog", { name: "Search" });
  const first = search.getByRole("option").first();
  await expect(first).toHaveAttribute("aria-selected", "true");
  await method.compose("li");
  await method.pressAll("ArrowDown", "Enter", "Escape");
  await expect(search).toBeVisible();
  await expect(first).toHaveAttribute("aria-selected", "true");
  await method.commit("light");
  await expect(search.getByRole("combobox")).toHaveValue("light");
  await expect(search.getByRole("option").filter({ hasText: "Harbour" })).toHaveCount(0);
  await app.window.keyboard.press("Escape");
  await expect(search).toBeHidden();

  await chat.chatEntry("Harbour").focus();
  await app.window.keyboard.press("F2");
  const title = app.window.getByRole("textbox", { name: "Title of the chat" });
  await method.compose("みなと");
  await method.pressAll("Enter", "Escape");
  await expect(title).toHaveValue("みなと");
  await method.commit("港");
  await title.press("Enter");
  await expect(chat.chatEntry("港")).toBeVisible();

  await app.window.keyboard.press("Control+Shift+m");
  const hub = app.window.getByRole("searchbox");
  await hub.focus();
  await method.compose("らま");
  await method.pressAll("Escape", "Enter");
  await expect(hub).toHaveValue("らま");
  await method.commit("ラマ");
  await expect(hub).toHaveValue("ラマ");
  await hub.press("Escape");
  await expect(hub).toHaveValue("");
});
