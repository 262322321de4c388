// Hundreds of hostile GGUF files through the real processes: judged, refused by the engine, listed; nothing dies, nothing takes long.
import { readFile } from "node:fs/promises";
import path from "node:path";
import type { Page } from "@playwright/test";
import { FailureCode } from "../electron/contract/failure";
import { hostileGgufs, impossibleModels, writeHostileGguf } from "../electron/testing/hostileGguf";
import { failureText } from "../renderer/app/failureText";
import { freshDataFolder, modelsFolder, type FacetApp } from "./FacetApp";
import { expect, test } from "./test";

/** The limits for one file: of the process's own processor time, because others may use the machine too. */
const MAX_CPU_MS = 1000;
const MAX_RESIDENT_BYTES = 200_000_000;
/** Of /proc/…/stat: USER_HZ, 100 on every Linux that runs Electron. */
const TICK_MS = 10;
/** The app may not fetch its starter model here. */
const NO_NETWORK = { HF_ENDPOINT: "http://127.0.0.1:9", PIP_NO_INDEX: "1" };

test("hostile model files are refused one by one, and the app lives", async ({ launch }) => {
  test.skip(process.platform !== "linux", "time and memory of a process are read from /proc, which only Linux has");
  const dataFolder = await freshDataFolder();
  const folder = await modelsFolder(dataFolder);
  const files = [...hostileGgufs(), ...impossibleModels()];
  for (const [index, file] of files.entries()) await writeHostileGguf(path.join(folder, `${String(index).padStart(3, "0")}.gguf`), file);
  const app = await launch({ dataFolder, starterModel: false, env: NO_NETWORK });
  const page = app.window;
  await page.waitForLoadState("load");
  const models = await listed(page);
  expect(models).toHaveLength(files.length);

  const fit = await pidOf(app, "Facet fit");
  const slowest = { judged: 0, refused: 0 };
  for (const { id, fileName } of models) {
    const hostile = files[Number.parseInt(fileName, 10)];
    const before = await cpuMsOf(fit);
    const [verdict, code] = await page.evaluate(async (modelId) => {
      const judged = await window.facet.call["fit.judge"]({ source: { kind: "installed", modelId: modelId as never }, contextSizeTokens: 4096, kvCacheType: "f16" });
      return judged.ok ? [judged.value.verdict, judged.value.failureCode] : ["unknown", judged.failure.code];
    }, id);
    const tookMs = (await cpuMsOf(fit)) - before;
    expect(verdict, hostile?.name).toBe("unknown");
    expect(hostile?.codes, hostile?.name).toContain(code);
    expect(tookMs, hostile?.name).toBeLessThan(MAX_CPU_MS);
    slowest.judged = Math.max(slowest.judged, tookMs);
  }
  // One process for all of them: it was neither killed nor did it die.
  expect(await pidOf(app, "Facet fit")).toBe(fit);
  const peakBytes = await peakBytesOf(fit);

  await page.evaluate(() => {
    window.facet.on("engine-changed", (state) => Reflect.set(window, "engineState", state));
  });
  for (const { id, fileName } of models) {
    const hostile = files[Number.parseInt(fileName, 10)];
    const code = await page.evaluate(async (modelId) => {
      Reflect.set(window, "engineState", null);
      const asked = await window.facet.call["models.load"]({ modelId: modelId as never });
      if (!asked.ok) return asked.failure.code;
      for (;;) {
        const state = Reflect.get(window, "engineState");
        if (state?.kind === "load-failed") return state.failure.code as string;
        if (state?.kind === "ready" || state?.kind === "crashed") return state.kind as string;
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
    }, id);
    expect(hostile?.codes, hostile?.name).toContain(code);
    expect(failureText({ code: FailureCode.parse(code) }).happened).toMatch(/^[A-Z].*\.$/u);
  }
  const enginePeakBytes = await peakBytesOf(await pidOf(app, "Facet engine"));

  await page.keyboard.press("Control+Shift+m");
  await page.getByRole("tab", { name: /^Installed/ }).click();
  await expect(page.getByText("000", { exact: true }).first()).toBeVisible();
  console.log(
    `  ${files.length} hostile files: judged in at most ${slowest.judged} ms of processor time each by a process of at most ` +
    `${mb(peakBytes)} MB; refused by the engine, a process of at most ${mb(enginePeakBytes)} MB`,
  );
  expect(peakBytes).toBeLessThan(MAX_RESIDENT_BYTES);
});

async function listed(page: Page): Promise<{ id: string; fileName: string }[]> {
  return page.evaluate(async () => {
    const installed = await window.facet.call["models.installed"](undefined);
    if (!installed.ok) throw new Error(installed.failure.code);
    return installed.value.models.map(({ model }) => ({ id: model.id, fileName: model.fileName }));
  });
}

async function pidOf(app: FacetApp, name: string): Promise<number> {
  const pid = await app.electron.evaluate(({ app: electronApp }, wanted) => electronApp.getAppMetrics().find((one) => one.name === wanted)?.pid ?? null, name);
  if (pid === null) throw new Error(`there is no process ${name}`);
  return pid;
}

async function cpuMsOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8");
  // The command's name is in brackets and may hold anything; user and system time are the 14th and 15th word of the line.
  const words = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(words[11]) + Number(words[12])) * TICK_MS;
}

async function peakBytesOf(pid: number): Promise<number> {
  return Number(/^VmHWM:\s+(\d+) kB$/mu.exec(await readFile(`/proc/${pid}/status`, "utf8"))?.[1] ?? Number.NaN) * 1024;
}

function mb(bytes: number): string {
  return (bytes / 1e6).toFixed(0);
}
