// The vocabulary of a scripted model: byte-level BPE without merges but those of the words that choose a script.
//
// A prompt's text becomes single bytes, so that the entries made for a script stand for what the model itself wrote.
import { gpt2Alphabet, type MetadataEntry } from "./tinyGguf";

/** Each entry is one token: a special token by its exact text, any other text, or bytes that need not be UTF-8. */
export type Script = readonly (string | Uint8Array)[];

export interface SpecialText {
  text: string;
  /** As the published model has it: the text of a control token is not part of what is shown, a user-defined one is ordinary text. */
  type: "control" | "user-defined";
}

/** llama.cpp's numbers of token types. */
const TYPES = { normal: 1, control: 3, "user-defined": 4 } as const;
/** A character for each byte, none of them longer than one unit of UTF-16. */
const alphabet = gpt2Alphabet();
const BLANKS = " \n\r\t".split("").map((blank) => alphabet[blank.charCodeAt(0)] ?? "");
const encoder = new TextEncoder();

export class ScriptVocabulary {
  readonly #tokens: string[] = [...alphabet];
  readonly #types: number[] = alphabet.map(() => TYPES.normal);
  readonly #ids = new Map(alphabet.map((token, id) => [token, id]));
  readonly #merges: (readonly [left: string, right: string])[] = [];
  /** By the text of the token. */
  readonly #special = new Map<string, number>();
  readonly #words: readonly string[];

  constructor({
    special,
    words,
    scripts,
  }: {
    special: readonly SpecialText[];
    words: readonly string[];
    scripts: readonly Script[];
  }) {
    this.#words = words;
    for (const word of words) this.#addWord(word);
    for (const { text, type } of special) {
      if (this.#special.has(text) || this.#ids.has(text)) throw new Error(`the token ${text} is there already`);
      this.#special.set(text, this.#add(text, TYPES[type]));
    }
    for (const entry of scripts.flat()) {
      const spelled = this.#spell(entry);
      if (spelled.length === 0) throw new Error("an entry of a script is empty");
      if (words.includes(spelled))
        throw new Error(`a script may not write the word that chooses one as a single token: ${spelled}`);
      if (this.scriptId(entry) === -1) this.#add(spelled, TYPES.normal);
    }
  }

  get size(): number {
    return this.#tokens.length;
  }

  /** 0 for no such word, else 1 and up, in the order of the words. */
  wordNumber(id: number): number {
    return this.#words.indexOf(this.#tokens[id] ?? "") + 1;
  }

  isSpecial(id: number): boolean {
    return this.#special.get(this.#tokens[id] ?? "") === id;
  }

  /** Throws where the model has no such special token. */
  specialId(text: string): number {
    const id = this.#special.get(text);
    if (id === undefined) throw new Error(`${text} is not among the special tokens`);
    return id;
  }

  /** -1 where the vocabulary does not have it. */
  scriptId(entry: string | Uint8Array): number {
    return (
      (typeof entry === "string" ? this.#special.get(entry) : undefined) ?? this.#ids.get(this.#spell(entry)) ?? -1
    );
  }

  /** As llama.cpp does with special tokens allowed: the longest are looked for first. */
  tokenize(text: string): number[] {
    const found = [...this.#special.keys()]
      .toSorted((a, b) => b.length - a.length)
      .find((special) => text.includes(special));
    if (found === undefined) return this.#merge(this.#spell(text)).map((token) => this.#ids.get(token) ?? -1);
    const at = text.indexOf(found);
    return [
      ...this.tokenize(text.slice(0, at)),
      this.specialId(found),
      ...this.tokenize(text.slice(at + found.length)),
    ];
  }

  /** The same text as the tokenizer would write it in a prompt. */
  respell(id: number): number[] {
    if (this.isSpecial(id)) return [id];
    return this.#merge(this.#tokens[id] ?? "").map((token) => this.#ids.get(token) ?? -1);
  }

  isBlank(id: number): boolean {
    return !this.isSpecial(id) && (this.#tokens[id] ?? "").split("").every((character) => BLANKS.includes(character));
  }

  /** For messages. */
  describe(id: number): string {
    return JSON.stringify(this.#tokens[id] ?? id);
  }

  metadata(): Record<string, MetadataEntry> {
    return {
      "llama.vocab_size": { type: "uint32", value: this.size },
      "tokenizer.ggml.tokens": { type: "strings", value: this.#tokens },
      "tokenizer.ggml.token_type": { type: "int32s", value: this.#types },
      "tokenizer.ggml.merges": { type: "strings", value: this.#merges.map((pair) => pair.join(" ")) },
    };
  }

  /** Letter by letter: "w e", "we a", … */
  #addWord(word: string): void {
    if (!/^[A-Za-z]{2,}$/u.test(word))
      throw new Error(`a word that chooses a script must be two or more ASCII letters: ${word}`);
    for (let length = 2; length <= word.length; length++) {
      const token = word.slice(0, length);
      if (this.#ids.has(token)) continue;
      this.#add(token, TYPES.normal);
      this.#merges.push([word.slice(0, length - 1), word.charAt(length - 1)]);
    }
  }

  #add(token: string, type: number): number {
    const id = this.#tokens.push(token) - 1;
    this.#types.push(type);
    if (type === TYPES.normal) this.#ids.set(token, id);
    return id;
  }

  #spell(text: string | Uint8Array): string {
    return Array.from(typeof text === "string" ? encoder.encode(text) : text, (byte) => alphabet[byte] ?? "").join("");
  }

  /** Each merge makes a longer beginning of a word, so going through them in order is what BPE does. */
  #merge(spelled: string): string[] {
    let tokens = spelled.split("");
    for (const [left, right] of this.#merges) {
      const merged: string[] = [];
      for (const token of tokens)
        if (token === right && merged.at(-1) === left) merged.splice(-1, 1, left + right);
        else merged.push(token);
      tokens = merged;
    }
    return tokens;
  }
}
