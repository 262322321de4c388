// Answers of many model families come out of the real engine in the parts that a user must see, and thoughts can be ended.
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Turn } from "../../contract/engineProtocol";
import { MessageId } from "../../contract/ids";
import { textOf, textParts, type MessagePart } from "../../contract/parts";
import type { ChatSettings } from "../../contract/sampling";
import { answerKinds, modelOf, tools, type AnswerKind, type SeenPart } from "../../testing/families";
import * as families from "../../testing/families/modelFamilies";
import { LocalEngine } from "../../testing/LocalEngine";
import { writeScriptedModel, type ScriptedModelOptions } from "../../testing/scriptedModel";
import { EngineProcess } from "../EngineProcess";
import { startLlama } from "../startLlama";

const settings: Partial<ChatSettings> = { tools: JSON.stringify(tools) };
const question: Turn = { messageId: MessageId.parse("question"), role: "user", parts: textParts("What of it?") };
const main = new LocalEngine();
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "facet-answers-"));
  main.stateFolder = path.join(folder, "state");
  main.engine = new EngineProcess(await startLlama({ log: () => {}, backend: "processor" }), main.post);
  await main.engine.start();
}, 60_000);
afterAll(async () => {
  await main.engine?.dispose();
  await rm(folder, { recursive: true });
}, 60_000);

async function load(options: ScriptedModelOptions): Promise<void> {
  const file = path.join(folder, "model.gguf");
  await writeScriptedModel(file, options);
  // Several threads wait for each other longer than they compute.
  expect(await main.load(file, { contextSizeTokens: 8192, threads: 1 })).toMatchObject({ kind: "loaded" });
}

/** As the families say it: without ids, times and blanks at the ends. */
function seen(parts: readonly MessagePart[]): SeenPart[] {
  return parts.map((part): SeenPart => {
    if (part.kind === "tool-call")
      return { kind: part.kind, name: part.name, arguments: JSON.parse(part.arguments) as Record<string, unknown> };
    return { kind: part.kind === "thought" ? "thought" : "text", text: part.text.trim() };
  });
}

describe("families", { timeout: 60_000 }, () => {
  it.each(answerKinds.map((kind): [string, AnswerKind] => [kind.name, kind]))("%s", async (_name, kind) => {
    await load(modelOf(kind));
    const answer = await main.answer([question], settings);
    expect(seen(answer.parts)).toEqual(kind.sees);
    expect(answer.facts.endReason).toBe("end");
    const unfinished = answer.parts.filter(
      (part) =>
        (part.kind === "thought" && part.durationMs === null) ||
        (part.kind === "tool-call" && !/^[\w.:-]{1,64}$/u.test(part.callId)),
    );
    expect(unfinished).toEqual([]);
    if (kind.afterResult === undefined) return;
    const results = answer.parts.flatMap((part): MessagePart[] =>
      part.kind === "tool-call"
        ? [{ kind: "tool-result", callId: part.callId, name: part.name, text: `It is ${kind.afterResult?.word}.` }]
        : [],
    );
    const turns: Turn[] = [
      question,
      { messageId: MessageId.parse("answer"), role: "assistant", parts: answer.parts },
      { messageId: MessageId.parse("result"), role: "user", parts: results },
    ];
    expect(seen((await main.answer(turns, settings)).parts)).toEqual(kind.afterResult.sees);
  });
});

