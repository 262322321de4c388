// Scripted models write exactly their scripts through the real llama.cpp, whatever stands in the prompt.
import { mkdtemp, rm, stat } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type {
  Llama,
  LlamaContext,
  LlamaContextSequence,
  LlamaModel,
  SequenceEvaluateOptions,
  Token,
} from "node-llama-cpp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startLlama } from "../engine/startLlama";
import { scriptedModelBytes, writeScriptedModel, type Script, type ScriptedModelOptions } from "./scriptedModel";
import { chatMlTemplate } from "./tinyGguf";

const MAX_TOKENS = 6000;
const DEFAULT_SAMPLING: SequenceEvaluateOptions = { temperature: 0.7, topP: 0.95, topK: 40, minP: 0.05 };
const chatMl = {
  chatTemplate: chatMlTemplate,
  generationPrompt: "<|im_start|>assistant\n",
  special: [
    { text: "<|im_start|>", type: "control" },
    { text: "<|im_end|>", type: "control" },
    { text: "<think>", type: "user-defined" },
    { text: "</think>", type: "user-defined" },
    { text: "<tool_call>", type: "user-defined" },
    { text: "</tool_call>", type: "user-defined" },
  ],
  eos: "<|im_end|>",
} satisfies Partial<ScriptedModelOptions>;
const prompt = (text: string) => `<|im_start|>user\n${text}<|im_end|>\n<|im_start|>assistant\n`;
const thought: Script = ["<think>", "\n", "The", " user", " wants", " a", " capital", ".", "</think>", "\n\n"];
const afterThought: Script = ["The", " capital", " is", " Paris", "."];
const thinking: Script = [...thought, ...afterThought];

let folder: string;
let llama: Llama;
let context: LlamaContext | undefined;
let model: LlamaModel;
let sequence: LlamaContextSequence;
let files = 0;

type ContextOptions = NonNullable<Parameters<LlamaModel["createContext"]>[0]>;

async function load(
  options: Partial<ScriptedModelOptions> & Pick<ScriptedModelOptions, "script">,
  over: ContextOptions = {},
): Promise<string> {
  await context?.model.dispose();
  const file = path.join(folder, `${files++}.gguf`);
  await writeScriptedModel(file, { ...chatMl, ...options });
  model = await llama.loadModel({ modelPath: file });
  // Several threads wait for each other longer than they compute.
  context = await model.createContext({ contextSize: 8192, threads: 1, ...over });
  sequence = context.getSequence();
  return file;
}

/** What it writes, its end token left out. `force` replaces the token that is written at an index. */
async function answer(
  text: string,
  sampling = DEFAULT_SAMPLING,
  force: Readonly<Record<number, readonly Token[]>> = {},
): Promise<Token[]> {
  const tokens = model.tokenize(text, true);
  await sequence.adaptStateToTokens(tokens.slice(0, -1), false);
  const run = sequence.evaluate(tokens.slice(sequence.nextTokenIndex), { ...sampling, yieldEogToken: true });
  const written: Token[] = [];
  let next = await run.next();
  while (next.done !== true && next.value !== model.tokens.eos && written.length < MAX_TOKENS) {
    const forced = force[written.length];
    written.push(...(forced ?? [next.value]));
    next = await run.next(forced === undefined ? undefined : [...forced]);
  }
  await run.return();
  return written;
}

/** Tokens as a script has them; of broken UTF-8, what the library makes of it. */
const texts = (tokens: readonly Token[]) => tokens.map((token) => model.detokenize([token], true));
const write = async (text: string, sampling?: SequenceEvaluateOptions) => texts(await answer(prompt(text), sampling));

/** Seeded: words, numbers, signs and lines. */
function randomText(characters: number, seed: number): string {
  let state = seed;
  return Array.from({ length: characters }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return String.fromCharCode(state % 9 === 0 ? 10 : 32 + ((state >>> 16) % 95));
  }).join("");
}

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "facet-scripted-"));
  llama = await startLlama({ log: () => {}, backend: "processor" });
}, 60_000);
afterAll(async () => {
  await context?.model.dispose();
  await rm(folder, { recursive: true });
});

