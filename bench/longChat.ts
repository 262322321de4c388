// A chat of 5,000 messages in the real app: how fast it opens, and the worst frame while 200 tokens/s stream into it.
import { rm } from "node:fs/promises";
import type * as Electron from "electron";
import { EVENT_CHANNEL, STREAM_PORT_CHANNEL } from "../electron/contract/bridge";
import { textParts } from "../electron/contract/parts";
import { BATCH_INTERVAL_MS, STREAM_CREDITS } from "../electron/contract/tokenStream";
import { ANSWER_WORDS, ChatWindow } from "../e2e/ChatWindow";
import { FacetApp, freshDataFolder } from "../e2e/FacetApp";
import { list, median, quantile, type Figures } from "./figures";
import { LAST_WORDS, LONG_CHAT_TITLE, seedLongChat } from "./seedLongChat";

const MESSAGES = 5_000;
const OPENINGS = 7;
const STREAMS = 3;
const TOKENS_PER_SECOND = 200;
const STREAM_SECONDS = 12;
const QUIET_MS = 5_000;
/** No frame may take longer. */
const FRAME_LIMIT_MS = 50;

export async function longChat(): Promise<Figures> {
  const dataFolder = await freshDataFolder();
  await seedLongChat(dataFolder, MESSAGES);
  const app = await FacetApp.launch({ dataFolder, trace: false });
  const chat = new ChatWindow(app.window);
  await chat.waitUntilReady();

  const openings: number[] = [];
  for (let run = 0; run < OPENINGS; run++) {
    await chat.startChat();
    openings.push(await openOnce(app));
  }
  console.log(`  opening, first to last: ${list(openings, 0)} ms`);

  // The same page at rest shows what the machine itself does to frames.
  await watchFrames(app);
  await app.window.waitForTimeout(QUIET_MS);
  console.log(`  at rest: ${describe(await stopWatching(app))}`);

  const worst: number[] = [];
  for (let run = 0; run < STREAMS; run++) {
    const watched = await streamOnce(app, run);
    worst.push(Math.max(...watched.frames));
    console.log(`  streaming ${STREAM_SECONDS} s: ${describe(watched)}`);
  }
  await app.close();
  await rm(dataFolder, { recursive: true, force: true });
  return { "ui.open_5000_ms": median(openings), "ui.worst_frame_ms": median(worst) };
}

interface Watched {
  /** Times between animation frames, ms. */
  frames: number[];
  /** Pieces of work of the page's main thread that took over 50 ms, in ms. */
  longTasks: number[];
}

async function watchFrames(app: FacetApp): Promise<void> {
  await app.window.evaluate(() => {
    const watched = { frames: [] as number[], longTasks: [] as number[], going: true };
    Reflect.set(window, "facetFrames", watched);
    new PerformanceObserver((list) =>
      watched.longTasks.push(...list.getEntries().map(({ duration }) => duration)),
    ).observe({ type: "longtask" });
    void (async () => {
      let last = await new Promise<number>(requestAnimationFrame);
      while (watched.going) {
        const now = await new Promise<number>(requestAnimationFrame);
        watched.frames.push(now - last);
        last = now;
      }
    })();
  });
}

async function stopWatching(app: FacetApp): Promise<Watched> {
  return app.window.evaluate(() => {
    const watched: Watched & { going: boolean } = Reflect.get(window, "facetFrames");
    watched.going = false;
    return { frames: watched.frames, longTasks: watched.longTasks };
  });
}

function describe({ frames, longTasks }: Watched): string {
  const worst = Math.max(...frames);
  return `${frames.length} frames, p50 ${median(frames).toFixed(1)}, p99 ${quantile(frames, 0.99).toFixed(1)}, worst ${worst.toFixed(1)} ms, over ${FRAME_LIMIT_MS} ms: ${frames.filter((ms) => ms > FRAME_LIMIT_MS).length}; long tasks: ${longTasks.length === 0 ? "none" : `${list(longTasks, 0)} ms`}`;
}

/** From the click on the chat to the frame after the one in which its last message is drawn. */
async function openOnce(app: FacetApp): Promise<number> {
  return app.window.evaluate(
    async ({ title, lastWords, words }) => {
      const entry = [...document.querySelectorAll<HTMLElement>("nav[aria-label=Chats] button")].find(
        (one) => one.textContent === title,
      );
      if (!entry) throw new Error("The long chat is not in the sidebar");
      const clickedAtMs = performance.now();
      entry.click();
      for (;;) {
        await new Promise(requestAnimationFrame);
        const last = [...document.querySelectorAll(words)].at(-1);
        if (!last?.textContent?.includes(lastWords)) continue;
        const box = last.getBoundingClientRect();
        if (box.height > 0 && box.bottom > 0 && box.top < innerHeight) break;
      }
      // The frame that holds it has been handed over when the next one begins.
      await new Promise(requestAnimationFrame);
      return performance.now() - clickedAtMs;
    },
    { title: LONG_CHAT_TITLE, lastWords: LAST_WORDS, words: ANSWER_WORDS },
  );
}

/**
 * Times between animation frames while a stream with the real protocol runs from main into the window.
 * What runs in page or main must have no named inner functions: the compiler of these scripts would call a helper there.
 */
