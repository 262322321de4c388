// Everything can be done without a mouse.
import { ChatWindow } from "./ChatWindow";
import { expect, test } from "./test";

test("a walk through the app by keyboard alone", async ({ launch }) => {
  const app = await launch();
  const chat = new ChatWindow(app.window);
  const { keyboard } = app.window;
  await chat.waitUntilReady();

  await expect(chat.composer).toBeFocused();
  await keyboard.type("One line");
  await keyboard.press("Shift+Enter");
  await keyboard.type("and another. Write a very long story about a lighthouse, in many chapters.");
  await expect(chat.composer).toHaveValue(
    "One line\nand another. Write a very long story about a lighthouse, in many chapters.",
  );
  await keyboard.press("Enter");
  await expect(chat.questions).toHaveText([/One line/]);
  await expect(chat.composer).toHaveValue("");
  await chat.waitForText(40);
  await keyboard.press("Escape");
  await chat.waitUntilWritten();
  await expect(chat.lastAnswer).toContainText(/stopped/i);

  await keyboard.press("Control+n");
  await expect(chat.answers).toHaveCount(0);
  await expect(chat.composer).toBeFocused();
  await keyboard.type("Say hello.");
  await keyboard.press("Enter");
  await chat.waitForText(1);
  await keyboard.press("Escape");
  await chat.waitUntilWritten();

  await keyboard.press("Control+Tab");
  await expect(chat.questions).toHaveText([/One line/]);
  await keyboard.press("Control+Shift+Tab");
  await expect(chat.questions).toHaveText([/Say hello/]);

  await keyboard.press("Control+k");
  await expect(app.window.getByRole("dialog")).toBeVisible();
  await keyboard.type("another");
  await expect(app.window.getByRole("option").first()).toBeVisible();
  await keyboard.press("Enter");
  await expect(chat.questions).toHaveText([/One line/]);

  await keyboard.press("Control+/");
  const shortcuts = app.window.getByRole("dialog", { name: /Keyboard shortcuts/ });
  await expect(shortcuts).toBeVisible();
  for (const words of [/Send/, /New line|newline/i, /Stop/, /New chat/, /Next chat/, /Search/])
    await expect(shortcuts.getByText(words).first()).toBeVisible();
  await keyboard.press("Escape");
  await expect(shortcuts).toBeHidden();

  // The keys of the composer lead back to it from wherever the focus is.
  await keyboard.press("Tab");
  await keyboard.press("Tab");
  await expect(chat.composer).not.toBeFocused();
  await keyboard.press("Control+l");
  await expect(chat.composer).toBeFocused();

  // Every dialog closes with Escape, also those that only one page or menu opens, and keeps the other keys off the page below.
  await chat.modelButton.press("Enter");
  await app.window.getByRole("menuitem", { name: /^Load settings/ }).press("Enter");
  const loadSettings = app.window.getByRole("dialog", { name: /^Load settings of/ });
  await expect(loadSettings).toBeVisible();
  await keyboard.press("Control+n");
  await keyboard.press("Escape");
  await expect(loadSettings).toBeHidden();
  await expect(chat.questions).toHaveText([/One line/]);
  await keyboard.press("Control+Shift+m");
  await app.window.getByRole("button", { name: "Hugging Face settings" }).press("Enter");
  const hubSettings = app.window.getByRole("dialog", { name: /Hugging Face/ });
  await expect(hubSettings).toBeVisible();
  await keyboard.press("Escape");
  await expect(hubSettings).toBeHidden();
});

test("Tab reaches every control and never gets stuck", async ({ launch }) => {
  const app = await launch();
  const chat = new ChatWindow(app.window);
  await chat.waitUntilReady();
  const seen = new Set<string>();
  for (let step = 0; step < 40; step++) {
    await app.window.keyboard.press("Tab");
    const focused = await app.window.evaluate(() => {
      const element = document.activeElement;
      if (!element || element === document.body) return null;
      const box = element.getBoundingClientRect();
      return {
        name: element.getAttribute("aria-label") ?? element.textContent?.trim() ?? element.tagName,
        visible: box.width > 0 && box.height > 0,
      };
    });
    if (!focused) continue;
    expect(focused.visible, focused.name).toBe(true);
    seen.add(focused.name);
  }
  for (const name of [/New chat/, /Search/, /Settings/])
    expect(
      [...seen].some((one) => name.test(one)),
      `${name} in ${[...seen].join(", ")}`,
    ).toBe(true);
  expect(seen.size).toBeGreaterThan(5);
});

test("the application menu names the keys and does what they do", async ({ launch }) => {
  const app = await launch();
  const chat = new ChatWindow(app.window);
  await chat.waitUntilReady();
  const lines = await app.electron.evaluate(({ Menu }) =>
    (Menu.getApplicationMenu()?.items ?? []).map(({ label, submenu }) => [
      label.replace("&", ""),
      ...(submenu?.items ?? []).map((item) =>
        item.type === "separator" ? "-" : `${item.label} ${item.accelerator ?? ""}`,
      ),
    ]),
  );
  const menu = (name: string) => lines.find(([label]) => label === name)?.slice(1) ?? [];
  expect(menu("File").slice(0, 6)).toEqual([
    "New chat CmdOrCtrl+N",
    "Search CmdOrCtrl+K",
    "-",
    "Choose a GGUF file… ",
    "-",
    "Settings CmdOrCtrl+,",
  ]);
  expect(menu("Chat")).toEqual([
    "Stop the answer Escape",
    "Switch fine-tune CmdOrCtrl+J",
    "Go to the message field CmdOrCtrl+L",
    "-",
    "Next chat Ctrl+Tab",
    "Previous chat Ctrl+Shift+Tab",
  ]);
  expect(menu("View").slice(0, 5)).toEqual([
    "Models CmdOrCtrl+Shift+M",
    "Fine-tunes CmdOrCtrl+Shift+F",
    "Show or hide the sidebar CmdOrCtrl+B",
    "Show or hide the chat’s settings CmdOrCtrl+.",
    "-",
  ]);

  const click = (label: string) =>
    app.electron.evaluate(({ Menu }, wanted) => {
      const all = (Menu.getApplicationMenu()?.items ?? []).flatMap(({ submenu }) => submenu?.items ?? []);
      all.find((item) => item.label === wanted)?.click();
    }, label);
  await click("Models");
  await expect(app.window.getByRole("heading", { name: "Models", exact: true })).toBeVisible();
  await click("Keyboard shortcuts");
  const shortcuts = app.window.getByRole("dialog", { name: "Keyboard shortcuts" });
  await expect(shortcuts).toBeVisible();
  // Not while a dialog is open.
  await click("New chat");
  await app.window.keyboard.press("Escape");
  await expect(shortcuts).toBeHidden();
  await expect(app.window.getByRole("heading", { name: "Models", exact: true })).toBeVisible();
  await click("New chat");
  await expect(chat.composer).toBeFocused();
});