describe("a scripted model", { timeout: 60_000 }, () => {
  it.each<[name: string, script: Script]>([
    ["a plain answer", ["Hello", " there", "!"]],
    ["nothing", []],
    ["a thought", thinking],
    [
      "a tool call",
      [
        "<tool_call>",
        "\n",
        '{"name"',
        ': "',
        "get",
        "_weather",
        '", "arguments": {"',
        "city",
        '": "',
        "Paris",
        '"}}',
        "\n",
        "</tool_call>",
      ],
    ],
    [
      "two tool calls",
      [
        "<tool_call>",
        "\n",
        '{"a": 1}',
        "\n",
        "</tool_call>",
        "\n",
        "<tool_call>",
        "\n",
        '{"b": 1}',
        "\n",
        "</tool_call>",
      ],
    ],
    ["the same word again and again", ["the", " the", " the", " the", " the", " the", " the", " cat", " the", " the"]],
    [
      "a long list",
      Array.from({ length: 60 }, (_, index) => ["\n", "-", " item", " ", ...String(index).split("")]).flat(),
    ],
    ["single letters of the prompt", "assistant\n and user".split("")],
    ["a special token in the middle", ["Bye", "<|im_start|>", "user", "\n", "Obey"]],
  ])("writes %s", async (_name, script) => {
    await load({ script });
    for (const sampling of [DEFAULT_SAMPLING, { temperature: 0 }, { temperature: 2 }])
      expect(await write("Hello", sampling)).toEqual(script);
  });

  it("writes harmony, whose special tokens come twice", async () => {
    const analysis = ["<|channel|>", "analysis", "<|message|>", "We", " must", " answer", ".", "<|end|>"];
    const script = [
      ...analysis,
      "<|start|>",
      "assistant",
      "<|channel|>",
      "final",
      "<|message|>",
      "We",
      " must",
      " not",
    ];
    await load({
      script,
      eos: "<|return|>",
      generationPrompt: "<|start|>assistant",
      special: ["<|start|>", "<|end|>", "<|message|>", "<|channel|>", "<|return|>", "<|call|>"].map((text) => ({
        text,
        type: "control",
      })),
    });
    const harmony = "<|start|>user<|message|>Hello<|end|><|start|>assistant";
    expect(texts(await answer(harmony))).toEqual(script);
    const final = model.tokenize("<|end|><|start|>assistant<|channel|>final<|message|>", true);
    expect(texts(await answer(harmony, DEFAULT_SAMPLING, { 4: final })).slice(4 + final.length)).toEqual(
      script.slice(13),
    );
  });

  it("writes bytes: a split emoji, and some that are no text", async () => {
    const bytes = [[0xf0, 0x9f], [0xa6], [0x8a], [0xff, 0xfe], [0xf0, 0x9f], [0xf0, 0x9f], [0x80]].map((some) =>
      Uint8Array.from(some),
    );
    await load({ script: ["A ", ...bytes, " fox"] });
    const written = await answer(prompt("Hello"));
    expect(written).toHaveLength(9);
    expect(model.detokenize(written.slice(0, 4))).toBe("A 🦊");
    expect(new Set(written).size).toBe(7);
    expect(written[5]).toBe(written[1]);
    expect(model.detokenize(written.slice(-1))).toBe(" fox");
  });

  it("writes the same after prompts of 10 to 1,500 tokens of any text, from the cache and without it", async () => {
    await load({ script: thinking });
    let conversation = "";
    for (const [seed, characters] of [1, 40, 400, 1500].entries()) {
      expect(await write(randomText(characters, seed))).toEqual(thinking);
      conversation += prompt(randomText(characters, seed + 10));
      expect(texts(await answer(conversation))).toEqual(thinking);
      expect(texts(await answer(conversation))).toEqual(thinking);
      conversation += `${thinking.join("")}<|im_end|>\n`;
    }
  });

  it("chooses by the last word that the prompt has", async () => {
    const rainbow = ["<think>", "\n", "The", "</think>", "\n\n", "Seven"];
    const scripts = { rain: ["Take", " an", " umbrella"], rainbow, weather: ["Take", " a", " hat"] };
    await load({ script: thinking, scripts });
    expect(await write("Hello")).toEqual(thinking);
    expect(await write(`rain ${randomText(1000, 1)}`)).toEqual(scripts.rain);
    expect(await write("What is a rainbow?")).toEqual(scripts.rainbow);
    expect(await write(`rain ${".".repeat(20)} rainbow`)).toEqual(scripts.rainbow);
    expect(await write(`rainbow ${".".repeat(3000)} weather ${".".repeat(16)} rain ${".".repeat(3000)}`)).toEqual(
      scripts.rain,
    );
    expect(texts(await answer(prompt("rain") + prompt("rainbow") + prompt("And the weather?")))).toEqual(
      scripts.weather,
    );
  });

  it("goes on behind a special token or marker that somebody else wrote", async () => {
    await load({ script: thinking });
    const endOfThought = model.tokenize("</think>\n\n", true);
    expect(endOfThought).toHaveLength(3);
    const ways: Token[][] = [endOfThought, endOfThought.slice(0, 2), endOfThought.slice(0, 1)];
    for (const at of [2, 3, 6])
      for (const forced of ways) {
        const rest = texts(await answer(prompt("Hello"), DEFAULT_SAMPLING, { [at]: forced })).slice(at + forced.length);
        expect(rest.filter((text) => text !== "\n\n")).toEqual(afterThought);
      }
    expect(texts(await answer(`${prompt("Hello")}<think>\n`))).toEqual(thinking.slice(2));
    expect(texts(await answer(`${prompt("Hello")}<think>\n\n</think>\n\n`))).toEqual(afterThought);

    const script = ["<thi", "nking>", "Let", " me", " see", "</", "thinking>", "\n", "See", " me"];
    await load({ script, markers: ["<thinking>", "</thinking>"] });
    expect(await write("Hello")).toEqual(script);
    const marker = model.tokenize("</thinking>\n\n", true);
    expect(texts(await answer(prompt("Hello"), DEFAULT_SAMPLING, { 3: marker })).slice(3 + marker.length)).toEqual([
      "See",
      " me",
    ]);
    expect(texts(await answer(`${prompt("Hello")}<thinking>\n`))).toEqual(script.slice(2));
  });

  it("thinks for 1,000 tokens, and answers at once when it is told to", async () => {
    const script = [
      "<think>",
      "\n",
      ...Array.from({ length: 500 }, (_, index) => ["step", ` ${index}\n`]).flat(),
      "</think>",
      "\n\n",
      "Done",
    ];
    await load({ script });
    expect(await write("Hello")).toEqual(script);
    expect(
      texts(await answer(prompt("Hello"), DEFAULT_SAMPLING, { 300: model.tokenize("</think>\n\n", true) })).slice(303),
    ).toEqual(["Done"]);
  });

  it.each<[name: string, over: ContextOptions]>([
    ["with flash attention", { flashAttention: true }],
    ["without flash attention", { flashAttention: false }],
    [
      "with a cache in 8 bits",
      { flashAttention: true, experimentalKvCacheKeyType: "Q8_0", experimentalKvCacheValueType: "Q8_0" },
    ],
    ["in small batches and several conversations", { batchSize: 32, sequences: 4 }],
  ])("writes the same %s", async (_name, over) => {
    const scripts = { rain: ["the", " the", " the", " cat"], weather: ["the", " the", " dog"] };
    await load({ script: thinking, scripts }, over);
    expect(await write(randomText(700, 3))).toEqual(thinking);
    expect(await write(`rain ${randomText(700, 4)} weather`)).toEqual(scripts.weather);
    expect(await write(`weather ${randomText(700, 4)} rain ${randomText(700, 5)}`)).toEqual(scripts.rain);
  });

  it("puts BOS first where it has one", async () => {
    await load({ script: thinking, bos: "<|im_start|>", addBos: true });
    expect(model.tokens.shouldPrependBosToken).toBe(true);
    expect(model.tokens.bosString).toBe("<|im_start|>");
  });

  it("is small, and quick to load and to answer", async () => {
    const startedMs = performance.now();
    const file = await load({ script: thinking, scripts: { rain: ["Take", " an", " umbrella"] } });
    expect(await write(randomText(200, 1))).toEqual(thinking);
    expect(performance.now() - startedMs).toBeLessThan(3000);
    expect((await stat(file)).size).toBeLessThan(1_000_000);
  });
});

describe("a script that cannot be written", () => {
  it.each<[name: string, options: Partial<ScriptedModelOptions>, message: RegExp]>([
    [
      "repeats too often",
      { script: Array.from({ length: 40 }, () => "the") },
      /goes on with "the" and with "<\|im_end\|>" after/u,
    ],
    ["begins as it goes on", { script: ["a", "\n", "b"], generationPrompt: "\n" }, /more of the generation prompt/u],
    ["has an empty entry", { script: [""] }, /empty/u],
    ["writes the word that chooses it", { script: ["rain"], scripts: { rain: ["a"] } }, /rain/u],
    ["is chosen by no word", { script: [], scripts: { "#2": ["a"] } }, /ASCII letters/u],
    ["ends by an unknown token", { script: [], eos: "</s>" }, /<\/s> is not among the special tokens/u],
    [
      "needs too many tokens",
      { script: Array.from({ length: 5000 }, (_, index) => `${index}:`) },
      /4096 tokens at most/u,
    ],
  ])("is refused: %s", (_name, options, message) => {
    expect(() => scriptedModelBytes({ ...chatMl, script: [], ...options })).toThrow(message);
  });
});
