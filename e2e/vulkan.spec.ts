// The whole application on a Vulkan device, in plain Node: load, chat, fine-tunes, verdicts, a crash, and back to the processor.
import { readdirSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { MethodInput, MethodName, MethodOutput } from "../electron/contract/methods";
import type { GpuChoice } from "../electron/contract/gpu";
import type { LoadedModel } from "../electron/contract/model";
import { textOf } from "../electron/contract/parts";
import type { Application } from "../electron/core/createApplication";
import type { EventName, EventValue } from "../electron/core/EventStream";
import { loraBytes } from "../electron/testing/deltaGguf";
import { starterMatrices } from "../electron/testing/starterMatrices";
import { starterModelPath } from "./starterModelFile";
import { expect, test } from "./test";
import { vulkanDevice } from "./vulkanDevice";

/** Of the starter model, the output layer included. */
const LAYERS = 31;
/** llama.cpp takes a device that computes on the processor only when it is asked for by its number. */
/**
 * That of Mesa 22.3 damages its own heap when the adapters of a context change: its threads abort in free(), with plain node-llama-cpp too.
 * Fine-tunes are tried with other drivers.
 */
const LAVAPIPE = /llvmpipe/u;
const ASKED_FOR: GpuChoice = { kind: "gpu", backend: "vulkan", index: 0, name: "Another card" };

test("a model on a Vulkan device", { tag: "@slow" }, async () => {
  test.slow();
  const device = vulkanDevice();
  test.skip(device === null, "There is no Vulkan device: install Mesa's lavapipe (mesa-vulkan-drivers, libvulkan1).");
  Object.assign(process.env, device?.env);
  const folder = await mkdtemp(path.join(os.tmpdir(), "facet-vulkan-"));
  const dataFolder = path.join(folder, "data");
  const adapter = path.join(folder, "Pirate.gguf");
  await mkdir(dataFolder);
  await writeFile(path.join(dataFolder, "settings.json"), JSON.stringify({ gpu: ASKED_FOR }));
  await writeFile(adapter, loraBytes({ matrices: starterMatrices(), seed: 3, strength: 0.3, rank: 8 }));
  const app = await opened(dataFolder);
  try {
    const call = async <Name extends MethodName>(name: Name, input: MethodInput<Name>): Promise<MethodOutput<Name>> => {
      const outcome = await app.call(name as never, input as never);
      if (!(outcome as { ok: boolean }).ok) throw new Error(`${name}: ${JSON.stringify(outcome)}`);
      return (outcome as { value: MethodOutput<Name> }).value;
    };
    const until = <Name extends EventName>(name: Name, is: (value: EventValue<Name>) => boolean) =>
      new Promise<EventValue<Name>>((resolve) => {
        const stop = app.events.on(name, (value) => {
          if (!is(value)) return;
          stop();
          resolve(value);
        });
      });
    /** What `begin` brings into memory. */
    const loaded = async (begin: () => Promise<unknown>): Promise<LoadedModel> => {
      const model = until("model-loaded", () => true);
      await begin();
      return model;
    };

    const noticed = until("notice-added", ({ failure }) => failure.code === "gpu-is-another");
    const first = await loaded(() => app.call("models.openFile", { path: starterModelPath(), load: true }));
    const { failure } = await noticed;
    const name = (failure.details as { other: string }).other;
    expect(first.backend).toBe(`Vulkan · ${name}`);
    expect(first.choice).toMatchObject({ gpuLayers: LAYERS });
    // All weights but the embedding, and the whole KV cache.
    expect(first.memory.gpuBytes).toBeGreaterThan(250e6);

    const delta = await app.call("deltas.addPath", { path: adapter, baseId: null });
    if (!delta.ok) throw new Error(JSON.stringify(delta.failure));
    const { id: chatId } = await call("chats.create", undefined);
    await call("chats.saveSettings", {
      chatId,
      settings: { systemPrompt: "", sampling: { temperature: 0 }, seed: 1, maxTokens: 3 },
    });
    const answer = async (stack: { deltaId: typeof delta.value.id; scale: number }[]): Promise<string> => {
      await call("chats.setStack", { chatId, stack });
      const written = until("message-changed", ({ role, state }) => role === "assistant" && state !== "writing");
      await call("chats.send", { chatId, text: "Name a colour." });
      const { parts, state } = await written;
      expect(state).toBe("complete");
      return textOf(parts);
    };
    const base = await answer([]);
    expect(base).not.toBe("");
    if (!LAVAPIPE.test(name)) {
      expect(await answer([{ deltaId: delta.value.id, scale: 1 }])).not.toBe(base);
      expect(await answer([])).not.toBe("");
    }

    // Right name, and the model comes back by itself.
    const named = await loaded(() => call("settings.save", { gpu: { ...ASKED_FOR, name } }));
    expect(named.backend).toBe(`Vulkan · ${name}`);
    const { modelId } = named;
    const { settings, plan } = await call("loads.settings", { modelId });
    expect(plan.fit).toMatchObject({
      verdict: "fits",
      machine: { gpus: [{ name, backend: "vulkan" }], sharesMemory: false },
    });
    expect(Math.abs(plan.fit.onGpuBytes / named.memory.gpuBytes - 1)).toBeLessThan(0.02);

    await call("loads.saveSettings", { modelId, settings: { ...settings, gpuLayers: 10 } });
    const part = await loaded(() => call("models.load", { modelId }));
    expect(part.choice).toMatchObject({ gpuLayers: 10, mmap: false });
    expect(part.memory.gpuBytes).toBeGreaterThan(50e6);
    expect(part.memory.gpuBytes).toBeLessThan(named.memory.gpuBytes * 0.75);
    expect(await answer([])).not.toBe("");

    const crashed = until("engine-changed", ({ kind }) => kind === "crashed");
    process.kill(engineProcess(), "SIGSEGV");
    await crashed;
    const [again] = await Promise.all([until("model-loaded", () => true), answer([])]);
    expect(again).toMatchObject({ backend: `Vulkan · ${name}`, choice: { gpuLayers: 10 } });

    await call("loads.saveSettings", { modelId, settings: { ...settings, gpuLayers: 0 } });
    const none = await loaded(() => call("models.load", { modelId }));
    expect(none).toMatchObject({ choice: { gpuLayers: 0 }, memory: { gpuBytes: 0 } });
    expect(none.backend).toMatch(/^CPU/u);

    const onProcessor = await loaded(() => call("settings.save", { gpu: { kind: "processor" } }));
    expect(onProcessor.backend).toMatch(/^CPU/u);
    expect(await answer([])).not.toBe("");
  } finally {
    await app.close();
    await rm(folder, { recursive: true });
  }
});

async function opened(dataFolder: string): Promise<Application> {
  const entry = pathToFileURL(path.resolve(".vite/build/application.mjs")).href;
  const { openApplication } = (await import(entry)) as typeof import("../electron/hosts/node/openApplication");
  const outcome = await openApplication(dataFolder);
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.failure));
  await outcome.value.start();
  return outcome.value;
}

/** This process's child that is an engine. */
function engineProcess(): number {
  const found = readdirSync("/proc")
    .filter((name) => /^\d+$/u.test(name))
    .find((pid) => {
      try {
        const isChild = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ")[1] === String(process.pid);
        return isChild && readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("engine.mjs");
      } catch {
        return false;
      }
    });
  if (found === undefined) throw new Error("there is no engine");
  return Number(found);
}
