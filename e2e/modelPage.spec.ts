// A model's own page, of real files: what its file says of the format, what it can do, its tokens, a prompt to look at, its template.
import { mkdtemp, rename, rm, truncate } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type { Locator, Page } from "@playwright/test";
import { qwen3 } from "../electron/testing/families/modelFamilies";
import { writeScriptedModel } from "../electron/testing/scriptedModel";
import type { MetadataEntry } from "../electron/testing/tinyGguf";
import { ChatWindow } from "./ChatWindow";
import { checkInBothThemes, expectNoOverflow } from "./checkAccessibility";
import { freshDataFolder, modelsFolder } from "./FacetApp";
import { expect, test } from "./test";

/** The scripted model's heads are narrower than a block of a quantized KV cache, which llama.cpp logs where it is judged. */
const TINY_HEADS = /K cache type \w+ with block size 32 does not divide/u;
/** Reading a vocabulary takes 0.1 to 0.6 s; a busy machine needs more. */
const READ_TIMEOUT_MS = 30_000;
const BROKEN = "{% for message in messages %}{{ message.content }}{% endfor";
/** The app may not fetch its starter model here. */
const NO_NETWORK = { HF_ENDPOINT: "http://127.0.0.1:9", PIP_NO_INDEX: "1" };

interface TinyModel {
  name: string;
  chatTemplate: string | null;
  metadata?: Readonly<Record<string, MetadataEntry>>;
}

/** A small model with Qwen3's tokens, in Facet's own folder. */
async function placeModel(dataFolder: string, { name, ...rest }: TinyModel): Promise<string> {
  const file = path.join(await modelsFolder(dataFolder), `${name}.gguf`);
  await writeScriptedModel(file, { ...qwen3, name, script: ["Yes", "."], ...rest });
  return file;
}

class ModelPageWindow extends ChatWindow {
  readonly template = this.part("Chat template").getByRole("region", { name: "Code, jinja" });
  readonly sample = this.part("Try it").getByRole("region", { name: "Sample prompt" });

  part(name: string): Locator {
    return this.page.getByRole("region", { name, exact: true });
  }

  ability(name: string): Locator {
    return this.part("What it can do, according to its file").locator("dl > div").filter({ hasText: name });
  }

  /** From the list of installed models. */
  async open(name: string): Promise<void> {
    await this.page.getByRole("tab", { name: /^Installed/ }).click();
    await this.page
      .getByRole("listitem")
      .filter({ has: this.page.getByRole("heading", { name, exact: true }) })
      .getByRole("button", { name, exact: true })
      .click();
    await expect(this.page.getByRole("heading", { name, exact: true })).toBeFocused();
  }
}

function factNamed(page: Page, name: string): Locator {
  return page.getByRole("article").locator("dl > div").filter({ hasText: name });
}

