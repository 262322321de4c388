// Wrong vocabularies: the same token twice, ids out of range, arrays of other lengths and types, tokenizers of another family, bombs.
import type { MetadataEntry } from "./tinyGguf";
import { ModelDraft, text, uint, wrongModel, type WrongModel } from "./wrongModel";

const SPECIAL_IDS = [
  "bos",
  "eos",
  "eot",
  "eom",
  "unknown",
  "seperator",
  "padding",
  "mask",
  "fim_pre",
  "fim_suf",
  "fim_mid",
  "fim_pad",
  "fim_rep",
  "fim_sep",
  "prefix",
  "suffix",
  "middle",
] as const;
const NORMAL = 1;
const CONTROL = 3;
const BYTE = 6;
const encoder = new TextEncoder();

export function wrongTokenizers(): WrongModel[] {
  return [...doubled(), ...specialIds(), ...arrays(), ...families(), ...merges(), ...bombs()];
}

function doubled(): WrongModel[] {
  const { tokens } = new ModelDraft().vocabulary;
  const last = tokens.length - 1;
  const places: [string, number, number][] = [
    ["the first two", 0, 1],
    ["the last two", last - 1, last],
    ["the first and the last", 0, last],
    ["two in the middle", 100, 200],
    ["a word and a byte", 260, 65],
    ["two control tokens", last - 2, last],
    ["a control token and a word", last, 258],
    ["a byte and its neighbour", 97, 98],
  ];
  return [
    ...places.map(([name, one, other]) =>
      wrongModel(`the same token twice: ${name}`, "refused", (draft) =>
        draft.setTokens(tokens.with(other, tokens[one] ?? "")),
      ),
    ),
    ...[3, 10, 100, tokens.length].map((count) =>
      wrongModel(`the same token ${count} times`, "refused", (draft) =>
        draft.setTokens(tokens.map((token, index) => (index < count ? "again" : token))),
      ),
    ),
    wrongModel("every token twice", "refused", (draft) => draft.setTokens([...tokens, ...tokens])),
    wrongModel("the same token in two spellings of bytes that are no text", "refused", (draft) =>
      draft.setTokens([...tokens, Uint8Array.of(0xff, 0xfe), Uint8Array.of(0xff, 0xfe)]),
    ),
    wrongModel("two tokens that differ in bytes that are no text", "works", (draft) =>
      draft.setTokens([...tokens, Uint8Array.of(0xff, 0xfe), Uint8Array.of(0xff, 0xfd)]),
    ),
    wrongModel("two tokens that are the same up to a zero byte", "refused", (draft) =>
      draft.setTokens([...tokens, "a\0b", "a\0c"]),
    ),
    wrongModel("a token that is another one's start, up to a zero byte", "refused", (draft) =>
      draft.setTokens([...tokens, "Hello\0there"]),
    ),
    wrongModel("an empty token", "works", (draft) => draft.setTokens([...tokens, ""])),
    wrongModel("three empty tokens", "works", (draft) => draft.setTokens([...tokens, "", "", ""])),
    wrongModel("an empty token and the name that it gets", "refused", (draft) =>
      draft.setTokens([...tokens, `[EMPTY_${tokens.length + 1}]`, ""]),
    ),
    wrongModel("a token that begins with a zero byte, and the name that it gets", "refused", (draft) =>
      draft.setTokens([...tokens, `[EMPTY_${tokens.length + 1}]`, "\0x"]),
    ),
    wrongModel("tokens that differ by a combining character", "works", (draft) =>
      draft.setTokens([...tokens, "né", "ne\u0301"]),
    ),
    wrongModel("tokens named like prototypes", "works", (draft) =>
      draft.setTokens([...tokens, "__proto__", "constructor", "toString"]),
    ),
  ];
}

