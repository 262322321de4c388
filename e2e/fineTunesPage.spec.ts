// The Fine-tunes page in the real app with real models: the library, bad files, and making deltas of two models.
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { dataPaths } from "../electron/core/dataFolder";
import { loraBytes } from "../electron/testing/deltaGguf";
import { starterMatrices } from "../electron/testing/starterMatrices";
import { ggufBytes, tinyModelBytes, tinyModelContents } from "../electron/testing/tinyGguf";
import { ChatWindow } from "./ChatWindow";
import { checkAccessibility, checkInBothThemes, expectNoOverflow } from "./checkAccessibility";
import { dropFiles } from "./dropFiles";
import { requantize } from "./f16Model";
import { gemmaModel } from "./gemmaModel";
import { freshDataFolder, modelsFolder, type FacetApp } from "./FacetApp";
import { FineTunesWindow } from "./FineTunesWindow";
import { HubServer } from "./hub/HubServer";
import { call } from "./pageCalls";
import { answerFileDialogs, answerSaveDialog, trashInto } from "./systemDialogs";
import { expect, test } from "./test";
import { trained, writeTrained } from "./trainedModel";

/** Busy machines need many times what an idle one does. */
const JOB_TIMEOUT_MS = 150_000;
/** llama.cpp on the tiny model, whose heads are narrower than a block of a quantized cache. */
const TINY_HEADS = /K cache type \w+ with block size 32 does not divide/u;
let folder: string;

test.beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "facet-e2e-fine-tunes-"));
});
test.afterAll(() => rm(folder, { recursive: true }));

const starterLora = (seed: number, over: object = {}) =>
  loraBytes({
    matrices: starterMatrices(),
    seed,
    strength: 0.3,
    rank: 8,
    metadata: { "general.name": undefined },
    ...over,
  });

async function fileOf(name: string, bytes: Uint8Array): Promise<string> {
  const file = path.join(folder, name);
  await writeFile(file, bytes);
  return file;
}

async function addByDialog(app: FacetApp, file: string): Promise<void> {
  await answerFileDialogs(app, [file]);
  await app.window.getByRole("button", { name: "Add a file", exact: true }).first().click();
}

