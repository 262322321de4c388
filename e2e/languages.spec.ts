// Every screen in every language, and in two pseudo-languages that are longer than any: nothing is cut off, nothing overlaps, and nothing
// is said in English that another language would say otherwise.
import { copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type { Page } from "@playwright/test";
import { ggufBytes, tinyModelBytes, writeTinyModel } from "../electron/testing/tinyGguf";
import { ENGLISH, setLanguage, t } from "../electron/words/language";
import { readSources } from "../scripts/words/messages";
import { PSEUDO_LANGUAGES, writePseudoLanguages } from "../scripts/words/pseudo";
import { languageFiles, readTexts } from "../scripts/words/translations";
import { addFineTune } from "./addFineTune";
import { ChatWindow } from "./ChatWindow";
import { freshDataFolder, modelsFolder, type FacetApp } from "./FacetApp";
import { HubServer } from "./hub/HubServer";
import { automaticLoadSettings } from "../electron/contract/loadSettings";
import { call } from "./pageCalls";
import { droppedFolder, leave, modelFile, NAMES, SCREENS, type Screen } from "./languageScreens";
import { allTexts, layoutFaults } from "./layoutFaults";
import { holdDataFolder } from "./nodeProgram";
import { seedChats } from "./seedChats";
import { expect, sharedApp, test } from "./test";

const SIZES = [
  [900, 600],
  [1280, 820],
] as const;
const QUICK: ReadonlySet<string> = new Set([
  "new chat",
  "chat",
  "chat settings",
  "settings",
  "search",
  "discover",
  "installed",
  "downloads",
  "quantize",
  "fine-tunes",
  "delete a fine-tune",
]);
/** llama.cpp on the tiny models, whose heads are narrower than a block of a quantized cache; and the job that fails. */
const EXPECTED = /K cache type \w+ with block size 32 does not divide|job/u;
const CODES = ["en", ...languageFiles(".").map((file) => path.basename(file, ".json")), ...PSEUDO_LANGUAGES];

let folder: string;
let languages: string;
let dataFolder: string;
let hub: HubServer;
test.beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "facet-e2e-languages-"));
  languages = path.join(folder, "languages");
  writePseudoLanguages(languages, readSources(".").messages.keys());
  for (const file of languageFiles(".")) await copyFile(file, path.join(languages, path.basename(file)));
  dataFolder = await freshDataFolder();
  const models = await modelsFolder(dataFolder);
  await writeTinyModel(path.join(models, modelFile(NAMES.source)));
  await writeTinyModel(path.join(models, modelFile(NAMES.slow)), { width: 512 });
  await writeTinyModel(path.join(models, modelFile(NAMES.damaged)), { seed: 3 });
  await writeDroppedFiles(droppedFolder(dataFolder));
  await writeTinyModel(path.join(models, "Tiny-tuned-F32.gguf"), { seed: 2 });
  await seedChats(dataFolder, [
    {
      title: "Boats",
      messages: [
        { role: "user", text: "Three names for a boat?" },
        { role: "assistant", text: "Ann." },
      ],
    },
    {
      title: NAMES.chat,
      messages: [
        { role: "user", text: "Do I need an umbrella?" },
        {
          role: "assistant",
          parts: [
            { kind: "thought", text: "I need the **weather** there.", durationMs: 2_400 },
            { kind: "text", text: "Let me look." },
            { kind: "tool-call", callId: "1", name: "get_weather", arguments: '{"city": "Paris"}' },
          ],
        },
      ],
    },
  ]);
  hub = await HubServer.start();
  hub.add({
    id: "maker/Tiny-Chat-GGUF",
    files: [{ path: "Tiny-Chat-F32.gguf", content: Buffer.from(tinyModelBytes()) }],
    gguf: { total: 100_000, architecture: "llama", context_length: 2048 },
  });
});
test.afterAll(async () => {
  setLanguage(ENGLISH);
  await hub.stop();
  await rm(folder, { recursive: true });
  await rm(droppedFolder(dataFolder), { recursive: true });
});