function specialIds(): WrongModel[] {
  const key = (name: string) => `tokenizer.ggml.${name}_token_id`;
  const size = new ModelDraft().vocabulary.tokens.length;
  const one = (name: string, entry: MetadataEntry | undefined, words: string) =>
    wrongModel(`the ${name} token is ${words}`, "either", (draft) => draft.set(key(name), entry));
  return [
    ...SPECIAL_IDS.flatMap((name) => [
      one(name, uint(size), "the first that does not exist"),
      one(name, uint(0xffff_ffff), "the largest number"),
      one(name, { type: "int32", value: -1 }, "negative"),
    ]),
    ...(["bos", "eos", "eot"] as const).flatMap((name) => [
      one(name, text("<|im_end|>"), "a text"),
      one(name, { type: "float32", value: Number.NaN }, "no number"),
      one(name, { type: "uint64", value: 2n ** 63n }, "of 64 bits"),
      one(name, { type: "int32s", value: [1, 2] }, "a list"),
      one(name, { type: "bool", value: true }, "true"),
      one(name, uint(2 ** 31), "2^31"),
      one(name, undefined, "not given"),
    ]),
    wrongModel("no special token is given, and there is none", "either", (draft) => {
      const tokens = draft.vocabulary.tokens.map((token) =>
        token.length > 2 ? token.replaceAll(/[<>|]/gu, "_") : token,
      );
      return draft
        .setTokens(
          tokens,
          tokens.map(() => NORMAL),
        )
        .set(key("bos"), undefined)
        .set(key("eos"), undefined);
    }),
    wrongModel("a BOS is to be added, and there is none", "either", (draft) =>
      draft.set(key("bos"), uint(size)).set("tokenizer.ggml.add_bos_token", { type: "bool", value: true }),
    ),
    wrongModel("an EOS is to be added, and there is none", "either", (draft) =>
      draft.set(key("eos"), uint(size)).set("tokenizer.ggml.add_eos_token", { type: "bool", value: true }),
    ),
    wrongModel("whether a BOS is added is a text", "either", (draft) =>
      draft.set("tokenizer.ggml.add_bos_token", text("yes")),
    ),
    wrongModel("tokens to suppress that do not exist", "either", (draft) =>
      draft.set("tokenizer.ggml.suppress_tokens", { type: "int32s", value: [-1, size, 2 ** 31 - 1] }),
    ),
    wrongModel("tokens to suppress as texts", "either", (draft) =>
      draft.set("tokenizer.ggml.suppress_tokens", { type: "strings", value: ["a"] }),
    ),
    wrongModel("tokens to suppress as one number", "either", (draft) =>
      draft.set("tokenizer.ggml.suppress_tokens", uint(1)),
    ),
    wrongModel("every token ends the answer", "either", (draft) =>
      draft.setTokens(
        draft.vocabulary.tokens,
        draft.vocabulary.tokens.map(() => CONTROL),
      ),
    ),
  ];
}

