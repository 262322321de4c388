// Answers that are held to a schema or a grammar, and words that are ruled in, as set in the chat's side panel.
import type { Locator } from "@playwright/test";
import { ChatWindow } from "./ChatWindow";
import { checkInBothThemes } from "./checkAccessibility";
import { freshDataFolder } from "./FacetApp";
import { expect, test } from "./test";

class StructureWindow extends ChatWindow {
  readonly jsonSwitch = this.page.getByRole("switch", { name: "Answer in JSON" });
  readonly grammarSwitch = this.page.getByRole("switch", { name: "Answer by grammar" });

  async openAdvanced(): Promise<void> {
    await this.openSettingsPanel();
    const fold = this.sidePanel.getByRole("button", { name: "Advanced" });
    if ((await fold.getAttribute("aria-expanded")) === "false") await fold.click();
  }

  async choose(words: string): Promise<void> {
    await this.sidePanel.getByText(words, { exact: true }).click();
  }

  part(field: string, part: "name" | "type" | "values" | "description" | "required"): Locator {
    return this.sidePanel.getByLabel(`${field}, ${part}`, { exact: true });
  }

  get schemaText(): Locator {
    return this.sidePanel.getByRole("textbox", { name: "JSON schema" });
  }
}

test("an answer by a schema made in the form is JSON with its fields; the switch at the message lets it be free", async ({
  launch,
}) => {
  const dataFolder = await freshDataFolder();
  const app = await launch({ dataFolder });
  const chat = new StructureWindow(app.window);
  await chat.waitUntilReady();
  await chat.limitAnswers(40);
  await chat.openAdvanced();
  await expect(chat.jsonSwitch).toBeHidden();

  await chat.choose("JSON");
  const add = chat.sidePanel.getByRole("button", { name: "Add a field", exact: true });
  await add.press("Enter");
  await expect(chat.part("Field 1", "name")).toBeFocused();
  await app.window.keyboard.type("fresh");
  await chat.part("Field 1", "type").selectOption("Yes or no");
  await expect(chat.jsonSwitch).toBeChecked();
  await add.press("Enter");
  await app.window.keyboard.type("fresh");
  await expect(chat.sidePanel).toContainText(
    "There are two fields named “fresh”. Until then, the previous version is used.",
  );
  await expect(chat.part("Field 2", "name")).toHaveAttribute("aria-invalid", "true");
  await chat.part("Field 2", "name").fill("colour");
  await chat.part("Field 2", "type").selectOption("Choice");
  await expect(chat.sidePanel).toContainText("“colour” needs values to choose from.");
  await chat.part("Field 2", "values").fill("red\ngreen");
  await expect(chat.sidePanel).toContainText("The answer is JSON that follows this schema");

  // By the keyboard, and the focus follows the field.
  await chat.part("Field 2", "name").press("Alt+ArrowUp");
  await expect(chat.part("Field 1", "name")).toHaveValue("colour");
  await expect(chat.part("Field 1", "name")).toBeFocused();
  await checkInBothThemes(app.window, "the form of a schema");

  // As text, in a form again, and as text that the form has no place for.
  await chat.choose("JSON schema");
  const written = await chat.schemaText.inputValue();
  expect(JSON.parse(written)).toEqual({
    type: "object",
    properties: { colour: { type: "string", enum: ["red", "green"] }, fresh: { type: "boolean" } },
    required: ["colour", "fresh"],
  });
  await chat.schemaText.fill(written.replace('"boolean"', '"boolean", "default": true'));
  await expect(chat.sidePanel).toContainText("The form can’t show “default” of “fresh”.");
  await expect(chat.sidePanel.getByRole("radio", { name: "Form" })).toBeDisabled();
  await chat.schemaText.fill(written.replace('"boolean"', '"bool"'));
  await expect(chat.sidePanel).toContainText("In “fresh”: “type” must be one of");
  await chat.schemaText.fill(written);
  await chat.choose("Form");
  await expect(chat.part("Field 1", "values")).toHaveValue("red\ngreen");
  await chat.closeSettingsPanel();

  // Free first: a model that sees JSON above likes to go on with it.
  await chat.jsonSwitch.click();
  await expect(chat.jsonSwitch).not.toBeChecked();
  await expect(chat.jsonSwitch).toBeFocused();
  const free = await chat.ask("Describe an apple.");
  expect(() => JSON.parse(free)).toThrow();
  await chat.jsonSwitch.click();
  const answer: unknown = JSON.parse(await chat.ask("Describe a pear."));
  expect(answer).toEqual({ colour: expect.stringMatching(/^(red|green)$/), fresh: expect.any(Boolean) });
  await chat.jsonSwitch.click();
  await expect(chat.jsonSwitch).not.toBeChecked();

  // Kept with the chat, to be switched on again.
  await app.close();
  const again = new StructureWindow((await launch({ dataFolder })).window);
  await again.openChat(/Describe an apple/);
  await expect(again.jsonSwitch).not.toBeChecked();
  await again.openAdvanced();
  await expect(again.sidePanel).toContainText("Your schema is kept.");
  await again.jsonSwitch.click();
  await expect(again.part("Field 1", "name")).toHaveValue("colour");
});

test("a mistake in a grammar is said with its line, and what is typed stays; words can be ruled in", async ({
  launch,
}) => {
  const app = await launch();
  const chat = new StructureWindow(app.window);
  await chat.waitUntilReady();
  await chat.limitAnswers(8);
  await chat.openAdvanced();
  await chat.choose("Grammar (GBNF)");
  const grammar = chat.sidePanel.getByRole("textbox", { name: "Grammar" });
  await grammar.fill('root ::= "yes" |\n  other');
  await expect(chat.sidePanel).toContainText(
    "Line 2, column 3: There is no rule with the name other. Until then, the answer is free.",
  );
  await chat.choose("Free");
  await chat.choose("Grammar (GBNF)");
  await expect(grammar).toHaveValue('root ::= "yes" |\n  other');
  await grammar.press("Control+End");
  await app.window.keyboard.type('\nother ::= "perhaps"');
  await expect(chat.grammarSwitch).toBeChecked();
  expect(await chat.ask("Is it raining?")).toMatch(/^(yes|perhaps)$/);
  await chat.grammarSwitch.click();

  await chat.sidePanel.getByRole("button", { name: "Add a text" }).click();
  await app.window.keyboard.type("banana");
  await chat.sidePanel.getByLabel("How text 1 is chosen").selectOption("Always");
  await checkInBothThemes(app.window, "a logit bias");
  expect(await chat.ask("Is it raining?")).toMatch(/banana.*banana/);
  await chat.sidePanel.getByLabel("How text 1 is chosen").selectOption("Bias");
  await expect(chat.sidePanel.getByLabel("Bias of text 1")).toHaveValue("1");
  await chat.sidePanel.getByRole("button", { name: "Remove text 1" }).click();
  await expect(chat.sidePanel.getByRole("button", { name: "Add a text" })).toBeFocused();
});
