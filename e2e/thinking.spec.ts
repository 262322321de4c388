// Models that think and call tools, in the real app: their thoughts live and afterwards, "Answer now", thinking on and off, results of tools.
// The model writes a script token by token, with Qwen3's template and special tokens.
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { connectDatabase } from "../electron/core/chats/database";
import { migration0001 } from "../electron/core/chats/migrations/migration0001";
import { migration0002 } from "../electron/core/chats/migrations/migration0002";
import { readGgufHeader } from "../electron/engine/gguf/readGgufHeader";
import { dataPaths } from "../electron/core/dataFolder";
import type { ChangedMatrix } from "../electron/testing/deltaGguf";
import { tools } from "../electron/testing/families";
import { qwen3 } from "../electron/testing/families/modelFamilies";
import { writeScriptedModel } from "../electron/testing/scriptedModel";
import { addFineTune } from "./addFineTune";
import { ChatWindow } from "./ChatWindow";
import { checkAccessibility } from "./checkAccessibility";
import { freshDataFolder, type FacetApp, type LaunchOptions } from "./FacetApp";
import { expect, sharedApp, test } from "./test";

/** Long enough to press a button in: some seconds for this model. */
const COUNTED = 2000;
const counting = Array.from({ length: COUNTED }, (_, index) => [
  ` ${index + 1}`,
  ...(index % 10 === 9 ? ["\n"] : []),
]).flat();
const ANSWER = "That is 42.";
const AFTER_RESULT = "Take a hat.";

let folder: string;
let model: string;

test.beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "facet-e2e-thinking-"));
  model = path.join(folder, "thinker.gguf");
  await writeScriptedModel(model, {
    ...qwen3,
    name: "Thinker",
    // After a thought that is closed already, the answer follows.
    generationPrompt: "<|im_start|>assistant\n",
    script: ["<think>", "\n", "I", " count", ":", ...counting, "</think>", "\n\n", "That", " is", " 42", "."],
    scripts: {
      weather: [
        "<think>",
        "\n",
        "I",
        " look",
        " it",
        " up",
        ".",
        "\n",
        "</think>",
        "\n\n",
        "<tool_call>",
        "\n",
        '{"name"',
        ': "get',
        "_weather",
        '", "arguments"',
        ': {"city"',
        ': "Paris',
        '", "days"',
        ": 3",
        "}}",
        "\n",
        "</tool_call>",
      ],
      sunny: ["<think>", "\n", "So", " it", " stays", ".", "\n", "</think>", "\n\n", "Take", " a", " hat", "."],
    },
  });
});
test.afterAll(() => rm(folder, { recursive: true }));

class ThinkingWindow extends ChatWindow {
  readonly answerNow = this.page.getByRole("button", { name: "Answer now" });
  readonly thinking = this.page.getByRole("button", { name: "Thinking", exact: true });
  readonly thoughts = this.conversation.getByRole("button", { name: /^Thought/ });
  readonly thinkingSwitch = this.page.getByRole("switch", { name: "Thinking" });
  readonly toolCall = this.conversation.getByRole("button", { name: /^Tool call: get_weather/ });
  readonly resultField = this.conversation.getByRole("textbox", { name: "Result of get_weather" });
  readonly result = this.conversation.getByRole("button", { name: /^Result of get_weather/ });
}

interface Launched {
  app: FacetApp;
  chat: ThinkingWindow;
}

/** The second time, the app knows its model by itself. */
async function launched(
  launch: (options: LaunchOptions) => Promise<FacetApp>,
  dataFolder: string,
  isFirst: boolean,
): Promise<Launched> {
  const app = await launch({ dataFolder, starterModel: false, ...(isFirst ? { args: [model] } : {}) });
  const chat = new ThinkingWindow(app.window);
  await chat.waitUntilReady();
  return { app, chat };
}