/** Models, one of them in parts, and what is none. */
async function writeDroppedFiles(dropped: string): Promise<void> {
  await mkdir(dropped);
  for (const part of [1, 2])
    await writeFile(path.join(dropped, `Gemma-F32-0000${part}-of-00002.gguf`), tinyModelBytes({ seed: 4 }));
  await writeTinyModel(path.join(dropped, "Phi-Q8_0.gguf"), { seed: 5 });
  for (const [name, key, value] of [
    ["mmproj-vision.gguf", "general.architecture", "clip"],
    ["style.gguf", "general.type", "adapter"],
  ] as const)
    await writeFile(path.join(dropped, name), ggufBytes({ metadata: [[key, { type: "string", value }]], tensors: [] }));
  await writeFile(path.join(dropped, "poem.gguf"), "no model");
}

const app = sharedApp(
  () => ({ dataFolder, env: { FACET_LANGUAGES_FOLDER: languages, FACET_HUB_ENDPOINT: hub.endpoint } }),
  EXPECTED,
);
test.beforeAll(async () => {
  await new ChatWindow(app().window).waitUntilReady();
  await addFineTune(app(), folder, NAMES.fineTune, 1, { strength: 0.1 });
  await addFineTune(app(), folder, "Plain words", 2, { strength: 0.1 });
});

/** By the window's own setting; this process follows, and finds things by their names in that language. */
async function speak(page: Page, code: string): Promise<void> {
  await page.keyboard.press("Control+,");
  await page
    .getByRole("dialog")
    .getByRole("combobox")
    .filter({ has: page.locator(`option[value="${code}"]`) })
    .selectOption(code);
  await expect(page.locator("html")).toHaveAttribute("lang", code);
  follow(code);
  await page.keyboard.press("Escape");
}

function follow(code: string): void {
  setLanguage(code === "en" ? ENGLISH : { code, texts: readTexts(path.join(languages, `${code}.json`)) });
}

interface Fault {
  readonly code: string;
  readonly screen: string;
  readonly width: number;
  readonly text: string;
}

async function look(
  window: FacetApp,
  code: string,
  screens: readonly Screen[],
  sizes: readonly (readonly [number, number])[],
): Promise<Fault[]> {
  const { window: page } = window;
  const found: Fault[] = [];
  await window.resize(...(sizes[0] ?? SIZES[0]));
  await speak(page, code);
  for (const { name, open, close } of screens) {
    await test.step(`${code}: ${name}`, async () => {
      await open(page, window);
      found.push(...(await faultsOf(window, code, name, sizes)));
      await leave(page);
      await close?.(window);
    });
  }
  return found;
}

async function faultsOf(
  window: FacetApp,
  code: string,
  screen: string,
  sizes: readonly (readonly [number, number])[],
): Promise<Fault[]> {
  const { window: page } = window;
  const found: Fault[] = [];
  for (const [width, height] of sizes) {
    await window.resize(width, height);
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
    for (const text of await layoutFaults(page)) found.push({ code, screen, width, text });
  }
  if (code === "en-XA")
    for (const text of await allTexts(page))
      if (isEnglish(text)) found.push({ code, screen, width: 0, text: `in English: ${text}` });
  return found;
}

/** Names, of a program and of what was made too, and what the platform itself writes in English where it has no such language: units, months, days. */
const SAME_EVERYWHERE =
  /\b(?:Facet|Electron|Hugging Face|GGUF|LoRA|llama(?:\.cpp|-cli)?|Qwen|SmolLM|Gemma|Instruct|Weather|Boats|SQL|Tiny|tuned|Chat|maker|Apache|Plain words|Do I need an umbrella|Three names for a boat|JSON|CPU|AVX|MIT|Ministral|Mistral|Granite|Coder|Phi|Llama|gpt|oss|DeepSeek|GLM|MoE|jinja|tiny|weeks ago|LFM|Nemotron|Nano|NVIDIA Open Model|Vulkan|mini|program|uncalibrated)\b/gu;

