// chat.first_token_ms: from asking for a new chat's first answer to its first token, in the application itself, with the model in memory.
// chat.start_ratio: by one call (chats.start) against the four that it took before (create, saveSettings, setStack, send).
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { Outcome } from "../electron/contract/failure";
import { defaultChatSettings } from "../electron/contract/sampling";
import type { Application } from "../electron/core/createApplication";
import { starterModelPath } from "../e2e/starterModelFile";
import { list, median, type Figures } from "./figures";

const RUNS = 12;
const settings = { ...defaultChatSettings, maxTokens: 2, seed: 1 };

export async function firstMessage(): Promise<Figures> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "facet-bench-"));
  const built = pathToFileURL(path.resolve(".vite/build/application.mjs")).href;
  // As hosts/node/openApplication.ts.
  const { openApplication } = (await import(built)) as {
    openApplication: (folder: string) => Promise<Outcome<Application>>;
  };
  const opened = await openApplication(folder);
  if (!opened.ok) throw new Error(opened.failure.code);
  const application = opened.value;
  try {
    const ready = new Promise<void>((resolve) => {
      application.events.on("engine-changed", ({ kind }) => kind === "ready" && resolve());
    });
    await application.call("models.openFile", { path: starterModelPath(), load: true });
    await ready;
    const one: number[] = [];
    const four: number[] = [];
    for (let run = 0; run < RUNS; run++) {
      one.push(await timeOf(application, () => byOneCall(application)));
      four.push(await timeOf(application, () => byFourCalls(application)));
    }
    // The first of each also warms up.
    console.log(`  one call: ${list(one, 1)} ms\n  four calls: ${list(four, 1)} ms`);
    return {
      "chat.first_token_ms": median(one.slice(1)),
      "chat.start_ratio": median(one.slice(1)) / median(four.slice(1)),
    };
  } finally {
    await application.close();
    await rm(folder, { recursive: true });
  }
}

async function byOneCall(application: Application): Promise<void> {
  await application.call("chats.start", { settings, stack: [], text: "Name a colour." });
}

async function byFourCalls(application: Application): Promise<void> {
  const created = await application.call("chats.create", undefined);
  if (!created.ok) throw new Error(created.failure.code);
  const chatId = created.value.id;
  await application.call("chats.saveSettings", { chatId, settings });
  await application.call("chats.setStack", { chatId, stack: [] });
  await application.call("chats.send", { chatId, text: "Name a colour." });
}

async function timeOf(application: Application, ask: () => Promise<void>): Promise<number> {
  const beganAtMs = performance.now();
  let firstAtMs: number | null = null;
  const stopReading = application.readTokens(({ kind }) => {
    if (kind === "batch") firstAtMs ??= performance.now();
  });
  const ended = new Promise<void>((resolve) => {
    const stop = application.events.on("message-changed", ({ role, state }) => {
      if (role !== "assistant" || state === "writing") return;
      stop();
      resolve();
    });
  });
  await ask();
  await ended;
  stopReading();
  if (firstAtMs === null) throw new Error("no token came");
  return firstAtMs - beganAtMs;
}
