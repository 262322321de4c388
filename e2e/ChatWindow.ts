// What a user sees and does in the window, in their words: the only file of the tests that knows roles and names on screen.
import { expect, type Locator, type Page } from "@playwright/test";

/** The real model on two idle cores answers a short question within seconds; busy ones need this. */
export const ANSWER_TIMEOUT_MS = 120_000;

/** The words of an answer: the class that CSS modules make of `.markdown`. There is no role for "what the model said". */
export const ANSWER_WORDS = '[class*="_markdown_"]';

export interface StopTimes {
  /** From the click to the last change of the answer's text; 0 when none came after it. */
  lastTextMs: number;
  /** From the click to the engine being ready for the next request. */
  readyMs: number;
}

export class ChatWindow {
  readonly page: Page;
  readonly composer: Locator;
  readonly stopButton: Locator;
  readonly engineStatus: Locator;
  /** The line at the bottom. */
  readonly engineBar: Locator;
  readonly modelButton: Locator;
  readonly chatList: Locator;
  readonly conversation: Locator;
  readonly sidePanel: Locator;

  constructor(page: Page) {
    this.page = page;
    this.composer = page.getByRole("textbox", { name: "Message", exact: true });
    this.stopButton = page.getByRole("button", { name: "Stop", exact: true });
    this.engineStatus = page.getByRole("status", { name: "Engine" });
    this.engineBar = page.getByRole("contentinfo", { name: "Status" });
    this.modelButton = page.getByRole("button", { name: /^Model:/ });
    this.chatList = page.getByRole("navigation", { name: "Chats" });
    this.conversation = page.getByRole("feed", { name: "Messages" });
    this.sidePanel = page.getByRole("complementary", { name: "Chat settings" });
  }

  get answers(): Locator {
    return this.conversation
      .getByRole("article")
      .filter({ hasNot: this.page.getByRole("heading", { name: "You", exact: true }) });
  }

  get questions(): Locator {
    return this.conversation.getByRole("article", { name: "You", exact: true });
  }

  get lastAnswer(): Locator {
    return this.answers.last();
  }

  /** The words of the last answer, without the line of facts and buttons below them. */
  async lastAnswerText(): Promise<string> {
    return ((await this.lastAnswer.locator(ANSWER_WORDS).allInnerTexts()).at(-1) ?? "").trim();
  }

  chatEntry(title: string | RegExp): Locator {
    return this.chatList
      .getByRole("button", typeof title === "string" ? { name: title, exact: true } : { name: title })
      .first();
  }

  /** Titles in the sidebar, top to bottom. */
  async chatTitles(): Promise<string[]> {
    return this.chatList.getByRole("listitem").getByRole("button").filter({ hasText: /\S/ }).allInnerTexts();
  }

  async waitUntilReady(): Promise<void> {
    await expect(this.engineStatus).toHaveText("Ready", { timeout: ANSWER_TIMEOUT_MS });
  }

  async waitForText(characters: number): Promise<void> {
    await expect(async () => expect((await this.lastAnswerText()).length).toBeGreaterThanOrEqual(characters)).toPass({
      timeout: ANSWER_TIMEOUT_MS,
      intervals: [50],
    });
  }

  async send(text: string): Promise<void> {
    await this.composer.fill(text);
    await this.composer.press("Enter");
  }

  async waitUntilWritten(): Promise<void> {
    await expect(this.stopButton).toBeHidden({ timeout: ANSWER_TIMEOUT_MS });
    await this.waitUntilReady();
  }

  /** Sends, waits for the whole answer and returns its words. */
  async ask(text: string): Promise<string> {
    await this.send(text);
    await expect(this.questions.filter({ hasText: text.slice(0, 60) }).last()).toBeVisible();
    await expect(this.composer).toHaveValue("");
    await this.waitUntilWritten();
    return this.lastAnswerText();
  }

