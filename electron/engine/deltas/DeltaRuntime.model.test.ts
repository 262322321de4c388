// Deltas on a real (tiny, random) model: what each answer is computed under, what is read again, what leaves the memory.
import { mkdtemp, readdir, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type { Llama, LlamaContextSequence, LlamaModel, Token } from "node-llama-cpp";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { EngineDeltas } from "../../contract/deltas";
import type { DeltaToApply } from "../../contract/engineProtocol";
import type { Outcome } from "../../contract/failure";
import { ChatId, DeltaId } from "../../contract/ids";
import { loraBytes, tinyMatrices, writeLora } from "../../testing/deltaGguf";
import { writeTinyModel } from "../../testing/tinyGguf";
import { startLlama } from "../startLlama";
import { DeltaRuntime, type DeltaRuntimeOptions } from "./DeltaRuntime";

const CONTEXT_TOKENS = 512;
const GB = 1_000_000_000;
let folder: string;
let llama: Llama;
let model: LlamaModel;
let runtime: DeltaRuntime | undefined;
let emitted: EngineDeltas[];
let logged: string[];
let freeBytes: number;
const never = new AbortController().signal;
const chat = (name: string) => ChatId.parse(name);
const statePath = () => path.join(folder, "state");
const savedFiles = async () => (await readdir(statePath()).catch(() => [])).filter((name) => name.endsWith(".kv"));

function delta(name: string, scale = 1): DeltaToApply {
  return { deltaId: DeltaId.parse(name), name, path: path.join(folder, `${name}.gguf`), scale };
}

function value<Value>(outcome: Outcome<Value>): Value {
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.failure));
  return outcome.value;
}

async function start(over: Partial<DeltaRuntimeOptions> = {}, sequences = 1): Promise<DeltaRuntime> {
  model = await llama.loadModel({ modelPath: path.join(folder, "tiny.gguf") });
  const context = await model.createContext({ contextSize: CONTEXT_TOKENS, sequences, threads: 1 });
  emitted = [];
  logged = [];
  freeBytes = 8 * GB;
  runtime = new DeltaRuntime({
    model,
    context,
    modelPath: path.join(folder, "tiny.gguf"),
    stateFolder: statePath(),
    conversations: 4,
    freeBytes: async () => freeBytes,
    log: (level, message) => logged.push(`${level} ${message}`),
    onChanged: (deltas) => emitted.push(deltas),
    ...over,
  });
  return runtime;
}

/** What a chat's tokens are answered with, and how many of them had to be read. */
async function answer(stack: DeltaToApply[], text: string, { chatId = "chat", tokens = 8 } = {}) {
  const prompt = model.tokenize(text);
  const prepared = value(await runtime!.prepare(stack, { chatId: chat(chatId), tokens: prompt }, never));
  const { sequence } = prepared;
  await sequence.adaptStateToTokens(prompt.slice(0, -1), false);
  const cached = sequence.nextTokenIndex;
  return {
    ...prepared,
    cached,
    read: prompt.length - cached,
    text: await generate(sequence, prompt.slice(cached), tokens),
  };
}

async function generate(sequence: LlamaContextSequence, prompt: Token[], count: number): Promise<string> {
  const written: Token[] = [];
  for await (const token of sequence.evaluate(prompt, { temperature: 0, yieldEogToken: true })) {
    written.push(token);
    if (written.length >= count) break;
  }
  return model.detokenize(written);
}

const long = "Hello world and the other one. ".repeat(8);

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "facet-deltas-"));
  await writeTinyModel(path.join(folder, "tiny.gguf"));
  for (const [index, name] of ["pirate", "poet", "clerk", "judge", "clown"].entries())
    await writeLora(path.join(folder, `${name}.gguf`), { seed: index + 1, strength: 2 });
  await writeLora(path.join(folder, "nothing.gguf"), { strength: 0 });
  llama = await startLlama({ log: () => {}, backend: "processor" });
}, 60_000);
afterEach(async () => {
  runtime?.dispose();
  runtime = undefined;
  await model.dispose();
});
afterAll(async () => {
  await llama.dispose();
  await rm(folder, { recursive: true });
}, 60_000);

