// One question to several fine-tunes at once, in the real app on the real model with real LoRA files: asked, streamed, stopped, failed in one
// column only, gone on with, and there again after a restart.
import { mkdtemp, rename, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type { Locator } from "@playwright/test";
import { textOf } from "../electron/contract/parts";
import { dataPaths } from "../electron/core/dataFolder";
import { addFineTune } from "./addFineTune";
import { ANSWER_TIMEOUT_MS, ANSWER_WORDS, ChatWindow } from "./ChatWindow";
import { checkAccessibility } from "./checkAccessibility";
import type { FacetApp } from "./FacetApp";
import { expect, test } from "./test";

const QUESTION = "Name a colour, an animal and a place by the sea, and say a few words about each of them.";
const TOGGLE = "Control+Shift+s";
let folder: string;

test.beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "facet-e2e-compare-"));
});
test.afterAll(() => rm(folder, { recursive: true }));

/** The columns of the newest comparison. */
class Columns {
  readonly row: Locator;
  readonly choices: Locator;

  constructor(chat: ChatWindow) {
    this.row = chat.conversation.getByRole("region", { name: /^Side by side:/ }).last();
    this.choices = chat.page.getByRole("group", { name: "Side by side", exact: true });
  }

  get all(): Locator {
    return this.row.getByRole("region");
  }

  get names(): Locator {
    return this.all.locator("header").getByRole("heading");
  }

  column(name: string): Locator {
    return this.row.getByRole("region", { name, exact: true });
  }

  async words(name: string): Promise<string> {
    return (await this.column(name).locator(ANSWER_WORDS).allInnerTexts()).join("\n").trim();
  }

  async waitForWords(name: string): Promise<void> {
    await expect
      .poll(async () => (await this.words(name)).length, { timeout: ANSWER_TIMEOUT_MS, intervals: [50] })
      .toBeGreaterThan(10);
  }

  async allWords(): Promise<string[]> {
    const names = await this.names.allInnerTexts();
    return Promise.all(names.map((name) => this.words(name)));
  }
}

/** Marks of Markdown come and go. */
const letters = (text: string) => text.replaceAll(/[^a-z]/giu, "");

/** Everything that each column of the newest comparison showed while it was written, letters only. */
async function recordColumns({ page }: ChatWindow): Promise<() => Promise<Record<string, string[]>>> {
  await page.evaluate((words) => {
    const seen: Record<string, string[]> = {};
    Reflect.set(window, "seenInColumns", seen);
    new MutationObserver(() => {
      for (const column of [...document.querySelectorAll('section[aria-label^="Side by side:"]')]
        .at(-1)
        ?.querySelectorAll("section") ?? []) {
        const name = column.querySelector("h3")?.textContent ?? "";
        const text = (column.querySelector(words)?.textContent ?? "").replaceAll(/[^a-z]/giu, "");
        const texts = (seen[name] ??= []);
        if (texts.at(-1) !== text) texts.push(text);
      }
    }).observe(document.body, { subtree: true, childList: true, characterData: true });
  }, ANSWER_WORDS);
  return () => page.evaluate(() => Reflect.get(window, "seenInColumns") as Record<string, string[]>);
}

/** The only chat, as main has it. */
async function openedChat(app: FacetApp) {
  const snapshot = await app.window.evaluate(() => window.facet.call["app.snapshot"](undefined));
  if (!snapshot.ok) throw new Error("no snapshot");
  const chatId = snapshot.value.chats[0]!.id;
  const open = await app.window.evaluate((id) => window.facet.call["chats.open"]({ chatId: id }), chatId);
  if (!open.ok) throw new Error("the chat was not opened");
  return open.value;
}