test("what a file says of its model, from the chat by the keyboard and from the list of installed models", async ({
  launch,
  allowProblems,
}) => {
  allowProblems(TINY_HEADS);
  const dataFolder = await freshDataFolder();
  await placeModel(dataFolder, { name: "Thinker", chatTemplate: qwen3.chatTemplate });
  await placeModel(dataFolder, { name: "Bare", chatTemplate: null });
  await placeModel(dataFolder, { name: "Broken", chatTemplate: BROKEN });
  await placeModel(dataFolder, {
    name: "For tools",
    chatTemplate: null,
    metadata: { "tokenizer.chat_template.tool_use": { type: "string", value: qwen3.chatTemplate } },
  });
  const app = await launch({ dataFolder });
  const view = new ModelPageWindow(app.window);
  const { page } = view;
  await view.waitUntilReady();

  // The starter model, in use, with the keyboard alone.
  await view.modelButton.press("Enter");
  await page.getByRole("menuitem", { name: "About this model" }).press("Enter");
  await expect(page.getByRole("heading", { name: /SmolLM2/, level: 2 })).toBeFocused();
  await expect(page.getByText("Loaded", { exact: true })).toBeVisible();
  await expect(factNamed(page, "Chat format")).toContainText("The model’s own chat template", {
    timeout: READ_TIMEOUT_MS,
  });
  await expect(factNamed(page, "Licence")).toContainText("Apache-2.0");
  await expect(view.ability("System prompt")).toContainText("Yes.");
  await expect(view.ability("Tools")).toContainText("No. The chat template does not mention it.");
  await expect(page.getByRole("row", { name: "End of text (EOS) <|im_end|> 2" })).toBeVisible();
  await expect(view.sample).toContainText("<|im_start|>user\nAnd of Italy?<|im_end|>");
  // Set off from text, each of them.
  await expect(view.sample.getByText("<|im_start|>", { exact: true })).toHaveCount(5);
  await expect(view.template).toContainText("add_generation_prompt");
  await view.part("Chat template").getByRole("button", { name: "Copy code" }).press("Enter");
  await expect
    .poll(() => app.electron.evaluate(({ clipboard }) => clipboard.readText()))
    .toContain("<|im_start|>assistant");
  await checkInBothThemes(page, "about a model");
  await page.getByRole("button", { name: "Back to the chat" }).press("Enter");
  await expect(view.composer).toBeVisible();

  // One that thinks and calls tools: the prompt follows what is asked of it.
  await page.keyboard.press("Control+Shift+m");
  await view.open("Thinker");
  await expect(view.ability("Thinking")).toContainText("Yes. On by default; it can be switched off.");
  await expect(view.ability("Tools")).toContainText("Yes.");
  await expect(view.sample).not.toContainText("<think>");
  await view.part("Try it").getByRole("radio", { name: "Off" }).check();
  await expect(view.sample).toContainText("<think>\n\n</think>");
  await view.part("Try it").getByRole("radio", { name: "With a tool" }).check();
  await expect(view.sample).toContainText("Sunny, 21 °C");

  // No template: the format is known by the tokens, and nothing is claimed of the model.
  await view.open("Bare");
  await expect(factNamed(page, "Chat format")).toContainText("ChatML format, recognized by the model’s special tokens");
  await expect(factNamed(page, "Chat format")).toContainText("The file has no chat template.");
  await expect(view.ability("Tools")).toContainText("Not known.");
  await expect(view.part("Chat template")).toContainText("Facet’s own, for the ChatML format.");

  // A broken one: why, in detail, and the template itself.
  await view.open("Broken");
  await expect(factNamed(page, "Chat format")).toContainText("The file’s chat template can’t be read.");
  await page.getByText("Show details").click();
  await expect(page.getByLabel("Details")).toContainText(/\w+/);
  await expect(view.template).toContainText("im_start");
  await view.part("Chat template").getByRole("radio", { name: "In the file" }).check();
  await expect(view.template).toHaveText(BROKEN);

  await view.open("For tools");
  await expect(factNamed(page, "Chat format")).toContainText("The model’s own template “tool_use”");
  await page.getByRole("button", { name: "Installed models", exact: true }).click();
  await expect(page.getByRole("list", { name: "Installed models" })).toBeVisible();
});

test(
  "a file that is gone or damaged says so, and one that is back is read",
  { tag: "@slow" },
  async ({ launch, allowProblems }) => {
    allowProblems(TINY_HEADS);
    const folder = await mkdtemp(path.join(os.tmpdir(), "facet-e2e-model-page-"));
    const dataFolder = await freshDataFolder();
    const cut = await placeModel(dataFolder, { name: "Cut", chatTemplate: qwen3.chatTemplate });
    await truncate(cut, 20_000);
    const used = path.join(folder, "Used.gguf");
    await writeScriptedModel(used, { ...qwen3, name: "Used", script: ["Yes", "."] });
    const app = await launch({ dataFolder, starterModel: false, env: NO_NETWORK, args: [used] });
    const view = new ModelPageWindow(app.window);
    const { page } = view;
    await view.waitUntilReady();

    // In use while its file goes: what is loaded stays loaded.
    await rename(used, `${used}.away`);
    await view.modelButton.click();
    await page.getByRole("menuitem", { name: "About this model" }).click();
    const alert = page.getByRole("alert");
    await expect(alert).toContainText("“Used.gguf” is no longer where it was.", { timeout: READ_TIMEOUT_MS });
    await expect(page.getByText("Loaded", { exact: true })).toBeVisible();
    await checkInBothThemes(page, "about a model whose file is gone");
    await rename(`${used}.away`, used);
    await alert.getByRole("button", { name: "Try again" }).click();
    await expect(view.sample).toContainText("And of Italy?", { timeout: READ_TIMEOUT_MS });
    await expect(alert).toBeHidden();

    await view.open("Cut");
    await expect(alert).toContainText("“Cut.gguf” is incomplete", { timeout: READ_TIMEOUT_MS });
    await rm(folder, { recursive: true });
  },
);