  async openChat(title: string | RegExp): Promise<void> {
    await this.chatEntry(title).click();
    await expect(this.chatEntry(title)).toHaveAttribute("aria-current", "page");
  }

  /** A new chat whose settings are changed before its first message. */
  async startChat(settings: { maxTokens?: number; seed?: number; systemPrompt?: string } = {}): Promise<void> {
    const { maxTokens, seed, systemPrompt } = settings;
    await this.page.keyboard.press("Control+n");
    await expect(this.answers).toHaveCount(0);
    if (Object.keys(settings).length === 0) return;
    await this.openSettingsPanel();
    if (maxTokens !== undefined) await this.fillSetting("Longest answer, tokens", maxTokens);
    if (seed !== undefined) await this.fillSetting("Seed", seed);
    if (systemPrompt !== undefined)
      await this.sidePanel.getByRole("textbox", { name: "System prompt" }).fill(systemPrompt);
    await this.closeSettingsPanel();
  }

  /** Short answers in the open chat, where their length does not matter. */
  async limitAnswers(maxTokens: number): Promise<void> {
    await this.openSettingsPanel();
    await this.fillSetting("Longest answer, tokens", maxTokens);
    await this.closeSettingsPanel();
  }

  private async fillSetting(name: string, value: number): Promise<void> {
    const field = this.sidePanel.getByRole("textbox", { name, exact: true });
    await field.fill(String(value));
    await field.press("Enter");
  }

  async openSettingsPanel(): Promise<void> {
    if (await this.sidePanel.isVisible()) return;
    await this.page.keyboard.press("Control+.");
    await expect(this.sidePanel).toBeVisible();
  }

  async closeSettingsPanel(): Promise<void> {
    await this.page.keyboard.press("Control+.");
    await expect(this.sidePanel).toBeHidden();
  }

  async renameChat(title: string | RegExp, newTitle: string): Promise<void> {
    await this.chatEntry(title).focus();
    await this.page.keyboard.press("F2");
    const field = this.page.getByRole("textbox", { name: "Title of the chat" });
    await field.fill(newTitle);
    await field.press("Enter");
  }

  async deleteChat(title: string): Promise<void> {
    await this.chatEntry(title).click({ button: "right" });
    await this.page.getByRole("menuitem", { name: "Delete" }).click();
  }

  async chooseModel(name: RegExp): Promise<void> {
    await this.modelButton.click();
    await this.page.getByRole("menuitemradio", { name }).or(this.page.getByRole("menuitem", { name })).first().click();
  }

  /** Clicks Stop; both times are taken in the page, so that the test's own way to it does not count. */
  async measureStop(): Promise<StopTimes> {
    await this.page.evaluate((words) => {
      const times = { clickedAtMs: 0, lastTextAtMs: 0, readyAtMs: 0 };
      Reflect.set(window, "stopTimes", times);
      addEventListener(
        "click",
        () => {
          times.clickedAtMs = performance.now();
        },
        { capture: true, once: true },
      );
      let length = -1;
      const look = () => {
        const now = performance.now();
        const text = [...document.querySelectorAll(words)].at(-1)?.textContent ?? "";
        if (text.length !== length) {
          length = text.length;
          times.lastTextAtMs = now;
        }
        if (
          times.clickedAtMs > 0 &&
          times.readyAtMs === 0 &&
          document.querySelector('[aria-label="Engine"]')?.textContent === "Ready"
        )
          times.readyAtMs = now;
      };
      new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
    }, ANSWER_WORDS);
    await this.stopButton.click();
    await this.waitUntilWritten();
    // Text that comes late would come now.
    await this.page.waitForTimeout(500);
    return this.page.evaluate(() => {
      const times: { clickedAtMs: number; lastTextAtMs: number; readyAtMs: number } = Reflect.get(window, "stopTimes");
      return {
        lastTextMs: Math.max(0, times.lastTextAtMs - times.clickedAtMs),
        readyMs: times.readyAtMs - times.clickedAtMs,
      };
    });
  }
}