describe.each(["switch", "context-per-stack"] as const)("deltas by the way %s", (way) => {
  const startThis = (sequences = 1) => start(way === "switch" ? {} : { way }, sequences);

  it("answer differently each, and the base as without them, whatever was used before", async () => {
    await startThis();
    const base = (await answer([], long)).text;
    const pirate = (await answer([delta("pirate")], long)).text;
    const poet = (await answer([delta("poet")], long)).text;
    expect(emitted.at(-1)).toMatchObject({ way });
    expect(new Set([base, pirate, poet]).size).toBe(3);
    expect((await answer([], long)).text).toBe(base);
    expect((await answer([delta("pirate")], long)).text).toBe(pirate);
    expect((await answer([delta("nothing")], long)).text).toBe(base);
    expect((await answer([delta("pirate", 0)], long)).text).toBe(base);

    // A fresh model that never saw another delta says the same: no KV cache was used under the wrong stack.
    runtime?.dispose();
    await model.dispose();
    await startThis();
    expect((await answer([delta("pirate")], long)).text).toBe(pirate);
  });

  it("read nothing again when a stack returns", async () => {
    await startThis(4);
    const first = await answer([], long);
    expect(first.read).toBeGreaterThan(50);
    expect((await answer([delta("pirate")], long)).cached).toBe(0);
    expect((await answer([], long)).read).toBe(1);
    expect((await answer([delta("pirate")], long)).read).toBe(1);
    // Another strength is another stack.
    expect((await answer([delta("pirate", 0.5)], long)).cached).toBe(0);
  });

  it("add up in a stack, in whatever order", async () => {
    await startThis();
    const both = await answer([delta("pirate"), delta("poet")], long);
    const turned = await answer([delta("poet"), delta("pirate")], long);
    expect(turned.text).toBe(both.text);
    expect(turned.read).toBe(1);
    expect(both.text).not.toBe((await answer([delta("pirate")], long)).text);
  });
});