function arrays(): WrongModel[] {
  const { tokens, types } = new ModelDraft().vocabulary;
  const typesKey = "tokenizer.ggml.token_type";
  const scoresKey = "tokenizer.ggml.scores";
  const set = (
    name: string,
    key: string,
    entry: MetadataEntry | undefined,
    outcome: WrongModel["outcome"] = "either",
  ) => wrongModel(name, outcome, (draft) => draft.set(key, entry));
  return [
    ...[0, 1, tokens.length - 1].map((length) =>
      set(`types for ${length} tokens`, typesKey, { type: "int32s", value: types.slice(0, length) }, "refused"),
    ),
    ...[0, 1, tokens.length - 1].map((length) =>
      set(`scores for ${length} tokens`, scoresKey, { type: "float32s", value: types.slice(0, length) }, "refused"),
    ),
    set("types for one token more", typesKey, { type: "int32s", value: [...types, 1] }),
    set("types as texts", typesKey, { type: "strings", value: tokens }, "refused"),
    set("types as unsigned numbers", typesKey, { type: "uint32s", value: types }, "refused"),
    set("types as one number", typesKey, uint(1), "refused"),
    set("scores as texts", scoresKey, { type: "strings", value: tokens }, "refused"),
    set("scores as bytes", scoresKey, { type: "uint8s", value: new Uint8Array(tokens.length) }, "refused"),
    set("scores as a text", scoresKey, text("1"), "refused"),
    set("scores that are no numbers", scoresKey, { type: "float32s", value: tokens.map(() => Number.NaN) }),
    set("infinite scores", scoresKey, {
      type: "float32s",
      value: tokens.map((_, index) => (index % 2 === 0 ? Infinity : -Infinity)),
    }),
    ...[-1, 0, 2, 4, 5, BYTE, 7, 99, 2 ** 31 - 1].map((type) =>
      set(`every token is of type ${type}`, typesKey, { type: "int32s", value: tokens.map(() => type) }),
    ),
    wrongModel("a byte token of one letter", "either", (draft) => draft.setTokens([...tokens, "xy"], [...types, BYTE])),
    wrongModel("a byte token of no byte", "either", (draft) =>
      draft.setTokens([...tokens, "<0xZZ>"], [...types, BYTE]),
    ),
    set("no tokens", "tokenizer.ggml.tokens", { type: "strings", value: [] }, "refused"),
    set("one token", "tokenizer.ggml.tokens", { type: "strings", value: ["a"] }, "refused"),
    set("tokens as numbers", "tokenizer.ggml.tokens", { type: "int32s", value: [1, 2, 3] }, "refused"),
    set("tokens as one text", "tokenizer.ggml.tokens", text("a b c"), "refused"),
    wrongModel("a vocabulary of one token", "refused", (draft) => draft.setTokens(["a"], [NORMAL])),
    wrongModel("a vocabulary of no token", "refused", (draft) =>
      draft
        .set("tokenizer.ggml.tokens", { type: "strings", value: [] })
        .set(typesKey, undefined)
        .set("llama.vocab_size", uint(0)),
    ),
    ...[-1, 1, 100].map((more) =>
      wrongModel(`${more} rows more in the embedding than tokens`, "refused", (draft) =>
        draft.setRows(tokens.length + more),
      ),
    ),
    wrongModel("a vocabulary size that is another", "either", (draft) => draft.set("llama.vocab_size", uint(5))),
    wrongModel("an output with other rows", "refused", (draft) =>
      draft.changeTensor("output.weight", (tensor) => [
        { ...tensor, dimensions: [64, 10], data: tensor.data.slice(0, 64 * 10 * 4) },
      ]),
    ),
  ];
}

/** SentencePiece's own kind of vocabulary, sound: three special tokens, the bytes, words. */
function sentencePieces(
  draft: ModelDraft,
  {
    without = () => false,
    model = "llama",
    more = [],
  }: { without?: (byte: number) => boolean; model?: string; more?: readonly string[] } = {},
): ModelDraft {
  const hex = (byte: number) => `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`;
  const bytes = Array.from({ length: 256 }, (_, byte) => byte).filter((byte) => !without(byte));
  const words = ["▁", "▁the", "▁and", "he", "in", "e", "t", "a", ...more];
  const tokens = ["<unk>", "<s>", "</s>", ...bytes.map(hex), ...words, "<|im_start|>", "<|im_end|>"];
  const types = [2, CONTROL, CONTROL, ...bytes.map(() => BYTE), ...words.map(() => NORMAL), CONTROL, CONTROL];
  return draft
    .setTokens(tokens, types)
    .set("tokenizer.ggml.model", text(model))
    .set("tokenizer.ggml.pre", text("default"))
    .set("tokenizer.ggml.merges", undefined)
    .set("tokenizer.ggml.scores", { type: "float32s", value: tokens.map((_, index) => -index) })
    .set("tokenizer.ggml.bos_token_id", uint(1))
    .set("tokenizer.ggml.eos_token_id", uint(2));
}

