// What a model's page shows, of real files: the starter model, and small ones with templates that work, fail or are missing.
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type { Llama } from "node-llama-cpp";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { ModelFormat, PromptPiece } from "../../contract/modelFormat";
import { gemma4, qwen3, type ModelFamily } from "../../testing/families/modelFamilies";
import { writeScriptedModel } from "../../testing/scriptedModel";
import { starterModelPath } from "../../testing/starterModelPath";
import type { MetadataEntry } from "../../testing/tinyGguf";
import { startLlama } from "../startLlama";
import { describeFormat } from "./describeFormat";

let folder: string;
let llama: Llama;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "facet-describe-format-"));
  llama = await startLlama({ log: () => {}, backend: "processor" });
}, 60_000);
afterAll(() => rm(folder, { recursive: true }));

async function describe(file: string): Promise<ModelFormat> {
  const format = await describeFormat(file, llama);
  if (!format.ok) throw new Error(JSON.stringify(format.failure));
  return format.value;
}

let files = 0;
async function describeModel(
  family: ModelFamily,
  chatTemplate: string | null = family.chatTemplate,
  metadata: Readonly<Record<string, MetadataEntry | undefined>> = {},
): Promise<ModelFormat> {
  const file = path.join(folder, `${files++}.gguf`);
  await writeScriptedModel(file, { ...family, chatTemplate, script: ["Yes", "."], metadata });
  return describe(file);
}

/** Control tokens in brackets that no text has. */
function written(pieces: readonly PromptPiece[]): string {
  return pieces.map(({ text, controlTokenId }) => (controlTokenId === null ? text : `⟦${text}⟧`)).join("");
}

it("the starter model: its template, its tokens, its licence, and a prompt as it reads it", async () => {
  const format = await describe(starterModelPath());
  expect(format).toMatchObject({
    source: "template",
    problem: null,
    unusedTemplate: null,
    thinking: null,
    hasTools: false,
    hasDocuments: false,
    hasSystemPrompt: true,
    licence: "apache-2.0",
  });
  expect(format.template).toContain("add_generation_prompt");
  expect(format.specialTokens).toContainEqual({ use: "eos", id: 2, text: "<|im_end|>" });
  expect(format.samples).toHaveLength(1);
  const [sample] = format.samples;
  expect(written(sample!.pieces)).toBe(
    "⟦<|im_start|>⟧system\nYou are a helpful assistant.⟦<|im_end|>⟧\n" +
      "⟦<|im_start|>⟧user\nWhat is the capital of France?⟦<|im_end|>⟧\n" +
      "⟦<|im_start|>⟧assistant\nParis.⟦<|im_end|>⟧\n" +
      "⟦<|im_start|>⟧user\nAnd of Italy?⟦<|im_end|>⟧\n⟦<|im_start|>⟧assistant\n",
  );
  expect(sample).toMatchObject({ isThinkingOn: null, hasTool: false, leftOutCharacterCount: 0, problem: null });
  expect(sample!.tokenCount).toBeGreaterThan(40);
}, 60_000);

it("a model that thinks and calls tools: a prompt for each way to ask, the usual one first", async () => {
  const { samples, thinking, hasTools } = await describeModel(qwen3);
  expect({ thinking, hasTools }).toMatchObject({ thinking: { canSwitch: true, isOnByDefault: true }, hasTools: true });
  expect(samples.map(({ isThinkingOn, hasTool }) => [isThinkingOn, hasTool])).toEqual([
    [true, false],
    [false, false],
    [true, true],
    [false, true],
  ]);
  const [on, off, withTool] = samples.map(({ pieces }) => written(pieces));
  expect(on!.endsWith("⟦<|im_start|>⟧assistant\n")).toBe(true);
  expect(off!.endsWith("</think>\n\n")).toBe(true);
  expect(withTool).toContain('"city"');
  expect(withTool).toContain("Sunny, 21 °C");
}, 60_000);

it("a vocabulary without a template says by which format it is known", async () => {
  const format = await describeModel(qwen3, null);
  expect(format).toMatchObject({ source: "vocabulary", name: "ChatML", problem: "missing", unusedTemplate: null });
  expect(written(format.samples[0]!.pieces)).toContain("⟦<|im_start|>⟧user\nAnd of Italy?⟦<|im_end|>⟧");
}, 60_000);

it("a template that cannot be read is shown beside the one that is used", async () => {
  const format = await describeModel(qwen3, "{% for message in");
  expect(format).toMatchObject({ name: "ChatML", problem: "unreadable", unusedTemplate: "{% for message in" });
  expect(format.template).toContain("<|im_start|>");
  expect(format.problemDetail).not.toBe("");
}, 60_000);

it("a template for a purpose is named", async () => {
  const named = { "tokenizer.chat_template.tool_use": { type: "string" as const, value: qwen3.chatTemplate } };
  expect(await describeModel(qwen3, null, named)).toMatchObject({ source: "named-template", name: "tool_use" });
}, 60_000);

it("a template that refuses the sample says why, and one that writes without end is cut", async () => {
  const once =
    "{% if messages | length > 1 %}{{ raise_exception('One message only') }}{% endif %}{{ messages[0].content }}";
  const [refused] = (await describeModel(gemma4, once)).samples;
  expect(refused).toMatchObject({ pieces: [], problem: { problem: "failed" } });
  expect(refused!.problem!.detail).toContain("One message only");

  const long = "{% for m in messages %}{{ m.content }}{% endfor %}{{ ' word' * 200000 }}";
  const [cut] = (await describeModel(gemma4, long)).samples;
  expect(cut!.leftOutCharacterCount).toBeGreaterThan(900_000);
  expect(written(cut!.pieces).length).toBeLessThan(70_000);
}, 60_000);