test("a thought is shown live, ends on Answer now, and is there again after a restart", async ({ launch }) => {
  const dataFolder = await freshDataFolder();
  const { app, chat } = await launched(launch, dataFolder, true);
  await chat.send("What is six times seven?");
  await expect(chat.thinking).toContainText(/Thinking · [1-9]\d* s/);
  await expect(chat.thinking).toHaveAttribute("aria-expanded", "false");
  await chat.thinking.press("Enter");
  await expect(chat.lastAnswer).toContainText("I count: 1 2 3");
  await chat.thinking.press("Enter");
  await expect(chat.lastAnswer).not.toContainText("I count");

  await chat.answerNow.click();
  await expect.poll(() => chat.lastAnswerText(), { timeout: 10_000 }).toBe(ANSWER);
  await chat.waitUntilWritten();
  await expect(chat.answerNow).toBeHidden();
  await expect(chat.thoughts).toHaveText(/^Thought for \d+ s$/);
  // What was thought until then stays; it did not come to its end.
  await chat.thoughts.click();
  await expect(chat.lastAnswer).toContainText("I count: 1 2 3");
  await expect(chat.lastAnswer).not.toContainText(` ${COUNTED}`);
  await chat.thoughts.click();

  // Copied and read out is the answer alone.
  await chat.lastAnswer.getByRole("button", { name: "Copy answer" }).click();
  await expect.poll(() => app.electron.evaluate(({ clipboard }) => clipboard.readText())).toBe(ANSWER);
  await expect(app.window.locator('[aria-live="polite"]').filter({ hasText: "Answer:" })).toHaveText(
    `Answer: ${ANSWER}`,
  );

  // The same by the keyboard, from the message field.
  await chat.send("And again?");
  await expect(chat.thinking).toBeVisible();
  await expect(chat.composer).toBeFocused();
  await app.window.keyboard.press("Control+Shift+a");
  await expect.poll(() => chat.lastAnswerText(), { timeout: 10_000 }).toBe(ANSWER);
  await chat.waitUntilWritten();

  const shown = await chat.thoughts.allInnerTexts();
  expect(shown).toHaveLength(2);
  await app.close();
  const { chat: again } = await launched(launch, dataFolder, false);
  await again.openChat(/six times seven/);
  await expect(again.thoughts).toHaveText(shown);
  expect(await again.lastAnswerText()).toBe(ANSWER);
});

test.describe("in chats of one app", () => {
  const shared = sharedApp(() => ({ starterModel: false, args: [model] }));

  async function newChat(): Promise<ThinkingWindow> {
    const chat = new ThinkingWindow(shared().window);
    await chat.waitUntilReady();
    await chat.startChat();
    return chat;
  }

  test("thinking is switched off for the chat, and on for one answer", async () => {
    const chat = await newChat();
    await expect(chat.thinkingSwitch).toBeChecked();
    await chat.thinkingSwitch.click();
    expect(await chat.ask("What is six times seven?")).toBe(ANSWER);
    await expect(chat.thoughts).toHaveCount(0);

    await chat.lastAnswer.getByRole("button", { name: "Try with…" }).click();
    await chat.page.getByRole("menuitem", { name: "Thinking", exact: true }).click();
    await expect(chat.answerNow).toBeVisible();
    await chat.answerNow.click();
    await chat.waitUntilWritten();
    await expect(chat.thoughts).toHaveCount(1);
    expect(await chat.lastAnswerText()).toBe(ANSWER);

    // The chat's own choice is as it was.
    await expect(chat.thinkingSwitch).not.toBeChecked();
    await chat.openSettingsPanel();
    await expect(chat.sidePanel.getByRole("radio", { name: "Off", exact: true })).toBeChecked();
    await chat.sidePanel.getByText("Default (on)").click();
    await expect(chat.thinkingSwitch).toBeChecked();
    await chat.closeSettingsPanel();
  });

  test("a budget ends the thought by itself", async () => {
    const chat = await newChat();
    await chat.openSettingsPanel();
    const budget = chat.sidePanel.getByRole("textbox", { name: "Budget, tokens" });
    await budget.fill("40");
    await budget.press("Enter");
    await chat.closeSettingsPanel();
    expect(await chat.ask("What is six times seven?")).toBe(ANSWER);
    await chat.thoughts.click();
    await expect(chat.lastAnswer).toContainText("I count: 1 2 3");
    await expect(chat.lastAnswer).not.toContainText("100");
  });

  test("no serious violation while it thinks, light and dark", async () => {
    const chat = await newChat();
    for (const theme of ["light", "dark"] as const) {
      await chat.page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
      await chat.send("What is six times seven?");
      await expect(chat.answerNow).toBeVisible();
      await chat.thinking.click();
      await checkAccessibility(chat.page, `${theme}: while it thinks`);
      await chat.page.keyboard.press("Control+Shift+a");
      await chat.waitUntilWritten();
      await checkAccessibility(chat.page, `${theme}: with its thought open`);
    }
  });
});

test("a tool is called, its result is typed, and the model goes on", async ({ launch }) => {
  const dataFolder = await freshDataFolder();
  const { app, chat } = await launched(launch, dataFolder, true);
  await chat.openSettingsPanel();
  await chat.sidePanel.getByRole("button", { name: "Advanced" }).click();
  const list = chat.sidePanel.getByRole("textbox", { name: "Tools" });
  await list.fill(JSON.stringify(tools[0].function));
  await expect(list).toHaveAttribute("aria-invalid", "true");
  await expect(chat.sidePanel).toContainText(
    "Tools must be a list. Put [ ] around them. Until then, no tools are used.",
  );
  await list.fill(JSON.stringify(tools));
  await expect(chat.sidePanel).toContainText("2 tools: get_weather and get_time.");
  await checkAccessibility(app.window, "tools");
  await chat.closeSettingsPanel();

  await chat.send("How is the weather?");
  await chat.waitUntilWritten();
  await expect(chat.toolCall).toContainText('get_weather{"city":');
  await chat.toolCall.click();
  await expect(chat.conversation.getByRole("region", { name: "Code, json" })).toHaveText(
    '{\n  "city": "Paris",\n  "days": 3\n}',
  );
  await checkAccessibility(app.window, "a tool call");
  await chat.resultField.fill("It is sunny.");
  await chat.resultField.press("Enter");
  await expect(chat.resultField).toBeHidden();
  await expect(chat.result).toContainText("It is sunny.");
  await expect.poll(() => chat.lastAnswerText(), { timeout: 30_000 }).toBe(AFTER_RESULT);
  await chat.waitUntilWritten();
  await expect(chat.thoughts).toHaveCount(2);

  await app.close();
  const { chat: again } = await launched(launch, dataFolder, false);
  await again.openChat(/weather/);
  await expect(again.toolCall).toBeVisible();
  await expect(again.result).toContainText("It is sunny.");
  await again.result.click();
  await expect(again.conversation.getByRole("region", { name: "Code" })).toHaveText("It is sunny.");
  expect(await again.lastAnswerText()).toBe(AFTER_RESULT);
  await expect(again.resultField).toBeHidden();
});

