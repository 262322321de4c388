// Models of all families load in the real llama.cpp, with the types that their tokens have, and write their answers token by token.
import { Template } from "@huggingface/jinja";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type { Llama, LlamaModel, Token } from "node-llama-cpp";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startLlama } from "../engine/startLlama";
import { answerKinds, modelOf, type AnswerKind } from "./families";
import { writeScriptedModel, type Script } from "./scriptedModel";

/** llama.cpp gives them other types than their files do: harmony's are to be seen, the last one ends an answer (llama-vocab.cpp). */
const changedByLlamaCpp = new Set([
  "<|channel|>",
  "<|message|>",
  "<|start|>",
  "<|constrain|>",
  "<|end|>",
  "<|tool_response>",
]);

let folder: string;
let llama: Llama;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "facet-families-"));
  llama = await startLlama({ log: () => {}, backend: "processor" });
}, 60_000);
afterAll(() => rm(folder, { recursive: true }));

it.each(answerKinds.map((kind) => [kind.name, kind] as const))(
  "%s",
  async (_name, kind) => {
    const file = path.join(folder, "model.gguf");
    await writeScriptedModel(file, modelOf(kind));
    const model = await llama.loadModel({ modelPath: file });
    try {
      for (const { text, type } of kind.family.special) {
        const [token, ...others] = model.tokenize(text, true);
        expect(others).toEqual([]);
        expect(model.detokenize([token!], true)).toBe(text);
        const isControl = model.getTokenAttributes(token!).control;
        expect([text, isControl]).toEqual([text, changedByLlamaCpp.has(text) ? isControl : type === "control"]);
      }
      const messages = [{ role: "user", content: "What of it?" }];
      expect(await answer(model, kind, messages, kind.script)).toEqual(expected(kind, kind.script));
      if (kind.afterResult === undefined) return;
      const result = [
        ...messages,
        { role: "assistant", content: "" },
        { role: "tool", content: `It is ${kind.afterResult.word}.` },
      ];
      expect(await answer(model, kind, result, kind.afterResult.script)).toEqual(
        expected(kind, kind.afterResult.script),
      );
    } finally {
      await model.dispose();
    }
  },
  30_000,
);

function expected({ family }: AnswerKind, script: Script): (string | Uint8Array)[] {
  return [...script, family.eos];
}

/** As many tokens as the script has, and its end. What is no text is taken as the script has it: scriptedModel.model.test.ts looks at bytes. */
async function answer(
  model: LlamaModel,
  { family }: AnswerKind,
  messages: readonly object[],
  script: Script,
): Promise<(string | Uint8Array)[]> {
  const prompt = new Template(family.chatTemplate).render({
    messages,
    bos_token: family.bos ?? "",
    add_generation_prompt: true,
  });
  const context = await model.createContext({ contextSize: 1024, threads: 1 });
  try {
    const run = context
      .getSequence()
      .evaluate(model.tokenize(prompt, true), { temperature: 0.7, topK: 40, yieldEogToken: true });
    const written: Token[] = [];
    while (written.length <= script.length) {
      const next = await run.next();
      if (next.done === true) break;
      written.push(next.value);
    }
    await run.return();
    const end = written.find((token) => [family.eos, family.eot, family.eom].includes(model.detokenize([token], true)));
    expect(end !== undefined && model.isEogToken(end)).toBe(true);
    return written.map((token, index) => {
      const entry = script[index];
      return entry instanceof Uint8Array ? entry : model.detokenize([token], true);
    });
  } finally {
    await context.dispose();
  }
}