test(
  "a library: files are added, named, exported, used and deleted; bad ones are refused and say why",
  { tag: "@slow" },
  async ({ launch }) => {
    const app = await launch();
    const page = app.window;
    const chat = new ChatWindow(page);
    const fineTunes = new FineTunesWindow(page);
    await chat.waitUntilReady();
    await fineTunes.open();
    await expect(page.getByText("No fine-tunes yet")).toBeVisible();
    await checkInBothThemes(page, "no fine-tune");

    // By the dialog, with its details open, and dropped on the window.
    const pirate = starterLora(1);
    await addByDialog(app, await fileOf("pirate.gguf", pirate));
    const row = fineTunes.row("pirate");
    await expect(row).toContainText("LoRA, rank 8");
    await expect(row).toContainText("not measured");
    await expect(row).toContainText("from pirate.gguf");
    await expect(row).toContainText("its shapes only, so try it");
    await dropFiles(app, [await fileOf("poet.gguf", starterLora(2))]);
    await page.getByRole("dialog").getByRole("button", { name: "Add the fine-tune" }).click();
    await expect(fineTunes.group(/^For SmolLM2/).getByRole("heading")).toHaveText(["pirate", "poet"]);

    // Renamed by the keyboard alone; the bytes stay the same.
    await page.getByRole("button", { name: "More for pirate" }).focus();
    await page.keyboard.press("Enter");
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").getByRole("textbox", { name: "Name" }).fill("Long John");
    await page.keyboard.press("Enter");
    await expect(fineTunes.row("Long John")).toBeVisible();
    const exported = path.join(folder, "exported.gguf");
    await answerSaveDialog(app, exported);
    await fineTunes.choose("Long John", /^Export…/);
    await expect(page.getByText("“Long John” was exported as exported.gguf.")).toBeVisible();
    expect((await readFile(exported)).equals(pirate)).toBe(true);

    await fineTunes.choose("Long John", "Show the llama-cli command");
    const command = await page.getByRole("dialog").getByLabel("Command").innerText();
    expect(command).toMatch(/^llama-cli -m \S*SmolLM2\S*\.gguf --lora \S+\.gguf$/);
    await checkAccessibility(page, "llama-cli command");
    await page.getByRole("dialog").getByRole("button", { name: "Copy" }).click();
    await expect.poll(() => app.electron.evaluate(({ clipboard }) => clipboard.readText())).toBe(command);
    await page.keyboard.press("Escape");

    // One of another architecture is kept for a model that it matches; what no model can use is refused.
    await addByDialog(app, await fileOf("for-qwen.gguf", starterLora(3, { architecture: "qwen2" })));
    await expect(fineTunes.group("For other models").getByRole("heading")).toHaveText(["for-qwen"]);
    await expect(fineTunes.row("for-qwen")).toContainText(
      "“for-qwen” was made for another kind of model. Its architecture is “qwen2”, and the model’s is “llama”.",
    );
    await expect(fineTunes.row("for-qwen").getByRole("button", { name: /^Use/ })).toHaveCount(0);
    const sound = starterLora(4);
    const wild = new Uint8Array(sound);
    new DataView(wild.buffer).setFloat32(wild.length - 400, Number.NaN, true);
    for (const [name, bytes, words] of [
      [
        "cut.gguf",
        sound.subarray(0, sound.length / 2),
        /“cut.gguf” is damaged and was not used\. .*part of it is missing/i,
      ],
      ["wild.gguf", wild, /“wild.gguf” has weights that are not valid numbers/],
      ["whole.gguf", tinyModelBytes(), /“whole.gguf” is not a fine-tune .*whole model/],
      [
        "loud.gguf",
        starterLora(5, { alpha: 1e9 }),
        /has so high a strength \(alpha\) that every answer would be nonsense/,
      ],
    ] as const) {
      await addByDialog(app, await fileOf(name, bytes));
      await expect(page.getByText(words)).toBeVisible();
      await page.getByRole("button", { name: "Dismiss" }).last().click();
    }
    expect((await readdir(dataPaths(app.dataFolder).deltas)).filter((name) => !name.endsWith(".gguf"))).toEqual([]);
    await expect(page.getByRole("heading", { level: 3 })).toHaveText(["Long John", "poet", "for-qwen"]);

    // In a chat, and back: it is in memory, and the page says so.
    await page.keyboard.press("Control+n");
    await chat.limitAnswers(8);
    await chat.ask("Who are you?");
    await fineTunes.open();
    await fineTunes.use("Long John");
    await chat.ask("And who else?");
    await fineTunes.open();
    await expect(fineTunes.row("Long John")).toContainText("in memory");
    await expect(page.getByRole("region", { name: "Memory of base model and fine-tunes" })).toContainText(
      /Long John \d+ kB|Long John \d+ MB/,
    );
    await checkInBothThemes(page, "a library");
    for (const [width, height] of [
      [820, 600],
      [480, 600],
    ] as const) {
      await app.resize(width, height);
      await expectNoOverflow(page);
    }
    await app.resize(1280, 820);

    // A file that is gone is said, with what to do.
    const ids = await page.evaluate(async () => {
      const list = await window.facet.call["deltas.list"](undefined);
      return list.ok ? Object.fromEntries(list.value.map(({ name, id }) => [name, id])) : {};
    });
    await rm(path.join(dataPaths(app.dataFolder).deltas, `${ids["poet"]}.gguf`));
    const trash = path.join(folder, "trash");
    await mkdir(trash);
    await trashInto(app, trash);
    await fineTunes.choose("Long John", "Delete");
    await expect(page.getByRole("dialog")).toContainText(/It is used in one chat: “Who are you\?”/);
    await page.getByRole("dialog").getByRole("button", { name: "Move to trash" }).click();
    await expect(fineTunes.row("Long John")).toHaveCount(0);
    expect(await readdir(trash)).toEqual([`${ids["Long John"]}.gguf`]);
    await expect(fineTunes.row("poet")).toContainText("“poet” is no longer on this computer.");
    await answerFileDialogs(app, [path.join(folder, "poet.gguf")]);
    await fineTunes.row("poet").getByRole("button", { name: "Add its file again: poet" }).click();
    await expect(fineTunes.group(/^For SmolLM2/).getByRole("heading")).toHaveText(["poet"]);
  },
);