async function streamOnce(app: FacetApp, run: number): Promise<Watched> {
  await watchFrames(app);
  const common = {
    chatId: "long",
    createdAtMs: Date.now(),
    failure: null,
    facts: null,
    stack: [],
    comparisonId: null,
  } as const;
  const parent = run === 0 ? `m${MESSAGES - 1}` : `synthetic-answer-${run - 1}`;
  const question = {
    ...common,
    id: `synthetic-question-${run}`,
    parentId: parent,
    role: "user",
    parts: textParts("Write a long text about it."),
    state: "complete",
    requestId: null,
    siblingIds: [`synthetic-question-${run}`],
  };
  const answer = {
    ...common,
    id: `synthetic-answer-${run}`,
    parentId: question.id,
    role: "assistant",
    parts: [],
    state: "writing",
    requestId: `synthetic-${run}`,
    siblingIds: [`synthetic-answer-${run}`],
  };
  const { sent, credited } = await app.electron.evaluate(streamFromMain, {
    question,
    answer,
    eventChannel: EVENT_CHANNEL,
    portChannel: STREAM_PORT_CHANNEL,
    credits: STREAM_CREDITS,
    intervalMs: BATCH_INTERVAL_MS,
    tokensPerSecond: TOKENS_PER_SECOND,
    seconds: STREAM_SECONDS,
    text: streamText(),
  });
  // Credits come back for what was shown: without them nothing was measured.
  if (sent < STREAM_SECONDS * TOKENS_PER_SECOND || credited === 0)
    throw new Error(`The window took ${credited} batches, and ${sent} tokens were sent`);
  return stopWatching(app);
}

interface SyntheticStream {
  question: object;
  answer: { id: string; requestId: string };
  eventChannel: string;
  portChannel: string;
  credits: number;
  intervalMs: number;
  tokensPerSecond: number;
  seconds: number;
  text: string;
}

/** Runs inside the main process: plays the engine on a port of its own, credits and all. Must not refer to anything outside. */
function streamFromMain(
  electron: typeof Electron,
  stream: SyntheticStream,
): Promise<{ sent: number; credited: number }> {
  const contents = electron.BrowserWindow.getAllWindows()[0]?.webContents;
  if (!contents) throw new Error("There is no window");
  const { port1, port2 } = new electron.MessageChannelMain();
  let free = stream.credits;
  let credited = 0;
  port2.on("message", ({ data }) => {
    if (data.kind !== "credit") return;
    free++;
    credited++;
  });
  port2.start();
  contents.send(stream.eventChannel, "message-changed", stream.question);
  contents.send(stream.eventChannel, "message-changed", stream.answer);
  contents.postMessage(stream.portChannel, null, [port1]);
  const { requestId, id: messageId } = stream.answer;
  let sequence = 0;
  let sent = 0;
  let shown = "";
  port2.postMessage({ kind: "begin", requestId, messageId, sequence: sequence++, parts: [] });
  const startedAtMs = performance.now();
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      const elapsed = (performance.now() - startedAtMs) / 1000;
      const due = Math.floor(Math.min(elapsed, stream.seconds) * stream.tokensPerSecond);
      if (due > sent && free > 0) {
        // A token is four characters here, as it is on average in English text.
        const start = sent * 4;
        const length = (due - sent) * 4;
        let text = "";
        while (text.length < length) {
          const at = (start + text.length) % stream.text.length;
          text += stream.text.slice(at, at + length - text.length);
        }
        sent = due;
        free--;
        shown += text;
        port2.postMessage({
          kind: "batch",
          requestId,
          sequence: sequence++,
          changes: [{ kind: "append", text }],
          answerTokens: sent,
          contextUsedTokens: 1000 + sent,
          oldestTokenAtMs: Date.now(),
        });
      }
      if (elapsed < stream.seconds) return;
      clearInterval(timer);
      port2.postMessage({ kind: "end", requestId, sequence: sequence++, outcome: "complete" });
      contents.send(stream.eventChannel, "message-changed", {
        ...stream.answer,
        parts: [{ kind: "text", text: shown }],
        state: "complete",
        requestId: null,
      });
      setTimeout(() => resolve({ sent, credited }), 500);
    }, stream.intervalMs);
  });
}

/** Prose, a list, a table and code, about 3,000 characters, repeated as often as needed. */
function streamText(): string {
  const prose =
    "The lighthouse stood at the end of the long pier, and its keeper counted the ships that passed by in the evening. ".repeat(
      6,
    );
  const points = Array.from(
    { length: 8 },
    (_, index) => `- point ${index + 1}: **what** was seen, and \`when\`, by whom`,
  ).join("\n");
  const table = `| Ship | Hour | Cargo |\n|---|--:|---|\n${Array.from({ length: 6 }, (_, index) => `| number ${index + 1} | ${index + 17}:30 | wood and grain |`).join("\n")}`;
  const code = `\`\`\`python\n${Array.from({ length: 14 }, (_, index) => `def ship_${index}(hour: int) -> str:  # counted\n    return f"ship {hour}"`).join("\n")}\n\`\`\``;
  return `## What was seen\n\n${prose}\n\n${points}\n\n${table}\n\n${code}\n\n`;
}
