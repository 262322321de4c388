// Hundreds of hostile GGUF files through the real processes: judged, refused by the engine, listed; nothing dies, nothing takes long.
import { readFile } from "node:fs/promises";
import path from "node:path";
import { hostileGgufs, writeHostileGguf } from "../electron/testing/hostileGguf";
import { failureText } from "../renderer/app/failureText";
import { FailureCode } from "../electron/contract/failure";
import { freshDataFolder, modelsFolder } from "./FacetApp";
import { expect, test } from "./test";

/** The limits for one file. */
const MAX_TIME_MS = 1000;
const MAX_GROWTH_BYTES = 200_000_000;
/** The app may not fetch its starter model here. */
const NO_NETWORK = { HF_ENDPOINT: "http://127.0.0.1:9", PIP_NO_INDEX: "1" };

test("hostile model files are refused one by one, and the app lives", async ({ launch, allowProblems }) => {
  allowProblems(/model|gguf/i);
  const dataFolder = await freshDataFolder();
  const folder = await modelsFolder(dataFolder);
  const files = hostileGgufs();
  for (const [index, file] of files.entries()) await writeHostileGguf(path.join(folder, `${String(index).padStart(3, "0")}.gguf`), file);
  const app = await launch({ dataFolder, starterModel: false, env: NO_NETWORK });
  const page = app.window;
  await page.waitForLoadState("load");

  const fitPid = () => app.electron.evaluate(({ app: electronApp }) => electronApp.getAppMetrics().find((one) => one.name === "Facet fit")?.pid ?? null);
  await page.evaluate(() => window.facet.call["fit.machine"](undefined));
  const pid = await fitPid();
  if (pid === null) throw new Error("there is no fit process");
  const before = await memoryOf(pid);

  const judged = await page.evaluate(async () => {
    const { call } = window.facet;
    const installed = await call["models.installed"](undefined);
    if (!installed.ok) throw new Error(installed.failure.code);
    const verdicts: { fileName: string; verdict: string; code: string | null; tookMs: number }[] = [];
    for (const { model } of installed.value.models) {
      const startedMs = performance.now();
      const fit = await call["fit.judge"]({ source: { kind: "installed", modelId: model.id }, contextSizeTokens: 4096, kvCacheType: "f16" });
      verdicts.push({
        fileName: model.fileName, tookMs: performance.now() - startedMs,
        ...(fit.ok ? { verdict: fit.value.verdict, code: fit.value.failureCode } : { verdict: "refused", code: fit.failure.code }),
      });
    }
    return verdicts;
  });
  expect(judged).toHaveLength(files.length);
  for (const { fileName, verdict, code, tookMs } of judged) {
    const hostile = files[Number.parseInt(fileName, 10)];
    expect([verdict, code], hostile?.name).toEqual([expect.stringMatching(/^(unknown|refused)$/u), expect.stringMatching(/^model-/u)]);
    expect(hostile?.codes, hostile?.name).toContain(code);
    expect(tookMs, hostile?.name).toBeLessThan(MAX_TIME_MS);
  }
  const after = await memoryOf(pid);
  expect(await fitPid()).toBe(pid);
  const growth = after.peakBytes - before.residentBytes;
  expect(growth).toBeLessThan(MAX_GROWTH_BYTES);

  // The same through the engine, which reads the whole header before native code sees the file.
  const loaded = await page.evaluate(async () => {
    const { call, on } = window.facet;
    const installed = await call["models.installed"](undefined);
    if (!installed.ok) throw new Error(installed.failure.code);
    let settle: ((state: { kind: string; code: string | null }) => void) | null = null;
    on("engine-changed", (state) => {
      if (state.kind !== "loading" && state.kind !== "starting") settle?.({ kind: state.kind, code: "failure" in state ? state.failure.code : null });
    });
    const outcomes: { fileName: string; kind: string; code: string | null; tookMs: number }[] = [];
    for (const { model } of installed.value.models) {
      const startedMs = performance.now();
      const ended = new Promise<{ kind: string; code: string | null }>((resolve) => (settle = resolve));
      const asked = await call["models.load"]({ modelId: model.id });
      const outcome = asked.ok ? await ended : { kind: "load-failed", code: asked.failure.code };
      outcomes.push({ fileName: model.fileName, ...outcome, tookMs: performance.now() - startedMs });
    }
    return outcomes;
  });
  const [, ...warm] = loaded;
  for (const { fileName, kind, code } of loaded) {
    const hostile = files[Number.parseInt(fileName, 10)];
    expect(kind, hostile?.name).toBe("load-failed");
    expect(hostile?.codes, hostile?.name).toContain(code);
    expect(failureText({ code: FailureCode.parse(code) }).happened).toMatch(/^[A-Z].*\.$/u);
  }
  expect(await page.evaluate(async () => (await window.facet.call["app.snapshot"](undefined)).ok)).toBe(true);

  await page.keyboard.press("Control+Shift+m");
  await page.getByRole("tab", { name: /^Installed/ }).click();
  await expect(page.getByText("000.gguf").or(page.getByText("000", { exact: true })).first()).toBeVisible();

  const slowest = (times: readonly { tookMs: number }[]) => Math.max(...times.map(({ tookMs }) => tookMs)).toFixed(0);
  console.log(
    `${files.length} files: judged in at most ${slowest(judged)} ms each, refused by the engine in at most ${slowest(warm)} ms (the first ${loaded[0]?.tookMs.toFixed(0)} ms, with the engine's start); ` +
    `fit process at rest ${mb(before.residentBytes)} MB, at most ${mb(after.peakBytes)} MB`,
  );
});

async function memoryOf(pid: number): Promise<{ residentBytes: number; peakBytes: number }> {
  test.skip(process.platform !== "linux", "memory is read from /proc, which only Linux has");
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  const bytes = (field: string) => Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, "mu").exec(status)?.[1] ?? Number.NaN) * 1024;
  return { residentBytes: bytes("VmRSS"), peakBytes: bytes("VmHWM") };
}

function mb(bytes: number): string {
  return (bytes / 1e6).toFixed(0);
}