test(
  "a template of 250,000 characters does not freeze the window, and nothing overflows a small one",
  { tag: "@slow" },
  async ({ launch, allowProblems }) => {
    allowProblems(TINY_HEADS);
    const prompt = "{% for m in messages %}{{ m.content }}{% endfor %}";
    // Read, and never run: a template that takes long to run is not in use.
    const notRun = (text: string) => `${prompt}{% if false %}${text}{% endif %}`;
    const line = "{%- set note = 'What is written here is of no use, and it is long.' | trim if messages else none %}";
    const dataFolder = await freshDataFolder();
    await placeModel(dataFolder, { name: "Long", chatTemplate: notRun(`\n${line}`.repeat(2450)) });
    await placeModel(dataFolder, { name: "One line", chatTemplate: notRun(line.repeat(2450)) });
    await placeModel(dataFolder, { name: "Coloured", chatTemplate: notRun(`\n${line}`.repeat(980)) });
    await placeModel(dataFolder, { name: "Long and broken", chatTemplate: `${`${line}\n`.repeat(2450)}{% for` });
    const app = await launch({ dataFolder });
    const view = new ModelPageWindow(app.window);
    const { page } = view;
    await view.waitUntilReady();
    await page.keyboard.press("Control+Shift+m");
    await page.getByRole("tab", { name: /^Installed/ }).click();
    await expect(page.getByText(/fits/i)).toHaveCount(5, { timeout: READ_TIMEOUT_MS });
    for (const name of ["Long", "One line", "Coloured", "Long and broken"]) {
      await watchFrames(page);
      await view.open(name);
      await expect(view.template).toBeVisible({ timeout: READ_TIMEOUT_MS });
      if (name === "Long and broken")
        await view.part("Chat template").getByRole("radio", { name: "In the file" }).check();
      await expect(view.template).toContainText("it is long");
      // Colours come later.
      await page.waitForTimeout(1500);
      const slowestMs = await slowestFrameMs(page);
      console.log(`  ${name}: the slowest frame took ${Math.round(slowestMs)} ms`);
      expect(slowestMs, name).toBeLessThan(MAX_FRAME_MS);
    }
    // It scrolls in its own area, with the keyboard, and is copied whole.
    await view.template.press("End");
    await expect.poll(() => view.template.evaluate((area) => area.scrollTop)).toBeGreaterThan(10_000);
    await view.part("Chat template").getByRole("button", { name: "Copy code" }).click();
    await expect
      .poll(() => app.electron.evaluate(async ({ clipboard }) => (await clipboard.readText()).length))
      .toBeGreaterThan(240_000);
    await app.resize(480, 600);
    await expectNoOverflow(page);
  },
);

/** A frame that takes longer is felt as a freeze; a busy machine is three times as slow as an idle one. */
const MAX_FRAME_MS = 1000;

async function watchFrames(page: Page): Promise<void> {
  await page.evaluate(() => {
    let last = performance.now();
    Reflect.set(window, "slowestFrameMs", 0);
    const tick = () => {
      const now = performance.now();
      Reflect.set(window, "slowestFrameMs", Math.max(Number(Reflect.get(window, "slowestFrameMs")), now - last));
      last = now;
      Reflect.set(window, "frameWatch", requestAnimationFrame(tick));
    };
    cancelAnimationFrame(Number(Reflect.get(window, "frameWatch") ?? 0));
    Reflect.set(window, "frameWatch", requestAnimationFrame(tick));
  });
}

function slowestFrameMs(page: Page): Promise<number> {
  return page.evaluate(() => Number(Reflect.get(window, "slowestFrameMs")));
}
