// The Fine-tunes page in a user's words: the only file of the tests that knows its roles and names.
import { type Locator, type Page } from "@playwright/test";

export class FineTunesWindow {
  readonly page: Page;
  readonly jobs: Locator;
  readonly fineTuneField: Locator;
  readonly baseField: Locator;

  constructor(page: Page) {
    this.page = page;
    this.jobs = page.getByRole("list", { name: "Fine-tunes on their way" });
    this.fineTuneField = page.getByRole("combobox", { name: "Fine-tune", exact: true });
    this.baseField = page.getByRole("combobox", { name: "Its base model", exact: true });
  }

  async open(): Promise<void> {
    await this.page.keyboard.press("Control+Shift+f");
  }

  /** The row of a fine-tune, whatever group it stands in. */
  row(name: string): Locator {
    return this.page
      .getByRole("main")
      .getByRole("listitem")
      .filter({ has: this.page.getByRole("heading", { name, exact: true, level: 3 }) });
  }

  group(name: string | RegExp): Locator {
    return this.page.getByRole("main").getByRole("list", { name });
  }

  async choose(name: string, action: string | RegExp): Promise<void> {
    await this.page.getByRole("button", { name: `More for ${name}`, exact: true }).click();
    await this.page.getByRole("menuitem", { name: action }).click();
  }

  async use(name: string): Promise<void> {
    await this.page.getByRole("button", { name: `Use in chat: ${name}`, exact: true }).click();
  }

  async openMake(): Promise<void> {
    await this.open();
    await this.page.getByRole("button", { name: "Make a delta", exact: true }).click();
  }

  /** Options say "name · type · size". */
  async chooseIn(field: Locator, words: RegExp): Promise<void> {
    const value = await field.locator("option").filter({ hasText: words }).first().getAttribute("value");
    if (value === null) throw new Error(`no model with ${words}`);
    await field.selectOption(value);
  }

  job(name: string): Locator {
    return this.jobs.locator("> li").filter({ hasText: name });
  }
}
