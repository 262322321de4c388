// axe on every screen, in light and dark: no violation of level serious or critical.
import type { MessagePart } from "../electron/contract/parts";
import { ChatWindow } from "./ChatWindow";
import { checkAccessibility as check } from "./checkAccessibility";
import { freshDataFolder } from "./FacetApp";
import { seedChats } from "./seedChats";
import { expect, test } from "./test";

const ANSWER = `# A heading

A paragraph with **bold**, *italic*, \`code\` and [a link](https://example.com/).

- one
- two
  1. nested

- [x] done
- [ ] open

| Name | Count |
|---|--:|
| apples | 3 |

\`\`\`python
def greet(name: str) -> str:
    # says hello
    return f"Hello, {name}"  # 42
\`\`\`

> A quotation.

---

The end.`;

const PARTS: MessagePart[] = [
  { kind: "thought", text: "I need the **weather** there.", durationMs: 2_400 },
  { kind: "text", text: "Let me look." },
  { kind: "tool-call", callId: "1", name: "get_weather", arguments: '{"city": "Paris", "days": 3}' },
];

for (const theme of ["light", "dark"] as const) {
  const tag = theme === "dark" ? "@slow" : [];

  test(`no serious violation on any screen, ${theme}`, { tag }, async ({ launch }) => {
    const dataFolder = await freshDataFolder();
    await seedChats(dataFolder, [
      {
        title: "Another chat",
        messages: [
          { role: "user", text: "Hi" },
          { role: "assistant", text: "Hello." },
        ],
      },
      {
        title: "Weather",
        messages: [
          { role: "user", text: "Do I need an umbrella?" },
          { role: "assistant", parts: PARTS },
        ],
      },
      {
        title: "Formats",
        messages: [
          { role: "user", text: "Show me formats" },
          { role: "assistant", text: ANSWER },
        ],
      },
    ]);
    const app = await launch({ dataFolder });
    const { window } = app;
    await window.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
    const chat = new ChatWindow(window);
    await chat.waitUntilReady();
    await expect(window.locator("html")).toHaveAttribute("data-theme", theme);
    await check(window, `${theme}: new chat`);

    await chat.openChat("Formats");
    await expect(chat.answers).toHaveCount(1);
    await check(window, `${theme}: conversation`);

    await chat.openChat("Weather");
    await chat.conversation.getByRole("button", { name: "Thought for 2 s" }).click();
    await chat.conversation.getByRole("button", { name: /^Tool call: get_weather/ }).click();
    await expect(chat.conversation.getByRole("textbox", { name: "Result of get_weather" })).toBeVisible();
    await check(window, `${theme}: a thought and a tool call`);

    await chat.openSettingsPanel();
    await chat.sidePanel.getByRole("button", { name: "Advanced" }).click();
    await check(window, `${theme}: side panel`);
    await chat.closeSettingsPanel();

    for (const [keys, name] of [
      ["Control+k", "search"],
      ["Control+/", "shortcuts"],
      ["Control+,", "settings"],
    ] as const) {
      await window.keyboard.press(keys);
      await expect(window.getByRole("dialog")).toBeVisible();
      await check(window, `${theme}: ${name}`);
      await window.keyboard.press("Escape");
      await expect(window.getByRole("dialog")).toBeHidden();
    }
    await chat.modelButton.click();
    await expect(window.getByRole("menu")).toBeVisible();
    await check(window, `${theme}: model menu`);
    await window.keyboard.press("Escape");

    await chat.deleteChat("Another chat");
    await expect(window.getByRole("button", { name: "Undo" })).toBeVisible();
    await check(window, `${theme}: notice`);
  });

  test(`no serious violation on the first screen without a model, ${theme}`, { tag }, async ({ launch }) => {
    const app = await launch({ starterModel: false, env: { HF_ENDPOINT: "http://127.0.0.1:9", PIP_NO_INDEX: "1" } });
    await app.window.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
    await expect(app.window.getByRole("button", { name: "Try again" })).toBeVisible({ timeout: 60_000 });
    await check(app.window, `${theme}: first screen`);
  });
}

test("a small window: all is reachable, nothing overflows", async ({ launch }) => {
  const dataFolder = await freshDataFolder();
  await seedChats(dataFolder, [
    {
      title: "Formats",
      messages: [
        { role: "user", text: "Show me formats" },
        { role: "assistant", text: ANSWER },
      ],
    },
  ]);
  const app = await launch({ dataFolder });
  await app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.setContentSize(480, 600));
  const chat = new ChatWindow(app.window);
  await expect.poll(() => app.window.evaluate(() => [innerWidth, innerHeight])).toEqual([480, 600]);
  await chat.waitUntilReady();
  // The sidebar lies over the conversation here, and goes away when it has served.
  await app.window.getByRole("button", { name: "Show sidebar" }).click();
  await check(app.window, "small window, sidebar");
  await chat.chatEntry("Formats").click();
  await expect(chat.chatList).toBeHidden();
  await expect(chat.answers).toHaveCount(1);
  await expect(chat.composer).toBeInViewport({ ratio: 1 });
  await expect(chat.engineBar).toBeInViewport();
  expect(await app.window.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(480);
  await check(app.window, "small window");
  await chat.limitAnswers(8);
  await chat.ask("Say hello.");
});
