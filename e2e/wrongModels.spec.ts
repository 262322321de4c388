// Hundreds of models that are wrong in what they say: judged by the real app, then loaded by a real engine. Each is refused in words, or
// it answers; neither the fit process of those that are refused nor the engine dies.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { ForkedEngine } from "../electron/testing/ForkedEngine";
import { isAsExpected, tryModel } from "../electron/testing/tryModel";
import { wrongModels } from "../electron/testing/wrongModels";
import { failureText } from "../electron/words/failureText";
import { freshDataFolder, modelsFolder } from "./FacetApp";
import { expect, test } from "./test";

/** Some announce much; a template is a program, too. */
const MAX_PEAK_BYTES = 1_500_000_000;
const MAX_TRY_MS = 15_000;
/** The app may not fetch its starter model here. */
const NO_NETWORK = { HF_ENDPOINT: "http://127.0.0.1:9", PIP_NO_INDEX: "1" };

test("no wrong model ends the engine", { tag: "@slow" }, async () => {
  test.setTimeout(1_200_000);
  const folder = await mkdtemp(path.join(os.tmpdir(), "facet-wrong-"));
  const engine = new ForkedEngine();
  const wrong: string[] = [];
  let slowestMs = 0;
  let refused = 0;
  for (const model of wrongModels()) {
    const started = performance.now();
    const came = await tryModel(engine, model, folder);
    slowestMs = Math.max(slowestMs, performance.now() - started);
    if (came.kind === "refused") refused++;
    if (came.kind === "refused" || came.kind === "answer-refused")
      expect(failureText(came.failure).happened, model.name).not.toBe("");
    if (!isAsExpected(model, came)) wrong.push(`${model.name}: ${JSON.stringify(came)}`);
    if (!engine.isAlive) break;
  }
  const peakBytes = engine.memory?.peakResidentBytes ?? 0;
  await engine.stop();
  await rm(folder, { recursive: true, force: true });
  console.log(
    `  ${wrongModels().length} wrong models, ${refused} refused; at most ${Math.round(slowestMs)} ms each, ${Math.round(peakBytes / 1e6)} MB at most`,
  );
  expect(wrong).toEqual([]);
  expect(slowestMs).toBeLessThan(MAX_TRY_MS);
  expect(peakBytes).toBeLessThan(MAX_PEAK_BYTES);
});

test(
  "wrong models are refused in the list before they are loaded, and the app lives",
  { tag: "@slow" },
  async ({ launch, allowProblems }) => {
    test.setTimeout(600_000);
    allowProblems(/fit process died/);
    const dataFolder = await freshDataFolder();
    const folder = await modelsFolder(dataFolder);
    const files = wrongModels().filter(({ outcome }) => outcome === "refused");
    for (const [index, file] of files.entries())
      await writeFile(path.join(folder, `${String(index).padStart(3, "0")}.gguf`), file.bytes());
    const app = await launch({ dataFolder, starterModel: false, env: NO_NETWORK });
    const page = app.window;
    await page.waitForLoadState("load");
    const codes = await page.evaluate(async () => {
      const installed = await window.facet.call["models.installed"](undefined);
      if (!installed.ok) throw new Error(installed.failure.code);
      const found: [string, string | null][] = [];
      for (const { model } of installed.value.models) {
        const judged = await window.facet.call["fit.judge"]({
          source: { kind: "installed", modelId: model.id },
          contextSizeTokens: 4096,
          kvCacheType: "f16",
        });
        found.push([model.fileName, judged.ok ? judged.value.failureCode : judged.failure.code]);
      }
      return found;
    });
    expect(
      codes
        .filter(([, code]) => code === null || !code.startsWith("model-"))
        .map(([name]) => files[Number.parseInt(name, 10)]?.name),
    ).toEqual([]);
    // The list says it in its own sentence.
    await page.getByRole("button", { name: "Models", exact: true }).click();
    await page.getByRole("tab", { name: /^Installed/ }).click();
    await expect(
      page.getByText(/“000.gguf” can’t be loaded. Its vocabulary has the token “.+” twice \(0 and 1\)\./),
    ).toBeVisible();
  },
);