test(
  "a delta is made of two models; a pair that is none is refused before anything is made",
  { tag: "@slow" },
  async ({ launch, allowProblems }) => {
    allowProblems(TINY_HEADS);
    const dataFolder = await freshDataFolder();
    const models = await modelsFolder(dataFolder);
    const base = tinyModelContents({ width: 128 });
    await writeFile(path.join(models, "Tiny-F32.gguf"), ggufBytes(base));
    await writeFile(path.join(models, "Tiny-pirate-F32.gguf"), ggufBytes(trained(base, 0.05)));
    await writeFile(path.join(models, "Narrow-F32.gguf"), tinyModelBytes());
    await writeFile(path.join(models, "Narrow-poet-F32.gguf"), ggufBytes(trained(tinyModelContents(), 0.05)));
    const app = await launch({ dataFolder, starterModel: false });
    const page = app.window;
    const chat = new ChatWindow(page);
    const fineTunes = new FineTunesWindow(page);
    await chat.waitUntilReady();

    // From the list of models: a base of the same kind and size is proposed; a width that 1-bit blocks do not divide is said.
    await page.keyboard.press("Control+Shift+m");
    await page.getByRole("tab", { name: /Installed/ }).click();
    await page.getByRole("button", { name: "Load Tiny", exact: true }).click();
    await expect(chat.engineBar).toContainText("Tiny", { timeout: 30_000 });
    await chat.waitUntilReady();
    await page.keyboard.press("Control+Shift+m");
    await page.getByRole("button", { name: "More for Narrow poet" }).click();
    await page.getByRole("menuitem", { name: "Make a delta of it…" }).click();
    await expect(
      page.getByText("Not with this model: its rows are 64 weights wide, and a 1-bit delta needs a multiple of 128."),
    ).toBeVisible();
    await expect(page.getByRole("radio", { name: /1-bit delta/ })).toBeDisabled();
    await expect(page.getByRole("radio", { name: /LoRA/ })).toBeChecked();
    await checkInBothThemes(page, "extracting a LoRA");

    // Two models that are no pair.
    await fineTunes.chooseIn(fineTunes.baseField, /^Tiny ·/);
    await expect(page.getByRole("alert")).toContainText(
      "These two models have different sizes, so one can’t be a fine-tune of the other.",
    );
    await expect(page.getByRole("button", { name: /^(?:Extract|Make the)/ })).toHaveCount(0);

    await fineTunes.chooseIn(fineTunes.fineTuneField, /^Tiny pirate ·/);
    await expect(page.getByRole("radio", { name: /1-bit delta/ })).toBeChecked();
    await expect(
      page.getByText(/The whole change, one bit for each weight: about \d+ kB, \d\.\d\d bits per weight\./),
    ).toBeVisible();
    await page.getByRole("radio", { name: /LoRA/ }).check();
    await page.getByRole("combobox", { name: "Rank" }).selectOption("8");
    await page.getByRole("radio", { name: /1-bit delta/ }).check();
    await page.getByRole("textbox", { name: "Name" }).fill("Pirate");
    await app.resize(820, 600);
    await expectNoOverflow(page);
    await checkInBothThemes(page, "making a delta");
    await app.resize(1280, 820);
    await page.getByRole("button", { name: "Make the 1-bit delta" }).press("Enter");

    const job = fineTunes.job("Pirate");
    await expect(job).toContainText(/done in/, { timeout: JOB_TIMEOUT_MS });
    await job.getByRole("button", { name: "Show details of Pirate" }).click();
    const row = fineTunes.row("Pirate");
    await expect(row).toContainText(/\d+% kept/);
    await expect(row).toContainText(/Bits per weight/);
    await expect(row).toContainText("made by Facet from Tiny pirate");
    await expect(row).toContainText(/Change reproduced, weight by weight6\d ?%/);
    await expect(row).toContainText(/Same most likely token/);
    await checkInBothThemes(page, "a delta that was made");

    // Smaller, for keeping: expanded when it is added, it is the same one.
    const compact = path.join(folder, "compact.gguf");
    const whole = path.join(folder, "whole.gguf");
    await answerSaveDialog(app, whole);
    await fineTunes.choose("Pirate", "Export…");
    await expect(page.getByText("exported as whole.gguf")).toBeVisible();
    await answerSaveDialog(app, compact);
    await fineTunes.choose("Pirate", /^Export smaller/);
    await expect(page.getByText("exported as compact.gguf")).toBeVisible();
    expect((await readFile(compact)).length).toBeLessThan((await readFile(whole)).length);
    // Its details open again when it is there.
    await row.getByRole("button", { name: "Details of Pirate", expanded: true }).click();
    await expect(row).not.toContainText("Bits per weight");
    await addByDialog(app, compact);
    await expect(row).toContainText("Bits per weight", { timeout: JOB_TIMEOUT_MS });
    await expect(page.getByRole("heading", { level: 3 })).toHaveText(["Pirate"]);

    await expect(fineTunes.group("For Tiny").getByRole("heading", { level: 3 })).toHaveText(["Pirate"]);
    await job.getByRole("button", { name: "Use in a chat: Pirate" }).click();
    await chat.limitAnswers(8);
    expect((await chat.ask("Hello")).length).toBeGreaterThan(0);
    await expect(chat.lastAnswer).toContainText("Pirate");
  },
);