/** Plain letters outside names, files, addresses and code: every message of en-XA has accents. */
function isEnglish(text: string): boolean {
  const rest = text.replaceAll(/\S*[\d_/\\.@<>|{}=:]\S*/gu, " ").replaceAll(SAME_EVERYWHERE, " ");
  return /(?<![\p{L}\p{M}])[A-Za-z]{3,}(?![\p{L}\p{M}])/u.test(rest);
}

const lines = (faults: readonly Fault[]) =>
  faults.map(({ code, screen, width, text }) => `${code}, ${screen}${width === 0 ? "" : `, ${width}`}: ${text}`);

test("German and the longest words on the main screens, in a small window", async () => {
  const screens = SCREENS.filter(({ name }) => QUICK.has(name));
  const faults = [];
  for (const code of ["de", "en-XA"]) faults.push(...(await look(app(), code, screens, SIZES.slice(0, 1))));
  expect(lines(faults)).toEqual([]);
});

for (const code of CODES) {
  test(`every screen in two sizes: ${code}`, { tag: "@slow" }, async () => {
    test.setTimeout(600_000);
    const faults = await look(app(), code, SCREENS, SIZES);
    console.log(`words.clipped ${code} ${faults.length}`);
    expect(lines(faults)).toEqual([]);
  });
}

for (const code of CODES) {
  test(`the first screens, in two sizes: ${code}`, { tag: "@slow" }, async ({ launch }) => {
    const blockedFolder = await freshDataFolder();
    await writeFile(path.join(blockedFolder, "settings.json"), JSON.stringify({ language: code }));
    const holding = await holdDataFolder(blockedFolder);
    const window = await launch({
      dataFolder: blockedFolder,
      starterModel: false,
      env: { FACET_LANGUAGES_FOLDER: languages, HF_ENDPOINT: "http://127.0.0.1:9", PIP_NO_INDEX: "1" },
    });
    const { window: page } = window;
    follow(code);
    const quit = page.getByRole("button", { name: t("Quit Facet"), exact: true });
    await expect(quit).toBeVisible();
    await expect(page.locator("html")).toHaveAttribute("lang", code);
    const faults = await faultsOf(window, code, "another program holds the data folder", SIZES);
    holding.kill("SIGKILL");
    await expect(page.getByRole("button", { name: t("Try again"), exact: true })).toBeVisible({ timeout: 60_000 });
    faults.push(...(await faultsOf(window, code, "start without a model", SIZES)));
    await window.close();

    const shortFolder = await freshDataFolder();
    await writeFile(path.join(shortFolder, "settings.json"), JSON.stringify({ language: code }));
    const short = await launch({
      dataFolder: shortFolder,
      env: {
        FACET_LANGUAGES_FOLDER: languages,
        HF_ENDPOINT: "http://127.0.0.1:9",
        PIP_NO_INDEX: "1",
        FACET_MEMORY_LIMIT: "600000000",
      },
    });
    follow(code);
    const needed = short.window.getByRole("dialog").getByText(t("Needed"), { exact: true });
    await expect(async () => {
      const { models: all } = await call(short, "app.snapshot", undefined);
      await call(short, "models.load", { modelId: all[0]!.id, settings: automaticLoadSettings });
      await expect(needed).toBeVisible({ timeout: 5_000 });
    }).toPass({ timeout: 60_000 });
    faults.push(...(await faultsOf(short, code, "load warning", SIZES)));
    expect(lines(faults)).toEqual([]);
  });
}

test("from right to left, the layout is mirrored", { tag: "@slow" }, async () => {
  const { window: page } = app();
  const edges = async () => {
    const sidebar = await page.getByRole("navigation").boundingBox();
    const main = await page.locator("#message-field").boundingBox();
    if (sidebar === null || main === null) throw new Error("there is no sidebar");
    return { sidebar: sidebar.x, main: main.x };
  };
  await speak(page, "en");
  await page.keyboard.press("Control+n");
  const english = await edges();
  expect(english.sidebar).toBeLessThan(english.main);
  await speak(page, "ar-XB");
  await expect(page.locator("html")).toHaveAttribute("dir", "rtl");
  const mirrored = await edges();
  expect(mirrored.sidebar).toBeGreaterThan(mirrored.main);
  await speak(page, "en");
});