test(
  "ask three and two at once, go on with one, and find all of it after a restart",
  { tag: "@slow" },
  async ({ launch }) => {
    const app = await launch();
    const { keyboard } = app.window;
    const chat = new ChatWindow(app.window);
    const columns = new Columns(chat);
    await chat.waitUntilReady();

    // Nothing to compare: it says so, where it is looked for and where it is asked for.
    await expect(app.window.getByRole("button", { name: /^Side by side compares fine-tunes/ })).toHaveAttribute(
      "aria-disabled",
      "true",
    );
    await keyboard.press(TOGGLE);
    await expect(app.window.getByText(/^Side by side compares fine-tunes/).first()).toBeVisible();
    await expect(columns.choices).toBeHidden();

    await addFineTune(app, folder, "SQL", 1);
    await addFineTune(app, folder, "Plain words", 2);
    await chat.startChat({ maxTokens: 40, seed: 7 });
    await keyboard.press(TOGGLE);
    await expect(app.window.getByRole("button", { name: "Side by side", exact: true })).toHaveAttribute(
      "aria-pressed",
      "true",
    );
    await expect(chat.composer).toHaveAttribute("placeholder", "Ask both");
    await expect(chat.composer).toBeFocused();
    await expect(columns.choices.getByRole("button", { name: /^Column/ })).toHaveText([/Base/, /Plain words/]);

    // By keyboard alone: a third column, and a weaker fine-tune in it.
    await columns.choices.getByRole("button", { name: "Add a column" }).press("Enter");
    await expect(chat.composer).toHaveAttribute("placeholder", "Ask all three");
    const third = columns.choices.getByRole("button", { name: /^Column 3:/ });
    await third.press("Enter");
    await expect(app.window.getByRole("radio", { name: /SQL/ })).toBeChecked();
    await expect(app.window.getByRole("radio", { name: /Base/ })).toBeDisabled();
    await checkAccessibility(app.window, "the menu of a column");
    await app.window.getByRole("textbox", { name: "Strength" }).fill("0.8");
    await keyboard.press("Enter");
    await keyboard.press("Escape");
    await expect(third).toHaveText(/SQL.*LoRA 0\.8/);

    // It is the chat's own, also after a look at another page.
    await keyboard.press("Control+Shift+m");
    await expect(chat.composer).toBeHidden();
    await chat.page.getByRole("navigation", { name: "Chats" }).waitFor();
    await keyboard.press("Control+l");
    await expect(columns.choices).toBeVisible();

    const seen = await recordColumns(chat);
    await chat.send(QUESTION);
    await expect(columns.names).toHaveText(["Base", "Plain words", "SQL"]);
    await expect(columns.column("SQL")).toContainText("Waiting for Base");
    await chat.waitUntilWritten();
    const words = await columns.allWords();
    expect(new Set(words).size).toBe(3);
    for (const [index, [name, texts]] of Object.entries(await seen()).entries()) {
      const last = texts.at(-1)!;
      expect(last, name).toBe(letters(words[index]!));
      expect(texts.length, `${name} was seen growing`).toBeGreaterThan(4);
      // Each token went to its own column, and nothing that was there went away again.
      for (const [at, text] of texts.entries()) {
        expect(last.startsWith(text), `${name}: ${text}`).toBe(true);
        expect(text.length, name).toBeGreaterThanOrEqual(texts[at - 1]?.length ?? 0);
      }
    }
    await expect(columns.column("Base")).toContainText(/SmolLM2.*tokens\/s/s);
    await expect(columns.column("SQL")).toContainText(/LoRA 0\.8 · \d.*tokens\/s/s);
    await expect(columns.column("Base")).toContainText("continues here");
    for (const colorScheme of ["light", "dark"] as const) {
      await app.window.emulateMedia({ colorScheme });
      await checkAccessibility(app.window, `three answers side by side, ${colorScheme}`);
    }

    // Two of them are asked again, and all see what the first one said.
    await columns.choices.getByRole("button", { name: "Remove column 3" }).click();
    await chat.send("And now something about the moon.");
    await expect(columns.names).toHaveText(["Base", "Plain words"]);
    await chat.waitUntilWritten();
    const first = (await openedChat(app)).messages[1]!;
    expect(first.stack).toEqual([]);
    expect(letters(textOf(first.parts))).toContain(letters(words[0]!.slice(0, 30)));

    await columns.column("Plain words").getByRole("button", { name: "Continue with Plain words" }).press("Enter");
    await expect(columns.choices).toBeHidden();
    await expect(chat.composer).toBeFocused();
    await expect(columns.column("Plain words")).toContainText("continues here");
    await chat.ask("Go on.");
    const {
      messages,
      compared,
      chat: { stack },
    } = await openedChat(app);
    expect(stack).toMatchObject([{ name: "Plain words" }]);
    expect(messages.map((message) => message.stack.map(({ name }) => name))).toEqual([
      [],
      [],
      [],
      ["Plain words"],
      [],
      ["Plain words"],
    ]);
    expect(compared.map((message) => message.stack.map(({ name }) => name))).toEqual([["Plain words"], ["SQL"], []]);
    const moon = await columns.allWords();
    await app.close();

    const after = await launch({ dataFolder: app.dataFolder });
    const chatAfter = new ChatWindow(after.window);
    await chatAfter.openChat(/Name a colour/);
    const again = new Columns(chatAfter);
    await expect(again.names).toHaveText(["Base", "Plain words"]);
    expect(await again.allWords()).toEqual(moon);
    await expect(
      chatAfter.conversation.getByRole("region", { name: "Side by side: Base, Plain words and SQL 0.8" }),
    ).toBeVisible();
    // What was asked side by side is one row; what followed is none of them.
    await expect(chatAfter.lastAnswer.getByRole("region")).toHaveCount(0);

    // Said differently, the question is answered by both again.
    await chatAfter.waitUntilReady();
    const question = chatAfter.questions.filter({ hasText: "about the moon" });
    await question.hover();
    await question.getByRole("button", { name: "Edit message" }).click();
    await after.window.getByRole("textbox", { name: "Edited message" }).fill("And now something about the sun.");
    await after.window.keyboard.press("Enter");
    await expect(chatAfter.questions.last()).toContainText("about the sun");
    await chatAfter.waitUntilWritten();
    await expect(again.names).toHaveText(["Base", "Plain words"]);
    expect(await again.allWords()).not.toEqual(moon);
    await expect(chatAfter.questions.last()).toContainText("2 / 2");
  },
);

