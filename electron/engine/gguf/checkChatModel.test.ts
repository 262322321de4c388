// Only a whole model that can chat passes; a refusal says what the file is instead.
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { detailsOf } from "../../contract/failureDetails";
import { ggufOfKind } from "../../testing/ggufKinds";
import { tinyModelBytes, writeTinyModel, type TinyModelOptions } from "../../testing/tinyGguf";
import { checkChatModel } from "./checkChatModel";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "facet-check-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function check(options: TinyModelOptions, name = "model.gguf") {
  const file = path.join(folder, name);
  await writeTinyModel(file, options);
  return checkChatModel(file);
}
const text = (value: string) => ({ type: "string", value }) as const;
const uint = (value: number) => ({ type: "uint32", value }) as const;

describe("checkChatModel", () => {
  it("passes a chat model", async () => {
    const outcome = await check({});
    expect(outcome).toMatchObject({ ok: true, value: { sizeBytes: tinyModelBytes().length } });
  });

  it("names an architecture that llama.cpp does not know, without what a sentence cannot hold", async () => {
    expect(await check({ architecture: "hal9000" })).toMatchObject({
      ok: false,
      failure: { code: "model-architecture-unknown", details: { architecture: "hal9000" } },
    });
    const strange = await check({ architecture: "<b>\u202E" + "x".repeat(500) });
    expect(strange.ok ? "" : detailsOf(strange.failure)["architecture"]).toMatch(/^[\w?]{40}$/u);
  });

  it.each([
    ["LoRA adapter", { metadata: { "general.type": text("adapter") } }, "adapter"],
    ["importance matrix", { metadata: { "general.type": text("imatrix") } }, "importance-matrix"],
    ["vision projector", { metadata: { "general.type": text("mmproj") } }, "projector"],
    ["embedding model", { architecture: "bert" }, "embedding"],
    ["clip", { architecture: "clip" }, "projector"],
    ["diffusion model", { architecture: "llada" }, "diffusion"],
    ["model without a tokenizer", { metadata: { "tokenizer.ggml.model": undefined } }, "other"],
    ["model without a vocabulary", { metadata: { "tokenizer.ggml.model": text("no_vocab") } }, "other"],
  ] satisfies [string, TinyModelOptions, string][])("refuses: %s", async (_name, options, kind) => {
    expect(await check(options)).toMatchObject({
      ok: false,
      failure: { code: "model-is-not-a-chat-model", details: { kind } },
    });
  });

  it("refuses a file that does not say its architecture", async () => {
    const other = { ok: false, failure: { code: "model-is-not-a-chat-model", details: { kind: "other" } } };
    expect(await check({ metadata: { "general.architecture": undefined } })).toMatchObject(other);
    expect(await check({ metadata: { "general.architecture": uint(7) } })).toMatchObject(other);
  });

  it("refuses the head of a model, which has the model's own architecture", async () => {
    const file = path.join(folder, "head.gguf");
    await writeFile(file, ggufOfKind("draft", 0));
    expect(await checkChatModel(file)).toMatchObject({
      ok: false,
      failure: { code: "model-is-not-a-chat-model", details: { kind: "draft" } },
    });
  });

  it("says what cannot be opened", async () => {
    expect(await checkChatModel(path.join(folder, "nowhere.gguf"))).toMatchObject({
      ok: false,
      failure: { code: "model-missing" },
    });
    expect(await checkChatModel(path.join(folder, "model.gguf", "inside"))).toMatchObject({
      ok: false,
      failure: { code: "model-missing" },
    });
    expect(await checkChatModel(folder)).toMatchObject({ ok: false, failure: { code: "model-unreadable" } });
    if (process.getuid?.() === 0) return; // root reads everything
    const locked = path.join(folder, "locked.gguf");
    await writeFile(locked, tinyModelBytes());
    await chmod(locked, 0);
    expect(await checkChatModel(locked)).toMatchObject({ ok: false, failure: { code: "model-unreadable" } });
  });

  describe("split models", () => {
    const part = (number: number, count: number): TinyModelOptions => ({
      metadata: { "split.count": uint(count), "split.no": uint(number) },
    });

    it("passes when every part is good, and adds them up", async () => {
      await writeTinyModel(path.join(folder, "big-00002-of-00002.gguf"), part(1, 2));
      const outcome = await check(part(0, 2), "big-00001-of-00002.gguf");
      const second = tinyModelBytes(part(1, 2)).length;
      expect(outcome).toMatchObject({ ok: true, value: { sizeBytes: second * 2 } });
    });

    it("names the part that is missing or bad", async () => {
      expect(await check(part(0, 3), "gap-00001-of-00003.gguf")).toMatchObject({
        ok: false,
        failure: { code: "model-missing", details: { file: "gap-00002-of-00003.gguf" } },
      });
      await writeFile(path.join(folder, "bad-00002-of-00002.gguf"), "not a model");
      expect(await check(part(0, 2), "bad-00001-of-00002.gguf")).toMatchObject({
        ok: false,
        failure: { code: "model-not-gguf", details: { file: "bad-00002-of-00002.gguf" } },
      });
    });

    it("refuses a later part, and a part under another name", async () => {
      await writeTinyModel(path.join(folder, "late-00001-of-00002.gguf"), part(0, 2));
      expect(await check(part(1, 2), "late-00002-of-00002.gguf")).toMatchObject({
        ok: false,
        failure: { code: "model-damaged" },
      });
      expect(await check(part(0, 2), "renamed.gguf")).toMatchObject({ ok: false, failure: { code: "model-damaged" } });
      expect(await check(part(0, 60_000), "many-00001-of-60000.gguf")).toMatchObject({
        ok: false,
        failure: { code: "model-damaged" },
      });
    });
  });
});
