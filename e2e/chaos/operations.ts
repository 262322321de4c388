// Everything that a run draws from: what users do, and what happens to them. Each leaves its mark in the ledger when it was shown as done.
import { appendFileSync, existsSync, mkdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { ChatId, DeltaId, MessageId, ModelId, RequestId } from "../../electron/contract/ids";
import { defaultChatSettings } from "../../electron/contract/sampling";
import { loraBytes } from "../../electron/testing/deltaGguf";
import { tinyModelBytes } from "../../electron/testing/tinyGguf";
import { sha256 } from "../hub/hubRepository";
import type { ChaosRun } from "./ChaosRun";

export type Operation = (run: ChaosRun) => Promise<void>;

const TASK_LIMIT_MS = 30_000;
const DAY_MS = 24 * 60 * 60 * 1000;

export const operations = {
  "start a chat": async (run) => {
    const text = `Question ${run.random.below(1e6)} ${"with some words ".repeat(1 + run.random.below(20))}`;
    const settings = { ...defaultChatSettings, maxTokens: 200 + run.random.below(1200) };
    const started = await run.application.call("chats.start", { settings, stack: [], text });
    if (!started?.ok) return;
    const { chat, messages } = started.value;
    run.ledger.chats.set(chat.id, chat.title);
    for (const message of messages) run.showMessage(message);
    await run.pause(300);
  },
  "send a message": (run) =>
    inChat(run, async (chatId) => {
      const sent = await run.application.call("chats.send", { chatId, text: `More ${run.random.below(1e6)}, please.` });
      if (sent?.ok) for (const message of sent.value.messages) run.showMessage(message);
      await run.pause(300);
    }),
  "regenerate an answer": (run) =>
    withLastAnswer(run, async (messageId) => {
      // Several at once, as an impatient user clicks.
      await Promise.all(
        Array.from({ length: 1 + run.random.below(4) }, () => run.application.call("chats.regenerate", { messageId })),
      );
      await run.pause(200);
    }),
  "edit a message": (run) =>
    inChat(run, async (chatId) => {
      const open = await run.application.call("chats.open", { chatId });
      const message = open?.ok ? run.random.any(open.value.messages.filter(({ role }) => role === "user")) : undefined;
      if (message === undefined) return;
      const edited = await run.application.call("chats.edit", { messageId: message.id, text: "Another question." });
      if (edited?.ok) for (const one of edited.value.messages) run.showMessage(one);
      await run.pause(200);
    }),
  "show a sibling": (run) =>
    withLastAnswer(run, async (messageId, siblings) => {
      await run.application.call("chats.showSibling", { messageId: run.random.any(siblings) ?? messageId });
    }),
  "stop an answer": async (run) => {
    await operations["start a chat"](run);
    for (const requestId of run.writing)
      await run.application.call("chats.stop", { requestId: requestId as RequestId });
  },
  "rename a chat": (run) =>
    inChat(run, async (chatId) => {
      const title = `Chat ${run.random.below(1e6)}`;
      const renamed = await run.application.call("chats.rename", { chatId, title });
      if (renamed?.ok) run.ledger.chats.set(chatId, title);
    }),
  "delete a chat": (run) =>
    inChat(run, async (chatId) => {
      const deleted = await run.application.call("chats.delete", { chatId });
      // Without an answer it may be either.
      if (deleted?.ok !== false) run.ledger.forgetChat(chatId);
    }),
  "change a chat's settings": (run) =>
    inChat(run, async (chatId) => {
      const settings = { ...defaultChatSettings, systemPrompt: "Be brief. ".repeat(run.random.below(50)) };
      await run.application.call("chats.saveSettings", { chatId, settings });
    }),
  "search the chats": async (run) => {
    await run.application.call("chats.search", {
      query: run.random.any(["q", "words", "más", "nothing of the kind"]) ?? "",
    });
  },
  "switch the fine-tune": (run) =>
    inChat(run, async (chatId) => {
      const deltaId = run.random.any([...run.ledger.deltas.keys()]);
      await run.application.call("chats.setStack", {
        chatId,
        stack: deltaId === undefined ? [] : [{ deltaId, scale: 1 }],
      });
    }),
  "compare side by side": (run) =>
    inChat(run, async (chatId) => {
      const [deltaId] = run.ledger.deltas.keys();
      if (deltaId === undefined) return;
      const stacks = [[], [{ deltaId, scale: 1 }]];
      const sent = await run.application.call("chats.compare", { chatId, text: "Which is better?", stacks });
      if (sent?.ok) for (const message of sent.value.messages) run.showMessage(message);
      await run.pause(200);
    }),
  "change a setting": async (run) => {
    const theme = run.random.any(["light", "dark", "system"] as const) ?? "system";
    const saved = await run.application.call("settings.save", { theme });
    if (saved?.ok) run.ledger.theme = saved.value.theme;
    else if (saved === null) run.ledger.theme = "unknown";
  },
  "load a model": (run) =>
    withModel(run, async (modelId) => {
      await run.application.call("models.load", { modelId, despiteWarning: true });
      await run.pause(500);
    }),
  "rename a model": (run) =>
    withModel(run, async (modelId) => {
      await run.application.call("models.rename", { modelId, name: `Model ${run.random.below(1000)}` });
    }),
  "delete a model": (run) =>
    withModel(run, async (modelId) => {
      if (run.ledger.models.size < 4) return;
      const file = await run.application.call("models.path", { modelId });
      const content = file?.ok && existsSync(file.value) ? run.contentOf(file.value) : null;
      const deleted = await run.application.call("models.delete", { modelId });
      if (deleted?.ok === false) return;
      if (content !== null) run.ledger.copies.delete(content);
      run.ledger.models = new Map([...run.ledger.models].filter(([id]) => id !== modelId));
    }),
  "use a model in place": async (run) => {
    const file = run.newFile(
      "elsewhere",
      `Model-${run.random.below(8)}.gguf`,
      tinyModelBytes({ seed: run.random.below(1e6) }),
    );
    await run.application.call("models.openFile", { path: file, load: run.random.number() < 0.3 });
  },
  "copy two models of one name": async (run) => {
    const files = ["left", "right"].map((folder) =>
      run.newFile(path.join("copied", folder), "ggml-model.gguf", tinyModelBytes({ seed: run.random.below(1e9) })),
    );
    await Promise.all(files.map((file) => copy(run, file)));
  },
  "copy a model": (run) =>
    copy(
      run,
      run.newFile("copied", `Copied-${run.random.below(5)}.gguf`, tinyModelBytes({ seed: run.random.below(1e9) })),
    ),
  "cancel a copy": async (run) => {
    const file = run.newFile("copied", "Cancelled.gguf", tinyModelBytes({ seed: run.random.below(1e9), width: 128 }));
    const copying = copy(run, file);
    const tasks = await run.application.call("fileTasks.list", undefined);
    if (tasks?.ok) for (const { id } of tasks.value) await run.application.call("fileTasks.cancel", { id });
    await copying;
  },
  "download a model": async (run) => {
    await run.application.call("downloads.add", run.nextDownload());
    await run.pause(400);
  },
  "pause a download": (run) => withDownload(run, (id) => run.application.call("downloads.pause", { id })),
  "resume a download": (run) => withDownload(run, (id) => run.application.call("downloads.resume", { id })),
  "cancel a download": (run) => withDownload(run, (id) => run.application.call("downloads.cancel", { id })),
  "quantize a model": (run) =>
    withModel(run, async (modelId) => {
      const type = run.random.any(["Q8_0", "Q4_0", "Q4_K_M"] as const) ?? "Q8_0";
      await run.application.call("jobs.start", {
        kind: "quantize",
        source: { kind: "installed", modelId },
        recipe: { type, steps: [] },
        measureQuality: run.random.number() < 0.2,
        keepSource: true,
      });
      await run.pause(600);
    }),
  "make a delta": async (run) => {
    const [base, fineTune] = await Promise.all(
      [1, 2].map((seed) => {
        const file = run.newFile(
          "pairs",
          `Pair-${seed}.gguf`,
          tinyModelBytes({ seed, width: 128, name: `Pair ${seed}` }),
        );
        return run.application.call("models.openFile", { path: file, load: false });
      }),
    );
    if (!base?.ok || !fineTune?.ok) return;
    await run.application.call("jobs.start", {
      kind: "make-delta",
      baseId: base.value.id,
      fineTuneId: fineTune.value.id,
      name: `Made ${run.random.below(1000)}`,
      result: { kind: "bitdelta", compact: false },
      measureFidelity: false,
    });
    await run.pause(500);
  },
  "cancel a job": async (run) => {
    const jobs = await run.application.call("jobs.list", undefined);
    const job = jobs?.ok ? run.random.any(jobs.value) : undefined;
    if (job !== undefined) await run.application.call("jobs.cancel", { id: job.id });
  },
  "add a fine-tune": async (run) => {
    const seed = run.random.below(1e6);
    const file = run.newFile("adapters", `Tune-${run.random.below(5)}.gguf`, loraBytes({ seed }));
    const added = await run.application.call("deltas.addPath", { path: file, baseId: null });
    if (added?.ok) run.ledger.deltas.set(added.value.id, added.value.name);
  },
  "rename a fine-tune": (run) =>
    withDelta(run, async (deltaId) => {
      const renamed = await run.application.call("deltas.rename", { deltaId, name: `Tune ${run.random.below(1000)}` });
      if (renamed?.ok) run.ledger.deltas.set(deltaId, renamed.value.name);
      else if (renamed === null) run.ledger.deltas.delete(deltaId);
    }),
  "delete a fine-tune": (run) =>
    withDelta(run, async (deltaId) => {
      const deleted = await run.application.call("deltas.delete", { deltaId });
      if (deleted?.ok !== false) run.ledger.deltas.delete(deltaId);
    }),
  "export a fine-tune": (run) =>
    withDelta(run, async (deltaId) => {
      const target = path.join(run.workFolder, `exported-${run.random.below(3)}.gguf`);
      const replaces = run.random.number() < 0.5;
      const before = existsSync(target) && !replaces ? run.contentOf(target) : null;
      await run.application.call("deltas.exportTo", { deltaId, path: target, compact: false, replaces });
      if (before !== null && run.contentOf(target) !== before)
        run.problem("an export replaced a file without being asked to");
    }),
  "judge what fits": async (run) => {
    const installed = await run.application.call("models.installed", undefined);
    if (installed?.ok) await run.application.call("fit.machine", undefined);
  },
  "restart the engine": async (run) => {
    await run.application.call("engine.restart", undefined);
    await run.pause(300);
  },

  "the engine is killed": (run) => run.killChildren("engine"),
  "the fit process is killed": (run) => run.killChildren("fit"),
  "a job is killed": (run) => run.killChildren("job"),
  "the application is killed": async (run) => {
    await run.pause(400);
    await run.killApplication();
  },
  "the application is quit": (run) => run.quitApplication(),
  "the disk fills up": async (run) => {
    // To the last byte, or to less than Facet's reserve.
    run.fillDisk(run.random.number() < 0.5 ? 0 : 200_000_000);
    await run.pause(300);
  },
  "the disk is emptied": async (run) => run.emptyDisk(),
  "the clock jumps": async (run) => {
    run.application.setClock(Math.round((run.random.number() - 0.5) * 800) * DAY_MS);
    await run.pause(100);
  },
  "a file that is used vanishes": async (run) => {
    const file = run.random.any(run.filesElsewhere());
    if (file !== undefined) rmSync(file, { force: true });
  },
  "a file that is used changes": async (run) => {
    const file = run.random.any(run.filesElsewhere());
    if (file === undefined) return;
    if (run.random.number() < 0.5) appendFileSync(file, "more");
    else truncateSync(file, 1000);
  },
} as const satisfies Readonly<Record<string, Operation>>;

export type OperationName = keyof typeof operations;
export const operationNames = Object.keys(operations) as OperationName[];

async function inChat(run: ChaosRun, act: (chatId: ChatId) => Promise<unknown>): Promise<void> {
  const chatId = run.random.any([...run.ledger.chats.keys()]);
  if (chatId === undefined) await operations["start a chat"](run);
  else await act(chatId);
}

async function withLastAnswer(
  run: ChaosRun,
  act: (messageId: MessageId, siblingIds: readonly MessageId[]) => Promise<unknown>,
): Promise<void> {
  await inChat(run, async (chatId) => {
    const open = await run.application.call("chats.open", { chatId });
    const answer = open?.ok ? open.value.messages.findLast(({ role }) => role === "assistant") : undefined;
    if (answer !== undefined) await act(answer.id, answer.siblingIds);
  });
}

async function withModel(run: ChaosRun, act: (modelId: ModelId) => Promise<void>): Promise<void> {
  const modelId = run.random.any([...run.ledger.models.keys()]);
  if (modelId !== undefined) await act(modelId);
}

async function withDelta(run: ChaosRun, act: (deltaId: DeltaId) => Promise<void>): Promise<void> {
  const deltaId = run.random.any([...run.ledger.deltas.keys()]);
  if (deltaId === undefined) await operations["add a fine-tune"](run);
  else await act(deltaId);
}

async function withDownload(
  run: ChaosRun,
  act: (id: Awaited<ReturnType<typeof downloadIds>>[number]) => Promise<unknown>,
) {
  if ((await downloadIds(run)).length === 0) await run.application.call("downloads.add", run.nextDownload());
  const id = run.random.any(await downloadIds(run));
  if (id !== undefined) await act(id);
}

async function downloadIds(run: ChaosRun) {
  const downloads = await run.application.call("downloads.list", undefined);
  return downloads?.ok ? downloads.value.map(({ id }) => id) : [];
}

/** Takes a file into Facet's folder; when no task has failed it is there. */
async function copy(run: ChaosRun, file: string): Promise<void> {
  const offer = await run.application.call("import.dropped", { paths: [file] });
  const model = offer?.ok ? offer.value.models[0] : undefined;
  if (!offer?.ok || model === undefined) return;
  const content = sha256(run.read(file));
  const taken = await run.application.call("import.take", { offerId: offer.value.id, modelId: model.id, copy: true });
  if (taken?.ok) run.ledger.copies.set(content, path.basename(file));
}

export async function tasksEnded(run: ChaosRun): Promise<void> {
  const until = Date.now() + TASK_LIMIT_MS;
  while (Date.now() < until) {
    const tasks = await run.application.call("fileTasks.list", undefined);
    if (!tasks?.ok || tasks.value.every(({ failure }) => failure !== null)) return;
    await sleep(50);
  }
  run.problem("a file task did not end");
}

export function writeNew(file: string, content: Uint8Array): string {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, content);
  return file;
}