test(
  "stopping one and stopping all, a failure in one column only, and trying that again in its place",
  { tag: "@slow" },
  async ({ launch }) => {
    const app = await launch();
    const chat = new ChatWindow(app.window);
    const columns = new Columns(chat);
    await chat.waitUntilReady();
    const sql = await addFineTune(app, folder, "SQL", 1);
    await addFineTune(app, folder, "Plain words", 2);
    await app.window.keyboard.press(TOGGLE);
    await columns.choices.getByRole("button", { name: "Add a column" }).click();

    await chat.send(QUESTION);
    await columns.waitForWords("Base");
    await columns.column("Base").getByRole("button", { name: "Stop Base" }).click();
    await expect(columns.column("Base")).toContainText("Stopped");
    await columns.waitForWords("Plain words");
    await chat.composer.press("Escape");
    await chat.waitUntilWritten();
    await expect(columns.column("Plain words")).toContainText("Stopped");
    await expect(columns.column("SQL")).toContainText("Stopped before the first word");
    expect(await columns.words("Base")).not.toBe("");

    // The file of one goes away while the app is open.
    await chat.limitAnswers(16);
    const file = path.join(dataPaths(app.dataFolder).deltas, `${sql.id}.gguf`);
    await rename(file, `${file}.away`);
    await chat.send("And now something about the moon.");
    await expect(columns.column("SQL").getByRole("button", { name: "Try again" })).toBeEnabled({
      timeout: ANSWER_TIMEOUT_MS,
    });
    await chat.waitUntilWritten();
    expect(await columns.words("SQL")).toBe("");
    for (const name of ["Base", "Plain words"]) {
      expect(await columns.words(name)).not.toBe("");
      await expect(columns.column(name).getByRole("button", { name: "Try again" })).toHaveCount(0);
    }
    await checkAccessibility(app.window, "answers side by side, one of which failed");

    await rename(`${file}.away`, file);
    await columns.column("SQL").getByRole("button", { name: "Try again" }).press("Enter");
    await columns.waitForWords("SQL");
    await chat.waitUntilWritten();
    await expect(columns.names).toHaveText(["Base", "Plain words", "SQL"]);
    await expect(columns.column("SQL")).toContainText("2 / 2");
    await expect(columns.column("Base")).toContainText("continues here");
  },
);
