// Added latency from a token leaving the engine to its text in the DOM, in the real app while the real model writes.
import { rm } from "node:fs/promises";
import { ChatWindow } from "../e2e/ChatWindow";
import { FacetApp } from "../e2e/FacetApp";
import { TOKEN_TO_DOM_MARK } from "../renderer/features/chat/stream/flushTiming";
import { list, median, quantile, type Figures } from "./figures";

const RUNS = 3;
const ANSWER_TOKENS = 400;
/** The page keeps fewer marks than a long answer makes; they are collected as they come. */
const QUESTION = "Write a very long story about a lighthouse keeper, in many chapters, with a list and a table.";

export async function tokenToDom(): Promise<Figures> {
  const app = await FacetApp.launch({ trace: false });
  const chat = new ChatWindow(app.window);
  await chat.waitUntilReady();
  const p50: number[] = [];
  const p95: number[] = [];
  for (let run = 1; run <= RUNS; run++) {
    await chat.startChat({ maxTokens: ANSWER_TOKENS });
    await app.window.evaluate((name) => {
      const samples: number[] = [];
      const observer = new PerformanceObserver((entries) => {
        for (const entry of entries.getEntriesByName(name)) samples.push(Number((entry as PerformanceMark).detail));
      });
      observer.observe({ type: "mark" });
      Reflect.set(window, "facetBench", { samples, observer });
    }, TOKEN_TO_DOM_MARK);
    await chat.ask(QUESTION);
    const samples = await app.window.evaluate(() => {
      const bench: { samples: number[]; observer: PerformanceObserver } = Reflect.get(window, "facetBench");
      bench.observer.disconnect();
      return bench.samples;
    });
    p50.push(quantile(samples, 0.5));
    p95.push(quantile(samples, 0.95));
    console.log(
      `  run ${run}: ${samples.length} flushes, p50 ${p50.at(-1)?.toFixed(1)} ms, p95 ${p95.at(-1)?.toFixed(1)} ms, worst ${Math.max(...samples).toFixed(1)} ms`,
    );
  }
  await app.close();
  await rm(app.dataFolder, { recursive: true, force: true });
  console.log(`  p50 of the runs ${list(p50, 1)}; p95 ${list(p95, 1)}`);
  return { "ui.token_to_dom_p50_ms": median(p50), "ui.token_to_dom_p95_ms": median(p95) };
}
