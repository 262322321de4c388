// Cold start of the built app: from spawning the process to the first frame with a composer that takes text.
import { spawn } from "node:child_process";
import { rm } from "node:fs/promises";
import { chromium } from "@playwright/test";
import { electronBinary, environment, freshDataFolder, IS_ROOT } from "../e2e/FacetApp";
import { placeStarterModel } from "../e2e/starterModelFile";
import { list, median, type Figures } from "./figures";

const RUNS = 7;
/** The start is over by then, and being watched no longer disturbs it. */
const LET_ALONE_MS = 4_000;

export async function coldStart(): Promise<Figures> {
  const dataFolder = await freshDataFolder();
  await placeStarterModel(dataFolder);
  const times: number[] = [];
  // The first start makes the database and Chromium's profile; it is shown, and not counted.
  for (let run = 0; run <= RUNS; run++) times.push(await startOnce(dataFolder));
  await rm(dataFolder, { recursive: true, force: true });
  const [first, ...others] = times;
  console.log(`  first start on a fresh data folder: ${first?.toFixed(0)} ms; then ${list(others, 0)} ms`);
  return { "app.cold_start_ms": median(others) };
}

/**
 * The window draws nothing before the app's first render, and the composer is in that render: so the browser's own
 * first-contentful-paint entry is the time. It is read afterwards; nothing is attached while the app starts.
 */
async function startOnce(dataFolder: string): Promise<number> {
  const spawnedAtMs = performance.timeOrigin + performance.now();
  const child = spawn(
    electronBinary(),
    [...(IS_ROOT ? ["--no-sandbox"] : []), "--remote-debugging-port=0", process.cwd()],
    {
      env: { ...environment(), FACET_DATA_DIR: dataFolder },
      stdio: ["ignore", "ignore", "pipe"],
    },
  );
  try {
    const endpoint = await new Promise<string>((resolve, reject) => {
      let said = "";
      child.stderr.on("data", (chunk: Buffer) => {
        said += chunk.toString();
        const found = /DevTools listening on (ws:\S+)/u.exec(said)?.[1];
        if (found !== undefined) resolve(found);
      });
      child.once("exit", (code) => reject(new Error(`The app ended with code ${code}: ${said}`)));
    });
    await new Promise((resolve) => setTimeout(resolve, LET_ALONE_MS));
    const browser = await chromium.connectOverCDP(endpoint);
    const [page] = browser.contexts().flatMap((context) => context.pages());
    if (!page) throw new Error("The app has no window");
    await page.getByRole("textbox", { name: "Message", exact: true }).fill("It takes text");
    const paintedAtMs = await page.evaluate(() => {
      const [entry] = performance.getEntriesByName("first-contentful-paint");
      return entry === undefined ? null : performance.timeOrigin + entry.startTime;
    });
    await browser.close();
    if (paintedAtMs === null) throw new Error("The window has painted nothing");
    return paintedAtMs - spawnedAtMs;
  } finally {
    const ended = new Promise((resolve) => child.once("exit", resolve));
    if (child.exitCode === null && child.signalCode === null) {
      child.kill("SIGTERM");
      await ended;
    }
  }
}
