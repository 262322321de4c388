// What Facet finds out about chat templates: all bundled ones, and those that a file lacks or that do not work.
import { readdirSync } from "node:fs";
import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { MessageId } from "../../contract/ids";
import type { MessagePart } from "../../contract/parts";
import { bundledTemplates } from "../../testing/bundledTemplates";
import type { GgufHeader } from "../gguf/readGgufHeader";
import type { MetadataValue } from "../gguf/readMetadata";
import { ChatFormat } from "./ChatFormat";
import type { Vocabulary } from "./Vocabulary";

const names = readdirSync(path.join(import.meta.dirname, "..", "..", "testing", "templateReferences"))
  .filter((file) => file !== "conversations.json")
  .map((file) => file.replace(/\.json$/u, ".jinja"));
let templates: ReadonlyMap<string, string>;

beforeAll(async () => {
  templates = await bundledTemplates(names);
}, 120_000);

const header = (entries: Readonly<Record<string, string>>): GgufHeader => ({
  version: 3,
  tensors: [],
  dataOffsetBytes: 0,
  weightsBytes: 0,
  vocabulary: null,
  metadata: new Map(
    Object.entries(entries).map(([key, value]): [string, MetadataValue] => [key, { kind: "scalar", type: 8, value }]),
  ),
});
const vocabulary = (...control: string[]): Vocabulary => ({
  specialTokens: [
    { use: "bos", id: 1, text: "<s>" },
    { use: "eos", id: 2, text: "</s>" },
  ],
  markerTexts: control,
  isControl: (text) => control.includes(text),
});
const own = (template: string, ...control: string[]) =>
  ChatFormat.of(header({ "tokenizer.chat_template": template }), vocabulary(...control));
const bundled = (name: string) => own(templates.get(`${name}.jinja`) ?? "");
const text = (words: string): MessagePart[] => [{ kind: "text", text: words }];
const question = (words: string) => ({
  systemPrompt: "",
  turns: [{ messageId: MessageId.parse("q"), role: "user" as const, parts: text(words) }],
  now: new Date(0),
});
const unmarked = (words: string) => words;