test("side by side, each answer has its thought, and Answer now ends the one that is written", async ({
  launch,
  allowProblems,
}) => {
  // The engine tries adapters with one of its own, which changes nothing of a scripted answer.
  allowProblems(/an adapter at scale 1 changed nothing/);
  const { app, chat } = await launched(launch, await freshDataFolder(), true);
  await addFineTune(app, folder, "Twin", 1, { matrices: [await matrixOf("blk.0.attn_q.weight")], strength: 0 });
  await expect(app.window.getByRole("button", { name: "Twin" })).toBeVisible();
  // Only when the fine-tune has been matched with the model.
  await expect(app.window.getByRole("button", { name: "Side by side", exact: true })).toBeEnabled();
  await app.window.keyboard.press("Control+Shift+s");
  await expect(
    app.window.getByRole("group", { name: "Side by side", exact: true }).getByRole("button", { name: /Twin/ }),
  ).toBeVisible();
  await chat.send("What is six times seven?");
  for (const name of ["Base", "Twin"]) {
    const column = chat.conversation.getByRole("region", { name, exact: true });
    const answerNow = column.getByRole("button", { name: "Answer now" });
    await expect(answerNow).toBeVisible();
    await expect(chat.answerNow).toHaveCount(1);
    await answerNow.click();
    await expect(column).toContainText(ANSWER);
    await expect(column.getByRole("button", { name: /^Thought for/ })).toBeVisible();
  }
  await chat.waitUntilWritten();
});

test("thoughts of chats from before are shown as thoughts, and opening one at the end leaves its line in place", async ({
  launch,
}) => {
  const dataFolder = await freshDataFolder();
  const old = "They greet me, so I greet back.\n\n".repeat(60);
  await writeOldChat(dataFolder, `<think>\n${old}</think>\n\nHello.`);
  const app = await launch({ dataFolder });
  const chat = new ThinkingWindow(app.window);
  await chat.openChat("Old chat");
  await expect(chat.thoughts).toHaveText("Thought");
  expect(await chat.lastAnswerText()).toBe("Hello.");
  await expect(chat.lastAnswer).not.toContainText("They greet me");
  const before = await chat.thoughts.boundingBox();
  await chat.thoughts.click();
  await expect(chat.lastAnswer).toContainText("They greet me");
  await expect(app.window.getByRole("button", { name: "Jump to latest" })).toBeVisible();
  expect((await chat.thoughts.boundingBox())?.y).toBe(before?.y);
});

async function matrixOf(name: string): Promise<ChangedMatrix> {
  const bytes = await readFile(model);
  const header = await readGgufHeader({
    sizeBytes: bytes.length,
    read: (offset, length) => Promise.resolve(bytes.subarray(offset, offset + length)),
  });
  const tensor = header.ok ? header.value.tensors.find((one) => one.name === name) : undefined;
  const [columns, rows] = tensor?.dimensions ?? [];
  if (columns === undefined || rows === undefined) throw new Error(`The model has no matrix ${name}`);
  return { name, columns, rows };
}

/** A chat as version 2 of the database had it: an answer was one text, its thought in tags at the start. */
async function writeOldChat(dataFolder: string, answer: string): Promise<void> {
  const file = dataPaths(dataFolder).database;
  await mkdir(path.dirname(file), { recursive: true });
  const old = connectDatabase(file);
  old.execute(migration0001);
  old.execute(migration0002);
  old.execute("PRAGMA user_version = 2");
  old.transaction(() => {
    old.run(
      "INSERT INTO chats (id, title, created_at_ms, last_used_at_ms, leaf_id, settings) VALUES ('c', 'Old chat', 1, 2, 'a', '{}')",
    );
    const add =
      "INSERT INTO messages (id, chat_id, parent_id, role, text, created_at_ms, state) VALUES (?, 'c', ?, ?, ?, ?, 'complete')";
    old.run(add, "q", null, "user", "Hi", 1);
    old.run(add, "a", "q", "assistant", answer, 2);
  });
  old.close();
}