test("a fine-tune is found at the hub, looked at, fetched and used", { tag: "@slow" }, async ({ launch }) => {
  const hub = await HubServer.start();
  try {
    hub.add({
      id: "maker/Poet-LoRA-GGUF",
      licence: "mit",
      files: [{ path: "poet-lora-f32.gguf", content: Buffer.from(starterLora(2)) }],
    });
    hub.add({
      id: "maker/Whole-GGUF",
      gguf: { total: 120_000, architecture: "llama", context_length: 2048 },
      files: [{ path: "whole-Q8_0.gguf", content: Buffer.from(tinyModelBytes()) }],
    });
    const app = await launch({ env: { FACET_HUB_ENDPOINT: hub.endpoint } });
    const page = app.window;
    const chat = new ChatWindow(page);
    const fineTunes = new FineTunesWindow(page);
    await chat.waitUntilReady();
    await fineTunes.open();
    await page.getByRole("button", { name: "From Hugging Face" }).click();
    const field = page.getByRole("textbox", { name: "Search fine-tunes, or name a repository" });
    await expect(field).toBeFocused();
    await field.fill("maker/Whole-GGUF");
    await field.press("Enter");
    await expect(page.getByRole("alert")).toContainText("has no LoRA adapter that Facet can use");
    await field.fill("https://huggingface.co/maker/Poet-LoRA-GGUF");
    await field.press("Enter");
    await expect(page.getByRole("list", { name: "Adapters" }).getByRole("listitem")).toContainText("GGUF adapter");
    await checkInBothThemes(page, "a fine-tune at the hub");
    await page.getByRole("button", { name: "Download poet-lora-f32.gguf" }).click();
    const job = fineTunes.job("maker/Poet-LoRA-GGUF");
    await expect(job).toContainText(/done in/, { timeout: JOB_TIMEOUT_MS });
    await job.getByRole("button", { name: /^Show details/ }).click();
    await expect(page.getByRole("main").getByRole("heading", { level: 3 })).toHaveCount(1);
    await expect(page.getByText("from maker/Poet-LoRA-GGUF")).toBeVisible();
  } finally {
    await hub.stop();
  }
});