describe("ChatFormat", () => {
  it("uses all bundled templates but one, which lacks a value that only its maker's own program gives", () => {
    const refused = names.filter((name) => own(templates.get(name) ?? "").facts.problem !== null);
    expect(refused).toEqual(["fireworks-ai-llama-3-firefunction-v2.jinja"]);
    expect(own(templates.get(refused[0]!) ?? "").problemDetail).toContain("functions");
  });

  it.each([
    ["Qwen-Qwen3-0.6B", true, [], { enable_thinking: false }],
    ["google-gemma-4-31B-it", false, [], { enable_thinking: false }],
    ["deepseek-ai-DeepSeek-V3.1", false, [], { thinking: false }],
    ["deepseek-ai-DeepSeek-V4", false, ["max"], { thinking: false }],
    ["Kimi-K3", true, ["low", "high", "max"], { thinking: false }],
    ["ByteDance-Seed-OSS", true, [], { thinking_budget: 0 }],
    ["MiniMax-M3", true, ["enabled", "adaptive"], { thinking_mode: "disabled" }],
    ["tencent-Hy3", false, ["low", "high"], { reasoning_effort: "no_think" }],
  ] as const)("%s can be switched: on by default %s, efforts %s", (name, isOnByDefault, efforts, off) => {
    const format = bundled(name);
    expect(format.facts.thinking).toEqual({ canSwitch: true, isOnByDefault, efforts });
    expect(format.thinkingVariables({ isOn: false })).toEqual(off);
  });

  it("offers an effort where the template takes one, and nothing where it speaks of no thinking", () => {
    expect(bundled("openai-gpt-oss-120b").facts.thinking).toEqual({
      canSwitch: false,
      isOnByDefault: true,
      efforts: ["low", "medium", "high"],
    });
    expect(bundled("openai-gpt-oss-120b").thinkingVariables({ effort: "high" })).toEqual({ reasoning_effort: "high" });
    expect(bundled("openai-gpt-oss-120b").thinkingVariables({ effort: "unheard of" })).toEqual({});
    for (const name of ["Qwen-Qwen2.5-7B-Instruct", "meta-llama-Llama-3.3-70B-Instruct", "google-gemma-2-2b-it"])
      expect(bundled(name).thinkingVariables({ isOn: false, effort: "low", budgetTokens: 5 })).toEqual({});
  });

  it("writes a prompt that ends where the template's own generation prompt ends", () => {
    const written = bundled("Qwen-Qwen3-0.6B").write(question("Hello"), unmarked);
    expect(written).toEqual({ ok: true, text: "<|im_start|>user\nHello<|im_end|>\n<|im_start|>assistant\n" });
    const off = bundled("Qwen-Qwen3-0.6B").write({ ...question("Hello"), thinking: { isOn: false } }, unmarked);
    expect(off).toMatchObject({ text: expect.stringMatching(/assistant\n<think>\n\n<\/think>\n\n$/u) as string });
  });

  it("gives back old thoughts only where the template wants them", () => {
    const turns = [
      ...question("One").turns,
      {
        messageId: MessageId.parse("a"),
        role: "assistant" as const,
        parts: [{ kind: "thought" as const, text: "Secret", durationMs: 1 }, ...text("Two")],
      },
      ...question("Three").turns,
    ];
    const written = (name: string) =>
      JSON.stringify(bundled(name).write({ systemPrompt: "", turns, now: new Date(0) }, unmarked));
    expect(written("Qwen-Qwen3-0.6B")).not.toContain("Secret");
    expect(written("Qwen-Qwen3-0.6B")).toContain("Two");
    expect(written("upstage-Solar-Open-100B")).toContain("Two");
  });

  it.each([
    ["ChatML", ["<|im_start|>", "<|im_end|>"], "<|im_start|>user\nHello<|im_end|>\n<|im_start|>assistant\n"],
    [
      "Llama 3",
      ["<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"],
      "<|start_header_id|>user<|end_header_id|>\n\nHello<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n",
    ],
    ["Gemma", ["<start_of_turn>", "<end_of_turn>"], "<start_of_turn>user\nHello<end_of_turn>\n<start_of_turn>model\n"],
  ])("knows %s by its tokens where the file has no template", (name, control, expected) => {
    const format = ChatFormat.of(header({}), vocabulary(...control));
    expect(format.facts).toMatchObject({ source: "vocabulary", name, problem: "missing" });
    expect(format.write(question("Hello"), unmarked)).toEqual({ ok: true, text: expected });
  });

  it.each([
    ["missing", {}],
    ["too-long", { "tokenizer.chat_template": `${"x".repeat(300_000)}{{ messages }}` }],
    ["unreadable", { "tokenizer.chat_template": "{% for %}" }],
    ["failed", { "tokenizer.chat_template": "{{ raise_exception('I refuse') }}" }],
    ["loses-messages", { "tokenizer.chat_template": "Hello." }],
    [
      "too-slow",
      {
        "tokenizer.chat_template":
          "{% for a in range(99999) %}{% for b in range(99999) %}{{ '' }}{% endfor %}{% endfor %}{{ messages }}",
      },
    ],
  ] as const)("says %s, and writes a general format", (problem, entries) => {
    const format = ChatFormat.of(header(entries), vocabulary());
    expect(format.facts).toMatchObject({ source: "general", name: "General", problem });
    expect(format.write(question("Hello"), unmarked)).toEqual({ ok: true, text: "User: Hello\n\nAssistant:" });
  });

  it("takes the first of named templates where there is no default", () => {
    const template = "{% for m in messages %}[{{ m.role }}]{{ m.content }}{% endfor %}";
    expect(ChatFormat.of(header({ "tokenizer.chat_template.rag": template }), vocabulary()).facts).toMatchObject({
      source: "named-template",
      name: "rag",
      problem: null,
    });
  });

  it("gives content as parts to a template that takes nothing else", () => {
    const format = own(
      "{% for m in messages %}{{ m.role }}:{% for part in m.content %}{{ part.text }}{% endfor %}\n{% endfor %}",
    );
    expect(format.shape.contentIsParts).toBe(true);
    expect(format.write(question("Hello"), unmarked)).toEqual({ ok: true, text: "user:Hello" });
  });
});
