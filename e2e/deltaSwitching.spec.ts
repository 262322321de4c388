// Deltas in the real app on the real model, through the calls that the page makes: switching in the middle of a chat, side by side,
// restart, bad files, kill -9 while switching. What they look like on screen is another file's matter.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type { Delta, Stack } from "../electron/contract/deltas";
import { textOf } from "../electron/contract/parts";
import { loraBytes, type LoraOptions } from "../electron/testing/deltaGguf";
import { starterMatrices } from "../electron/testing/starterMatrices";
import { tinyModelBytes } from "../electron/testing/tinyGguf";
import { ChatWindow } from "./ChatWindow";
import type { FacetApp } from "./FacetApp";
import { answer, ask, beginning, call, newChat, whenDone } from "./pageCalls";
import { answerFileDialogs } from "./systemDialogs";
import { expect, test } from "./test";

const QUESTION = "Name a colour, an animal and a place by the sea, and say a few words about each of them.";
let folder: string;

test.beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "facet-e2e-deltas-"));
});
test.afterAll(() => rm(folder, { recursive: true }));

const starterLora = (seed: number, over: LoraOptions = {}): Uint8Array =>
  loraBytes({
    matrices: starterMatrices(),
    seed,
    strength: 0.3,
    rank: 8,
    metadata: { "general.name": undefined },
    ...over,
  });

async function addFile(app: FacetApp, name: string, bytes: Uint8Array) {
  const file = path.join(folder, name);
  await writeFile(file, bytes);
  await answerFileDialogs(app, [file]);
  return ask(app, "deltas.addFile", undefined);
}

async function add(app: FacetApp, name: string, bytes: Uint8Array): Promise<Delta> {
  const added = await addFile(app, name, bytes);
  if (!added.ok || added.value === null) throw new Error(JSON.stringify(added));
  return added.value;
}

test(
  "switch in mid-chat, go back without reading again, compare side by side, and find all of it after a restart",
  { tag: "@slow" },
  async ({ launch }) => {
    const app = await launch();
    await new ChatWindow(app.window).waitUntilReady();
    const pirate = await add(app, "pirate.gguf", starterLora(1));
    const poet = await add(app, "poet.gguf", starterLora(2));
    expect(pirate.hue).not.toBe(poet.hue);
    const { models } = await call(app, "app.snapshot", undefined);
    const fitting = await call(app, "deltas.forModel", { modelId: models[0]!.id });
    expect(fitting.deltas.map(({ delta, match }) => [delta.name, match])).toEqual([
      ["pirate", "shapes-fit"],
      ["poet", "shapes-fit"],
    ]);
    expect(fitting.moreThatFit).toBeGreaterThan(10);

    const chatId = await newChat(app);
    await call(app, "chats.send", { chatId, text: QUESTION });
    const base = await answer(app, chatId);
    const one = (deltaId: Delta["id"], scale = 1): Stack => [{ deltaId, scale }];

    // "Try with …": the same question, other minds; the chat's own stays the base.
    await call(app, "chats.regenerate", { messageId: base.id, stack: one(pirate.id) });
    const byPirate = await answer(app, chatId);
    expect(textOf(byPirate.parts)).not.toBe(textOf(base.parts));
    expect(byPirate.stack).toMatchObject([{ name: "pirate", hue: pirate.hue, scale: 1 }]);
    expect(byPirate.facts!.deltaLoadMs).toBeGreaterThan(0);
    expect(await call(app, "deltas.inEngine", undefined)).toMatchObject({
      way: "switch",
      loaded: [{ deltaId: pirate.id }],
    });

    await call(app, "chats.setStack", { chatId, stack: one(poet.id) });
    await call(app, "chats.regenerate", { messageId: base.id });
    const byPoet = await answer(app, chatId);
    expect(new Set([base, byPirate, byPoet].map(({ parts }) => textOf(parts))).size).toBe(3);

    // Back: nothing is read again, nothing is loaded, and the answer begins the same.
    await call(app, "chats.regenerate", { messageId: base.id, stack: one(pirate.id) });
    const again = await answer(app, chatId);
    expect(beginning(again)).toBe(beginning(byPirate));
    expect(again.facts).toMatchObject({ deltaLoadMs: null, cachedTokens: again.facts!.promptTokens - 1 });
    expect(again.facts!.deltaSwitchMs).toBeLessThan(50);
    // The context was made larger for the first delta, so the base reads its question once more, and never again.
    await call(app, "chats.regenerate", { messageId: base.id, stack: [] });
    expect(beginning(await answer(app, chatId))).toBe(beginning(base));
    await call(app, "chats.regenerate", { messageId: base.id, stack: one(poet.id, 0) });
    const atZero = await answer(app, chatId);
    expect([beginning(atZero), atZero.facts!.cachedTokens]).toEqual([beginning(base), atZero.facts!.promptTokens - 1]);

    // Side by side.
    await call(app, "chats.compare", {
      chatId,
      text: "And now something about the moon.",
      stacks: [[], one(pirate.id), one(poet.id, 0.5)],
    });
    const compared = await whenDone(app, chatId);
    const columns = [compared.messages.at(-1)!, ...compared.compared];
    expect(columns.map(({ stack }) => stack.map(({ name, scale }) => [name, scale]))).toEqual([
      [],
      [["pirate", 1]],
      [["poet", 0.5]],
    ]);
    expect(columns.map(({ state }) => state)).toEqual(["complete", "complete", "complete"]);
    expect(new Set(columns.map(({ parts }) => textOf(parts))).size).toBe(3);

    await call(app, "deltas.rename", { deltaId: poet.id, name: "The poet" });
    await app.close();
    const after = await launch({ dataFolder: app.dataFolder });
    await new ChatWindow(after.window).waitUntilReady();
    expect((await call(after, "deltas.list", undefined)).map(({ name }) => name)).toEqual(["The poet", "pirate"]);
    const reopened = await call(after, "chats.open", { chatId });
    expect(reopened.chat.stack).toMatchObject([{ deltaId: poet.id }]);
    expect(reopened.compared).toHaveLength(2);
    await call(after, "chats.send", { chatId, text: "Go on." });
    expect((await answer(after, chatId)).stack).toMatchObject([{ deltaId: poet.id }]);
  },
);