/** RWKV's: escaped bytes and words, the first id kept free. */
function rwkvTokens(
  draft: ModelDraft,
  without: (byte: number) => boolean = () => false,
  more: readonly string[] = [],
): ModelDraft {
  const bytes = Array.from({ length: 256 }, (_, byte) => byte).filter((byte) => !without(byte));
  const tokens = ["<s>", ...bytes.map((byte) => `\\x${byte.toString(16).padStart(2, "0")}`), "the", "Hello", ...more];
  return draft
    .setTokens(
      tokens,
      tokens.map(() => NORMAL),
    )
    .set("tokenizer.ggml.model", text("rwkv"))
    .set("tokenizer.ggml.merges", undefined)
    .set("tokenizer.ggml.bos_token_id", undefined)
    .set("tokenizer.ggml.eos_token_id", uint(0));
}

function families(): WrongModel[] {
  const model = "tokenizer.ggml.model";
  const pre = "tokenizer.ggml.pre";
  const pres = [
    "llama-bpe",
    "qwen2",
    "qwen35",
    "gemma4",
    "whitespace",
    "sarvam-moe",
    "tekken",
    "smollm",
    "gpt-4o",
    "deepseek-v3",
    "kimi-k2",
    "superbpe",
    "jais-2",
    "default",
    "bloom",
    "poro-chat",
    "afmoe",
    "grok-2",
  ];
  const charsmap = (name: string, bytes: Uint8Array) =>
    wrongModel(`a table of characters ${name}`, "either", (draft) =>
      sentencePieces(draft, { model: "t5" }).set("tokenizer.ggml.precompiled_charsmap", {
        type: "uint8s",
        value: bytes,
      }),
    );
  const table = (units: readonly number[], blobBytes: number, rest: Uint8Array) =>
    new Uint8Array(Buffer.concat([Buffer.from(Uint32Array.of(blobBytes, ...units).buffer), rest]));
  return [
    wrongModel("SentencePiece, sound", "works", (draft) => sentencePieces(draft)),
    wrongModel("SentencePiece without bytes", "refused", (draft) => sentencePieces(draft, { without: () => true })),
    wrongModel("SentencePiece without the byte of a line break", "refused", (draft) =>
      sentencePieces(draft, { without: (byte) => byte === 10 }),
    ),
    wrongModel("SentencePiece without the bytes of what is not English", "refused", (draft) =>
      sentencePieces(draft, { without: (byte) => byte > 127 }),
    ),
    wrongModel("SentencePiece without bytes that no text has", "works", (draft) =>
      sentencePieces(draft, { without: (byte) => byte === 0xc0 || byte === 0xff }),
    ),
    wrongModel("SentencePiece with letters in place of their bytes", "works", (draft) =>
      sentencePieces(draft, {
        without: (byte) => byte > 0x60 && byte < 0x7b && byte !== 0x65 && byte !== 0x74 && byte !== 0x61,
        more: "bcdfghijklmnopqrsuvwxyz".split(""),
      }),
    ),
    ...["llama", "bert", "t5", "rwkv", "plamo2", "gemma4", "whitespace", "hybriddna", "test", "none"].map((name) =>
      wrongModel(`a vocabulary of GPT-2's family called ${name}`, "either", (draft) => draft.set(model, text(name))),
    ),
    ...["gpt2", "bert", "t5", "rwkv", "plamo2", "gemma4", "whitespace", "hybriddna", "test"].map((name) =>
      wrongModel(`a vocabulary of SentencePiece's family called ${name}`, "either", (draft) =>
        sentencePieces(draft, { model: name }).set("tokenizer.ggml.merges", { type: "strings", value: ["t he"] }),
      ),
    ),
    ...["sentencepiece", "tiktoken", "", "GPT2", "llama\0", "x".repeat(10_000)].map((name) =>
      wrongModel(`a tokenizer called “${name.slice(0, 20)}”`, "refused", (draft) => draft.set(model, text(name))),
    ),
    wrongModel("a tokenizer called by a number", "refused", (draft) => draft.set(model, uint(7))),
    ...["qwen9", "llama-bpe ", "", "gpt-2\0"].map((name) =>
      wrongModel(`cut into words like “${name}”`, "either", (draft) => draft.set(pre, text(name))),
    ),
    wrongModel("cut into words like a number", "either", (draft) => draft.set(pre, uint(7))),
    ...pres.map((name) => wrongModel(`cut into words like ${name}`, "either", (draft) => draft.set(pre, text(name)))),
    wrongModel("DNA cut by blanks", "either", (draft) =>
      draft.set(model, text("hybriddna")).set(pre, text("whitespace")),
    ),
    wrongModel("DNA with its marks", "either", (draft) =>
      draft
        .setTokens([...draft.vocabulary.tokens, "<dna>", "</dna>", "<oov>", "AAAAAA\uE000"])
        .set(model, text("hybriddna")),
    ),
    wrongModel("DNA whose mark is the last token", "either", (draft) =>
      draft.setTokens([...draft.vocabulary.tokens, "\uE000", "<oov>"]).set(model, text("hybriddna")),
    ),
    wrongModel("RWKV, sound", "works", (draft) => rwkvTokens(draft)),
    wrongModel("RWKV without a byte that a word begins with", "refused", (draft) =>
      rwkvTokens(draft, (byte) => byte === 0x48),
    ),
    wrongModel("RWKV without bytes", "refused", (draft) => rwkvTokens(draft, () => true)),
    wrongModel("RWKV without a line break", "refused", (draft) => rwkvTokens(draft, (byte) => byte === 10)),
    wrongModel("RWKV with half an escape", "either", (draft) => rwkvTokens(draft, undefined, ["\\x4", "\\", "\\xzz"])),
    wrongModel("a name that makes llama.cpp look for Phi's tokens", "either", (draft) =>
      draft.set("general.name", text("My phi-3 mini")),
    ),
    charsmap("of two bytes", Uint8Array.of(1, 2)),
    charsmap("that says it is longer than it is", table([0, 0, 0, 0], 1_000_000, new Uint8Array(8))),
    charsmap("that says it is 4 GB long", table([0, 0, 0, 0], 0xffff_ffff, new Uint8Array(8))),
    charsmap("that leads out of itself", table([0xffff_ffff, 0xffff_ffff], 8, new Uint8Array(8))),
    charsmap(
      "without ends of its texts",
      table(
        Array.from({ length: 256 }, (_, index) => index | 0x100),
        1024,
        new Uint8Array(8).fill(0x61),
      ),
    ),
    charsmap(
      "of zeros",
      table(
        Array.from({ length: 256 }, () => 0),
        1024,
        new Uint8Array(8),
      ),
    ),
    wrongModel("a table of characters as text", "either", (draft) =>
      sentencePieces(draft, { model: "t5" }).set("tokenizer.ggml.precompiled_charsmap", text("abc")),
    ),
    wrongModel("unigrams without a token for what is unknown", "either", (draft) =>
      sentencePieces(draft, { model: "t5" })
        .set("tokenizer.ggml.unknown_token_id", uint(0xffff_ffff))
        .set("tokenizer.ggml.tokens", { type: "strings", value: [] }),
    ),
  ];
}