test(
  "a 1-bit delta of a real model: made, cancelled, made again, and there after a restart",
  { tag: "@slow" },
  async ({ launch, allowProblems }) => {
    test.slow();
    allowProblems(/job/u);
    const dataFolder = await freshDataFolder();
    const models = await modelsFolder(dataFolder);
    const gemma = await gemmaModel();
    const [baseFile, changedFile] = ["Gemma-3-270M-F16.gguf", "Gemma-3-270M-changed-F16.gguf"].map((name) =>
      path.join(models, name),
    ) as [string, string];
    await requantize(gemma, baseFile, "F16");
    await writeTrained(baseFile, changedFile);
    const app = await launch({ dataFolder, starterModel: false, args: [gemma] });
    const page = app.window;
    const chat = new ChatWindow(page);
    const fineTunes = new FineTunesWindow(page);
    await chat.waitUntilReady();

    const make = async () => {
      await fineTunes.openMake();
      await fineTunes.chooseIn(fineTunes.fineTuneField, /changed ·/);
      await expect(fineTunes.baseField).not.toHaveValue("");
      await page.getByRole("textbox", { name: "Name" }).fill("Changed");
      await page.getByRole("switch", { name: "Measure how faithful it is" }).uncheck();
      await page.getByRole("button", { name: "Make the 1-bit delta" }).click();
    };
    const deltas = () => readdir(dataPaths(dataFolder).deltas).catch(() => []);
    await make();
    const job = fineTunes.job("Changed");
    await expect(job).toContainText(/\d+%/, { timeout: JOB_TIMEOUT_MS });
    await job.getByRole("button", { name: /^Cancel/ }).click();
    await expect(job).toHaveCount(0);
    expect(await deltas()).toEqual([]);

    // Fitting its strength takes one processor core some two minutes.
    await make();
    await expect(job).toContainText(/done in/, { timeout: 2 * JOB_TIMEOUT_MS });
    // Made from 16 bits, it matches the 4-bit model that is loaded.
    const row = fineTunes.row("Changed");
    await expect(fineTunes.group(/^For gemma/i).getByRole("heading")).toHaveText(["Changed"]);
    await expect(row).toContainText("1-bit");
    await expect(row.getByText(/shapes/)).toHaveCount(0);
    await page.keyboard.press("Control+n");
    await chat.limitAnswers(12);
    const byBase = await chat.ask("The capital of France is");
    await fineTunes.open();
    await fineTunes.use("Changed");
    expect((await chat.ask("The capital of Italy is")).length).toBeGreaterThan(0);
    expect(byBase.length).toBeGreaterThan(0);
    await app.close();

    const after = await launch({ dataFolder, starterModel: false });
    const again = new ChatWindow(after.window);
    await again.waitUntilReady();
    const library = new FineTunesWindow(after.window);
    await library.open();
    await expect(library.group(/^For gemma/i).getByRole("heading")).toHaveText(["Changed"]);
    await again.openChat(/capital of France/);
    expect((await again.ask("The capital of Spain is")).length).toBeGreaterThan(0);
    await library.open();
    await expect(library.row("Changed")).toContainText("in memory");

    // The base's file is another one since, of the same shapes.
    const match = async () => {
      const { models: known } = await call(after, "app.snapshot", undefined);
      const base = known.find(({ fileName }) => fileName === path.basename(baseFile));
      const {
        deltas: [made],
      } = await call(after, "deltas.forModel", { modelId: base!.id });
      return [made?.match, made?.failure?.code];
    };
    expect(await match()).toEqual(["fits", undefined]);
    await copyFile(changedFile, baseFile);
    expect(await match()).toEqual(["refused", "delta-other-base"]);
  },
);
