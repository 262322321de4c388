// A long text pasted into the message field of the real app: time until the window handles the key pressed right after it.
import { rm } from "node:fs/promises";
import path from "node:path";
import { automaticLoadSettings } from "../electron/contract/loadSettings";
import { writeTinyModel } from "../electron/testing/tinyGguf";
import { ChatWindow } from "../e2e/ChatWindow";
import { FacetApp, freshDataFolder, modelsFolder } from "../e2e/FacetApp";
import { call } from "../e2e/pageCalls";
import { copyText, LONG_TEXTS, pasteAndPressKey, textOfLength } from "../e2e/pasting";
import { list, median, type Figures } from "./figures";

const RUNS = 3;
/** Of the tiny model, for which most letters are a token; half a kilobyte each. */
const LONG_CONTEXT_TOKENS = 1_200_000;

type Kind = keyof typeof LONG_TEXTS;
const KINDS = Object.keys(LONG_TEXTS) as Kind[];

export async function longPaste(): Promise<Figures> {
  const app = await FacetApp.launch({ trace: false });
  await new ChatWindow(app.window).waitUntilReady();
  const [over, far] = [
    await slowestKind(app, 1_000_000, "over the limit"),
    await slowestKind(app, 5_000_000, "over the limit"),
  ];
  await app.close();
  await rm(app.dataFolder, { recursive: true, force: true });
  return { "ui.paste_1m_ms": Math.max(over, await pastesThatFit()), "ui.paste_5m_ms": far };
}

/** A million characters in a model whose context holds them. */
async function pastesThatFit(): Promise<number> {
  const dataFolder = await freshDataFolder();
  await writeTinyModel(path.join(await modelsFolder(dataFolder), "long.gguf"), {
    trainContextTokens: LONG_CONTEXT_TOKENS,
  });
  const app = await FacetApp.launch({ dataFolder, starterModel: false, trace: false });
  const chat = new ChatWindow(app.window);
  await chat.waitUntilReady();
  const { models } = await call(app, "app.snapshot", undefined);
  const modelId = models[0]?.id;
  if (modelId === undefined) throw new Error("The model with the long context is not there");
  await call(app, "models.load", {
    modelId,
    settings: { ...automaticLoadSettings, contextSizeTokens: LONG_CONTEXT_TOKENS },
    despiteWarning: true,
  });
  await app.window.waitForFunction(() =>
    /1,2\d\d,\d+ tokens/.test(document.querySelector("[aria-label=Status]")?.textContent ?? ""),
  );
  await chat.waitUntilReady();
  const slowest = await slowestKind(app, 1_000_000, "in a context that holds them");
  await app.close();
  await rm(dataFolder, { recursive: true, force: true });
  return slowest;
}

/** The slowest kind of text, by its median. */
async function slowestKind(app: FacetApp, characters: number, where: string): Promise<number> {
  const chat = new ChatWindow(app.window);
  const medians: number[] = [];
  for (const kind of KINDS) {
    const times: number[] = [];
    for (let run = 0; run < RUNS; run++) {
      await chat.startChat();
      await copyText(app, textOfLength(kind, characters));
      await chat.composer.fill("");
      await chat.composer.focus();
      times.push(await pasteAndPressKey(app));
      // Whatever is still under way belongs to this run.
      await app.window.waitForTimeout(1_000);
      const beside = app.window.getByRole("button", { name: "Remove this text" });
      if (await beside.isVisible()) await beside.click();
    }
    medians.push(median(times));
    console.log(`  ${characters / 1_000_000} million characters of ${kind}, ${where}: ${list(times, 0)} ms`);
  }
  return Math.max(...medians);
}