test("files that are no good are refused in words, and nothing of them stays", async ({ launch }) => {
  const app = await launch();
  const wild = starterLora(3);
  new DataView(wild.buffer).setUint32(wild.length - 64, 0x7fc0_0000, true);
  const bad: [string, Uint8Array, string][] = [
    ["model.gguf", tinyModelBytes(), "delta-not-an-adapter"],
    ["page.gguf", new TextEncoder().encode("<html>not found</html>"), "delta-not-an-adapter"],
    ["cut.gguf", starterLora(4).subarray(0, 100_000), "delta-damaged"],
    ["nan.gguf", wild, "delta-weights-not-finite"],
    ["alpha.gguf", starterLora(5, { alpha: 1e9 }), "delta-alpha-invalid"],
    [
      "integer alpha.gguf",
      starterLora(6, { metadata: { "adapter.lora.alpha": { type: "uint32", value: 8 } } }),
      "delta-damaged",
    ],
  ];
  for (const [name, bytes, code] of bad)
    expect(await addFile(app, name, bytes), name).toMatchObject({ ok: false, failure: { code } });
  expect(await call(app, "deltas.list", undefined)).toEqual([]);

  // Sound files, but not for this model: kept, named harmlessly, and never used with it.
  await new ChatWindow(app.window).waitUntilReady();
  const others = [
    await add(
      app,
      "qwen.gguf",
      starterLora(7, {
        architecture: "qwen2",
        metadata: { "general.name": { type: "string", value: "../../etc/passwd" } },
      }),
    ),
    await add(
      app,
      "wide.gguf",
      starterLora(8, { matrices: starterMatrices().map((matrix) => ({ ...matrix, rows: 640 })) }),
    ),
  ];
  const { models } = await call(app, "app.snapshot", undefined);
  const { deltas } = await call(app, "deltas.forModel", { modelId: models[0]!.id });
  expect(new Map(deltas.map(({ delta, match, failure }) => [delta.id, `${match}: ${failure?.code}`]))).toEqual(
    new Map([
      [others[0]!.id, "refused: delta-other-architecture"],
      [others[1]!.id, "refused: delta-shapes-differ"],
    ]),
  );
  const chatId = await newChat(app);
  for (const { id } of others) {
    await call(app, "chats.setStack", { chatId, stack: [{ deltaId: id, scale: 1 }] });
    await call(app, "chats.send", { chatId, text: QUESTION });
    expect((await whenDone(app, chatId)).messages.at(-1)).toMatchObject({
      state: "failed",
      failure: { code: expect.stringMatching(/^delta-(other-architecture|shapes-differ)$/) },
    });
  }
  await call(app, "chats.setStack", { chatId, stack: [] });
  await call(app, "chats.send", { chatId, text: QUESTION });
  await answer(app, chatId);
});

test(
  "kill -9 while switching: the app lives, words stay, and what the engine died of is not used by itself",
  { tag: "@slow" },
  async ({ launch, allowProblems }) => {
    allowProblems(/engine/i);
    const app = await launch();
    const chat = new ChatWindow(app.window);
    await chat.waitUntilReady();
    const pirate = await add(app, "pirate.gguf", starterLora(1));
    const chatId = await newChat(app);
    for (const delayMs of [0, 15, 60, 200]) {
      await call(app, "chats.setStack", { chatId, stack: [{ deltaId: pirate.id, scale: 1 }] });
      await call(app, "chats.send", { chatId, text: QUESTION });
      await app.window.waitForTimeout(delayMs);
      await app.killEngine();
      const end = (await whenDone(app, chatId)).messages.at(-1);
      expect(end).toMatchObject({ state: "interrupted", failure: { code: "engine-crashed" } });
      await call(app, "engine.restart", undefined);
      await chat.waitUntilReady();
    }
    // Chosen again by the user, it works.
    await call(app, "chats.setStack", { chatId, stack: [{ deltaId: pirate.id, scale: 1 }] });
    await call(app, "chats.send", { chatId, text: QUESTION });
    expect((await answer(app, chatId)).stack).toMatchObject([{ name: "pirate" }]);
    await app.close();

    // The whole app died while the engine brought the delta into memory: this is the note that it leaves.
    await writeFile(path.join(app.dataFolder, "loading-deltas"), JSON.stringify([pirate.id]));
    const after = await launch({ dataFolder: app.dataFolder });
    await new ChatWindow(after.window).waitUntilReady();
    await call(after, "chats.send", { chatId, text: "Are you there?" });
    expect((await whenDone(after, chatId)).messages.at(-1)).toMatchObject({
      state: "failed",
      failure: { code: "delta-crashed-last-time", details: { delta: "pirate" } },
    });
    await call(after, "chats.setStack", { chatId, stack: [{ deltaId: pirate.id, scale: 1 }] });
    await call(after, "chats.send", { chatId, text: "And now?" });
    await answer(after, chatId);
  },
);