describe("the live context", () => {
  it("stays as it is until a delta is used, then holds some conversations", async () => {
    await start();
    const { context } = await answer([], long);
    expect(context.totalSequences).toBe(1);
    const grown = await answer([delta("pirate")], long);
    expect(grown.context.totalSequences).toBe(4);
    expect(grown.loadMs).toBeGreaterThan(0);
    expect(emitted.at(-1)).toMatchObject({ loaded: [{ deltaId: "pirate" }], way: "switch" });
    expect(emitted.at(-1)!.contextBytes).toBeGreaterThan(0);
    // Once, the chat that the small context held is read again; never when deltas were expected from the start.
    expect((await answer([], long)).cached).toBe(0);
    expect((await answer([], long)).read).toBe(1);
    expect(logged.filter((line) => line.startsWith("error"))).toEqual([]);
  });

  it("holds one conversation where no more were planned, and changes deltas all the same", async () => {
    await start({ conversations: 1 });
    const base = await answer([], long);
    const pirate = await answer([delta("pirate")], long);
    expect(pirate.context.totalSequences).toBe(1);
    expect(emitted.at(-1)).toMatchObject({ way: "switch" });
    expect(pirate.text).not.toBe(base.text);
    const again = await answer([], long);
    expect([again.text, again.read]).toEqual([base.text, 1]); // from its file
  });

  it("changes deltas without loading them again", async () => {
    await start();
    await answer([delta("pirate")], long);
    await answer([delta("poet")], long);
    const again = await answer([delta("pirate")], long);
    expect(again.loadMs).toBeNull();
    expect(again.switchMs).toBeLessThan(50);
    expect((await answer([delta("pirate")], long)).switchMs).toBeNull();
  });

  it("puts conversations into files when there are more than it holds, and goes on with them", async () => {
    await start();
    const names = ["pirate", "poet", "clerk", "judge", "clown"];
    const texts: string[] = [];
    for (const name of names) texts.push((await answer([delta(name)], long)).text);
    expect((await savedFiles()).length).toBeGreaterThan(0);
    for (const [index, name] of names.entries()) {
      const again = await answer([delta(name)], long);
      expect([again.read, again.text]).toEqual([1, texts[index]]);
    }
  });

  it("keeps two chats apart that begin differently, and gives way from the least recently used", async () => {
    await start();
    await answer([], `One. ${long}`, { chatId: "one" });
    await answer([], `Two, quite another. ${long}`, { chatId: "two" });
    expect((await answer([], `One. ${long}`, { chatId: "one" })).read).toBe(1);
    expect((await answer([], `Two, quite another. ${long}`, { chatId: "two" })).read).toBe(1);
  });

  it("keeps nothing of a chat that was deleted", async () => {
    await start();
    await answer([], `One. ${long}`, { chatId: "one" });
    await answer([], `Two, quite another. ${long}`, { chatId: "two" });
    expect(await savedFiles()).toHaveLength(1); // the context holds one conversation here
    await runtime!.forgetChat(chat("one"));
    await runtime!.forgetChat(chat("two"));
    expect(await savedFiles()).toEqual([]);
    expect((await answer([], `One. ${long}`)).cached).toBe(0);
    expect((await answer([], `Two, quite another. ${long}`)).cached).toBe(0);
  });

  it("frees the delta that was not used for longest when memory is short, and loads it again later", async () => {
    await start();
    const pirate = await answer([delta("pirate")], long);
    await answer([delta("poet")], long);
    expect(emitted.at(-1)!.loaded.map(({ deltaId }) => deltaId)).toEqual(["poet", "pirate"]);
    runtime?.dispose();
    await model.dispose();
    // Short until one delta was freed.
    let asked = 0;
    await start({ freeBytes: async () => (freeBytes > 0 || asked++ > 0 ? 8 * GB : 0) });
    expect((await answer([delta("pirate")], long)).text).toBe(pirate.text);
    await answer([delta("poet")], long);
    freeBytes = 0;
    await answer([delta("clerk")], long);
    expect(emitted.at(-1)!.loaded.map(({ deltaId }) => deltaId)).toEqual(["clerk", "poet"]);
    freeBytes = 8 * GB;
    const again = await answer([delta("pirate")], long);
    expect(again.loadMs).toBeGreaterThan(0);
    expect(again.text).toBe(pirate.text);
  });

  it("says when a delta does not fit into memory, and goes on without it", async () => {
    await start();
    const base = await answer([], long);
    freeBytes = 600 * 1024 * 1024;
    await answer([delta("pirate")], long);
    freeBytes = 1000;
    const refused = await runtime!.prepare(
      [delta("pirate"), delta("poet")],
      { chatId: chat("chat"), tokens: model.tokenize(long) },
      never,
    );
    expect(refused).toMatchObject({
      ok: false,
      failure: { code: "delta-too-large-for-memory", details: { delta: "poet", availableBytes: "0" } },
    });
    expect((await answer([], long)).text).toBe(base.text);
  });

  it.each([
    ["missing", () => Promise.resolve(), "delta-deleted"],
    [
      "of another architecture",
      (file: string) => writeLora(file, { architecture: "qwen2" }),
      "delta-other-architecture",
    ],
    [
      "of other shapes",
      (file: string) => writeLora(file, { matrices: [{ name: "blk.0.attn_q.weight", columns: 96, rows: 64 }] }),
      "delta-shapes-differ",
    ],
    [
      "for a layer that is not there",
      (file: string) => writeLora(file, { matrices: [{ ...tinyMatrices[0]!, name: "blk.7.attn_q.weight" }] }),
      "delta-shapes-differ",
    ],
  ])("refuses a delta that is %s, and goes on", async (name, write, code) => {
    await start();
    const base = (await answer([], long)).text;
    const bad = delta(`bad-${name.replaceAll(" ", "-")}`);
    await write(bad.path);
    expect(await runtime!.prepare([bad], { chatId: chat("chat"), tokens: model.tokenize(long) }, never)).toMatchObject({
      ok: false,
      failure: { code, details: { delta: bad.name } },
    });
    expect((await answer([], long)).text).toBe(base);
    expect((await answer([delta("pirate")], long)).text).not.toBe(base);
  });
});

it("a test adapter is what it should be", () => {
  expect(loraBytes().length).toBeGreaterThan(1000);
});