function merges(): WrongModel[] {
  const set = (name: string, entry: MetadataEntry | undefined, outcome: WrongModel["outcome"] = "either") =>
    wrongModel(name, outcome, (draft) => draft.set("tokenizer.ggml.merges", entry));
  const list = (value: readonly string[]): MetadataEntry => ({ type: "strings", value });
  return [
    set("no merges", undefined, "refused"),
    set("an empty list of merges", list([])),
    set("merges of unknown tokens", list(["Ġ q", "Ġq x", "zz zz", "H e", "He q"])),
    set("merges of one part", list(["Hello", "world"])),
    set("merges of three parts", list(["H e l", "l l o"])),
    set("merges of nothing", list(["", " ", "  "])),
    set("the same merge a hundred times", list(Array.from({ length: 100 }, () => "Ġ t"))),
    set("merges as numbers", { type: "int32s", value: [1, 2] }, "refused"),
    set("merges as one text", text("Ġ t"), "refused"),
    set("merges that are no text", { type: "byte-strings", value: [Uint8Array.of(0xff, 0x20, 0xfe)] }),
    set("merges with a zero byte", list(["a\0 b", "\0 \0"])),
  ];
}

function bombs(): WrongModel[] {
  const { tokens } = new ModelDraft().vocabulary;
  const long = (length: number, letter = "a") => letter.repeat(length);
  return [
    wrongModel("a token of 10,000 letters", "either", (draft) => draft.setTokens([...tokens, long(10_000)])),
    wrongModel("a token of a million letters", "refused", (draft) => draft.setTokens([...tokens, long(1_000_000)])),
    wrongModel("a token of 300,000 letters that are none of the alphabet", "refused", (draft) =>
      draft.setTokens([...tokens, long(300_000, "字")]),
    ),
    wrongModel("500 tokens of 4,000 letters that are none of the alphabet", "refused", (draft) =>
      draft.setTokens([...tokens, ...Array.from({ length: 500 }, (_, index) => `${index}${long(4000, "字")}`)]),
    ),
    wrongModel("a control token of a million letters", "refused", (draft) =>
      draft.setTokens([...tokens, long(1_000_000)], [...tokens.map(() => NORMAL), CONTROL]),
    ),
    wrongModel("RWKV with a word of a million letters", "refused", (draft) =>
      rwkvTokens(draft, undefined, [long(1_000_000)]),
    ),
    wrongModel("unigrams with a word of a million letters", "refused", (draft) =>
      sentencePieces(draft, { model: "t5", more: [long(1_000_000)] }),
    ),
    wrongModel("PLaMo's tokens with a word of 20,000 letters", "refused", (draft) =>
      sentencePieces(draft, { model: "plamo2", more: [long(20_000)] }),
    ),
    wrongModel("PLaMo's tokens with a word of 2,000 letters", "refused", (draft) =>
      sentencePieces(draft, { model: "plamo2", more: [long(2000)] }),
    ),
    wrongModel("200,000 merges of long texts", "either", (draft) =>
      draft.set("tokenizer.ggml.merges", {
        type: "strings",
        value: Array.from({ length: 200_000 }, (_, index) => `${long(20)} ${index}`),
      }),
    ),
    wrongModel("a hundred thousand tokens", "either", (draft) =>
      draft.setTokens([...tokens, ...Array.from({ length: 100_000 }, (_, index) => `t${index}`)]),
    ),
    wrongModel("a hundred thousand control tokens", "either", (draft) => {
      const more = Array.from({ length: 100_000 }, (_, index) => `<${index}>`);
      return draft.setTokens([...tokens, ...more], [...draft.vocabulary.types, ...more.map(() => CONTROL)]);
    }),
    wrongModel("a name of a megabyte", "either", (draft) => draft.set("general.name", text(long(1_000_000)))),
    wrongModel("encoder \u2060marks in every token", "either", (draft) =>
      draft.setTokens(tokens.map((token) => `${token}\u2060`)),
    ),
    wrongModel("every letter in one token", "either", (draft) =>
      draft.setTokens([...tokens, String.fromCodePoint(...Array.from({ length: 2000 }, (_, index) => 0x4e00 + index))]),
    ),
    wrongModel("tokens that are no text at all", "either", (draft) =>
      draft.setTokens(tokens.map((_, index) => Uint8Array.of(0xff, index & 255, (index >> 8) + 1))),
    ),
    wrongModel("tokens that are the bytes themselves", "either", (draft) =>
      draft.setTokens(
        tokens.map((token, index) =>
          index < 256 ? Uint8Array.of(index === 0 ? 1 : index, 0x80) : encoder.encode(token),
        ),
      ),
    ),
  ];
}