describe("a long thought", { timeout: 60_000 }, () => {
  const stepsOf = (length: number) => Array.from({ length }, (_, index) => ["step", ` ${index}\n`]).flat();
  const steps = stepsOf(100);
  const scriptOf = (thought: readonly (string | Uint8Array)[]) => [
    "<think>",
    "\n",
    ...thought,
    "</think>",
    "\n\n",
    "Done",
    " at",
    " last",
    ".",
  ];
  /** Its thoughts cannot be switched off: the script would start over behind an empty one. */
  const opensItself = { ...families.qwen3, generationPrompt: families.qwen3.generationPrompt.slice(0, 1) };

  it("is ended when the user wants the answer, and stays", async () => {
    const long = stepsOf(1500);
    await load({ ...opensItself, script: scriptOf(long) });
    const { requestId, end } = main.start([question]);
    await main.when(
      (message) => message.kind === "checkpoint" && message.parts.some((part) => part.kind === "thought"),
    );
    const askedAtMs = performance.now();
    main.send({ kind: "answer-now", requestId });
    const ended = await end;
    expect(performance.now() - askedAtMs).toBeLessThan(2000);
    if (ended.kind !== "answered") throw new Error(JSON.stringify(ended));
    const [thought, answer] = ended.parts;
    expect(answer).toEqual({ kind: "text", text: "Done at last." });
    expect(thought?.kind === "thought" && thought.text !== "" && long.join("").startsWith(thought.text)).toBe(true);
    expect(ended.facts.answerTokens).toBeLessThan(3000);
  });

  it.each([
    [1, ""],
    [3, "step"],
    [4, "step 0"],
    [8, "step 0\nstep 1\nstep 2"],
  ])("is ended after %s tokens", async (budgetTokens, text) => {
    await load({ ...opensItself, script: scriptOf(steps) });
    const { parts } = await main.answer([question], { thinking: { budgetTokens } });
    expect(seen(parts)).toEqual([
      ...(text === "" ? [] : [{ kind: "thought", text }]),
      { kind: "text", text: "Done at last." },
    ]);
  });

  it("is not begun when the answer is asked for before it", async () => {
    const { requestId, end } = main.start([question]);
    await main.when((message) => message.kind === "prefill-progress" && message.fraction < 1);
    main.send({ kind: "answer-now", requestId });
    const ended = await end;
    expect(ended.kind === "answered" && seen(ended.parts)).toEqual([{ kind: "text", text: "Done at last." }]);
  });

  it("is left alone where none is written", async () => {
    await load({ ...families.chatMl, script: ["One", " two", " three", ...steps] });
    const { requestId, end } = main.start([question]);
    await main.when((message) => message.kind === "prefill-progress" && message.fraction === 1);
    main.send({ kind: "answer-now", requestId });
    const ended = await end;
    expect(ended.kind === "answered" && textOf(ended.parts)).toBe(["One two three", ...steps].join(""));
  });

  it.each<[string, families.ModelFamily, string[], string[]]>([
    ["that the prompt opens", families.qwq, [], ["\n", "</think>", "\n\n"]],
    [
      "in a channel of harmony",
      families.harmony,
      ["<|channel|>", "analysis", "<|message|>"],
      ["<|end|>", "<|start|>", "assistant", "<|channel|>", "final", "<|message|>"],
    ],
    [
      "before an answer in tags of its own",
      families.cohere,
      ["<|START_THINKING|>"],
      ["<|END_THINKING|>", "<|START_RESPONSE|>"],
    ],
    ["in tags of plain text", families.thinkingTag, ["<thinking>", "\n"], ["\n", "</thinking>", "\n\n"]],
  ])("%s is ended too", async (_name, family, open, close) => {
    await load({ ...family, script: [...open, ...steps, ...close, "Done", " at", " last", "."] });
    const { parts } = await main.answer([question], { thinking: { budgetTokens: 40 } });
    expect(parts.map(({ kind }) => kind)).toEqual(["thought", "text"]);
    expect(textOf(parts).trim()).toBe("Done at last.");
  });

  it("is ended in the middle of a character", async () => {
    const half = [Uint8Array.from([0xf0, 0x9f]), Uint8Array.from([0xa6, 0x8a])];
    await load({ ...opensItself, script: scriptOf(["A", ...half, ...steps]) });
    const { parts } = await main.answer([question], { thinking: { budgetTokens: 4 } });
    expect(seen(parts)).toEqual([
      { kind: "thought", text: "A" },
      { kind: "text", text: "Done at last." },
    ]);
  });
});

describe("what is known of a model", { timeout: 60_000 }, () => {
  it.each<[string, families.ModelFamily, object | null]>([
    ["the prompt opens its thoughts", families.qwq, { canSwitch: false, isOnByDefault: true, efforts: [] }],
    ["its template switches them", families.qwen3, { canSwitch: true, isOnByDefault: true, efforts: [] }],
    ["it has none", families.chatMl, null],
  ])("%s", async (_name, family, thinking) => {
    const file = path.join(folder, "model.gguf");
    await writeScriptedModel(file, { ...family, script: ["Hello"] });
    expect(await main.load(file, { contextSizeTokens: 1024, threads: 1 })).toMatchObject({
      kind: "loaded",
      model: { format: { thinking } },
    });
  });
});
