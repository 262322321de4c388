// Hundreds of hostile GGUF files through the real fit process, and listed; nothing dies, nothing takes long.
import { readFile } from "node:fs/promises";
import path from "node:path";
import type { Page } from "@playwright/test";
import { hostileGgufs, impossibleModels, writeHostileGguf } from "../electron/testing/hostileGguf";
import { freshDataFolder, modelsFolder, type FacetApp } from "./FacetApp";
import { expect, test } from "./test";

/** The limits for one file: of the process's own processor time, because others may use the machine too. */
const MAX_CPU_MS = 1000;
/** Over what the process takes with llama.cpp loaded. */
const MAX_GROWTH_BYTES = 200_000_000;
/** Of /proc/…/stat: USER_HZ, 100 on every Linux that runs Electron. */
const TICK_MS = 10;
/** The app may not fetch its starter model here. */
const NO_NETWORK = { HF_ENDPOINT: "http://127.0.0.1:9", PIP_NO_INDEX: "1" };

test("hostile model files are refused one by one, and the app lives", { tag: "@slow" }, async ({ launch }) => {
  test.skip(process.platform !== "linux", "time and memory of a process are read from /proc, which only Linux has");
  // Four hundred files, each judged: half a minute, many times that where others use the machine.
  test.setTimeout(600_000);
  const dataFolder = await freshDataFolder();
  const folder = await modelsFolder(dataFolder);
  const files = [...hostileGgufs(), ...impossibleModels()];
  for (const [index, file] of files.entries())
    await writeHostileGguf(path.join(folder, `${String(index).padStart(3, "0")}.gguf`), file);
  const app = await launch({ dataFolder, starterModel: false, env: NO_NETWORK });
  const page = app.window;
  await page.waitForLoadState("load");
  const models = await listed(page);
  expect(models).toHaveLength(files.length);

  await page.evaluate(() => window.facet.call["fit.machine"](undefined));
  const fit = await pidOf(app, "Facet fit");
  const atRestBytes = await bytesOf(fit, "VmRSS");
  let slowestMs = 0;
  for (const { id, fileName } of models) {
    const hostile = files[Number.parseInt(fileName, 10)];
    const before = await cpuMsOf(fit);
    const [verdict, code] = await page.evaluate(async (modelId) => {
      const judged = await window.facet.call["fit.judge"]({
        source: { kind: "installed", modelId: modelId as never },
        contextSizeTokens: 4096,
        kvCacheType: "f16",
      });
      return judged.ok ? [judged.value.verdict, judged.value.failureCode] : ["unknown", judged.failure.code];
    }, id);
    const tookMs = (await cpuMsOf(fit)) - before;
    expect(verdict, hostile?.name).toBe("unknown");
    expect(hostile?.codes, hostile?.name).toContain(code);
    expect(tookMs, hostile?.name).toBeLessThan(MAX_CPU_MS);
    slowestMs = Math.max(slowestMs, tookMs);
  }
  // One process for all of them: it was neither killed nor did it die.
  expect(await pidOf(app, "Facet fit")).toBe(fit);
  const peakBytes = await bytesOf(fit, "VmHWM");

  await page.getByRole("button", { name: "Models", exact: true }).click();
  await page.getByRole("tab", { name: /^Installed/ }).click();
  await expect(page.getByRole("tab", { name: `Installed ${files.length}` })).toBeVisible();
  console.log(
    `  ${files.length} hostile files: judged in at most ${slowestMs} ms of processor time each; the process has ${mb(atRestBytes)} MB at rest, ${mb(peakBytes)} MB at most`,
  );
  expect(peakBytes - atRestBytes).toBeLessThan(MAX_GROWTH_BYTES);
});

async function listed(page: Page): Promise<{ id: string; fileName: string }[]> {
  return page.evaluate(async () => {
    const installed = await window.facet.call["models.installed"](undefined);
    if (!installed.ok) throw new Error(installed.failure.code);
    return installed.value.models.map(({ model }) => ({ id: model.id, fileName: model.fileName }));
  });
}

async function pidOf(app: FacetApp, name: string): Promise<number> {
  const pid = await app.electron.evaluate(
    ({ app: electronApp }, wanted) => electronApp.getAppMetrics().find((one) => one.name === wanted)?.pid ?? null,
    name,
  );
  if (pid === null) throw new Error(`there is no process ${name}`);
  return pid;
}

async function cpuMsOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8");
  // The command's name is in brackets and may hold anything; user and system time are the 14th and 15th word of the line.
  const words = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(words[11]) + Number(words[12])) * TICK_MS;
}

async function bytesOf(pid: number, field: "VmRSS" | "VmHWM"): Promise<number> {
  return (
    Number(
      new RegExp(`^${field}:\\s+(\\d+) kB$`, "mu").exec(await readFile(`/proc/${pid}/status`, "utf8"))?.[1] ??
        Number.NaN,
    ) * 1024
  );
}

function mb(bytes: number): string {
  return (bytes / 1e6).toFixed(0);
}
