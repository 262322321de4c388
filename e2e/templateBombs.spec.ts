// Models whose chat template would take all the time or all the memory there is, loaded and asked in the real app: each answers by another
// format and says why, the engine lives, and what it takes of memory is bounded.
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import type { TemplateProblem } from "../electron/contract/modelFormat";
import type { ModelId } from "../electron/contract/ids";
import { FUSE, templateBombs, waitingTemplateBombs, type TemplateBomb } from "../electron/testing/templateBombs";
import { text, wrongModel } from "../electron/testing/wrongModel";
import { ChatWindow } from "./ChatWindow";
import { freshDataFolder, modelsFolder, type FacetApp } from "./FacetApp";
import { expect, test } from "./test";

const NO_NETWORK = { HF_ENDPOINT: "http://127.0.0.1:9", PIP_NO_INDEX: "1" };
/** As in wrongModels.spec.ts: some write much, and the heap grows before it is cleared. */
const MAX_PEAK_BYTES = 1_500_000_000;
/** Read, tried, rendered by limits of 2 to 4 s each; a busy machine is slower at all else. */
const MAX_TRY_MS = 45_000;

interface Asked {
  /** What is said of the model's own template when it is loaded, and of the answer. */
  onLoad: TemplateProblem | null;
  onAnswer: TemplateProblem | null;
  state: string;
}

async function place(bombs: readonly TemplateBomb[]): Promise<string> {
  const dataFolder = await freshDataFolder();
  const folder = await modelsFolder(dataFolder);
  for (const [index, { name, source }] of bombs.entries()) {
    const model = wrongModel(name, "either", (draft) => draft.set("tokenizer.chat_template", text(source)));
    await writeFile(path.join(folder, `bomb-${String(index).padStart(2, "0")}.gguf`), model.bytes());
  }
  return dataFolder;
}

/** Loads a model and says the word; resolves when the answer has ended. */
function ask(app: FacetApp, modelId: ModelId, words: string): Promise<Asked> {
  return app.window.evaluate(
    async ([id, said]) => {
      const { call, on } = window.facet;
      const wait = <Value>(listen: (done: (value: Value) => void) => () => void) =>
        new Promise<Value>((resolve) => {
          const stop = listen((value) => {
            resolve(value);
            setTimeout(() => stop());
          });
        });
      const loaded = wait<TemplateProblem | null>((done) =>
        on("engine-changed", (state) => {
          if (state.kind === "load-failed" || state.kind === "crashed") throw new Error(state.failure.code);
          if (state.kind === "ready" && state.model.modelId === id) done(state.model.format.problem);
        }),
      );
      const load = await call["models.load"]({ modelId: id, despiteWarning: true });
      if (!load.ok) throw new Error(load.failure.code);
      const onLoad = await loaded;
      const ended = wait<{ state: string; onAnswer: TemplateProblem | null }>((done) =>
        on("message-changed", ({ role, state, facts, failure }) => {
          if (role === "assistant" && state !== "writing")
            done({ state: failure?.code ?? state, onAnswer: facts?.format?.problem ?? null });
        }),
      );
      const started = await call["chats.start"]({
        settings: { systemPrompt: "", sampling: {}, maxTokens: 4 },
        stack: [],
        text: said,
      });
      if (!started.ok) throw new Error(started.failure.code);
      return { onLoad, ...(await ended) };
    },
    [modelId, words] as const,
  );
}

async function peakBytesOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/^VmHWM:\s+(\d+) kB$/mu.exec(status)?.[1] ?? 0) * 1024;
}

for (const [when, bombs, words] of [
  ["when it is loaded", templateBombs(), "Hello"],
  ["when the user says a word", waitingTemplateBombs(), FUSE],
] as const)
  test(
    `a template that goes off ${when} is given up in words, and the app goes on`,
    { tag: "@slow" },
    async ({ launch }) => {
      test.setTimeout(1_200_000);
      const app = await launch({ dataFolder: await place(bombs), starterModel: false, env: NO_NETWORK });
      await app.window.waitForLoadState("load");
      const installed = await app.window.evaluate(() => window.facet.call["models.installed"](undefined));
      if (!installed.ok) throw new Error(installed.failure.code);
      const models = installed.value.models
        .map(({ model }) => model)
        .toSorted((one, other) => one.fileName.localeCompare(other.fileName));
      expect(models).toHaveLength(bombs.length);
      const wrong: string[] = [];
      let [slowestMs, peakBytes] = [0, 0];
      for (const [index, model] of models.entries()) {
        const began = performance.now();
        const asked = await ask(app, model.id, words);
        const tookMs = performance.now() - began;
        slowestMs = Math.max(slowestMs, tookMs);
        const pid = await app.enginePid();
        const peak = pid === null ? Infinity : await peakBytesOf(pid);
        peakBytes = Math.max(peakBytes, peak);
        const said = asked.onLoad ?? asked.onAnswer;
        if (asked.state !== "complete" || said === null || peak > MAX_PEAK_BYTES || tookMs > MAX_TRY_MS)
          wrong.push(`${bombs[index]?.name ?? ""}: ${JSON.stringify({ ...asked, peak, tookMs })}`);
      }
      console.log(
        `  ${models.length} bombs: at most ${Math.round(slowestMs)} ms and ${Math.round(peakBytes / 1e6)} MB each`,
      );
      expect(wrong).toEqual([]);
      // The page was never held up: it answers to clicks, and says with the last answer what is wrong with the model's template.
      const chat = new ChatWindow(app.window);
      await chat.openChat(words);
      await chat.lastAnswer.hover();
      await chat.lastAnswer.getByRole("button", { name: "Details of this answer" }).click();
      await expect(app.window.getByText(/format\. The model.s own template /)).toBeVisible();
    },
  );
