// Why something failed, where the code of the failure leaves it open: closed lists, each reason with the names of its values. A failure's
// details carry the reason as `reason` and its values beside it; electron/words/reasonWords.ts has a sentence for each.

type Reasons = Readonly<Record<string, readonly string[]>>;

const FILES = {
  "not-a-file": [],
  "too-large": [],
  "read-takes-too-long": [],
  "no-permission-to-read": [],
  "no-permission-to-write": [],
  "no-permission-to-write-there": [],
  "no-folder-possible": [],
  "read-only-disk": [],
  "path-through-a-file": [],
  "came-back-changed": [],
  "files-of-this-size-impossible": [],
  "models-already-there": [],
  "inside-models-folder": [],
  "not-empty": [],
  "held-by-another-program": [],
  "link-impossible": [],
} as const satisfies Reasons;

const MODELS = {
  "type-not-computable": ["part", "type"],
  "value-impossible": ["name"],
  "head-size-wrong": [],
} as const satisfies Reasons;

const VOCABULARIES = {
  "tokenizer-unnamed": [],
  "tokenizer-without-text": ["tokenizer"],
  "tokenizer-cuts-otherwise": [],
  "vocabulary-empty": [],
  "sizes-differ": ["tokens", "weights"],
  "scores-differ": [],
  "types-differ": [],
  "merges-missing": [],
  "suppressed-tokens-invalid": [],
  "value-not-a-token": ["name"],
  "token-too-long": ["token", "length"],
  "token-twice": ["text", "first", "second"],
  "byte-token-empty": ["token"],
  "bytes-missing": ["count"],
  "damaged-text": [],
  "blanks-missing": [],
  "tokens-too-long": [],
} as const satisfies Reasons;

const DELTAS = {
  "whole-model": [],
  "not-a-gguf-file": [],
  "changes-nothing": [],
  "other-type": ["type"],
  "after-certain-words": [],
  "architecture-missing": [],
  "alpha-not-a-number": [],
  "replaces-part": ["part"],
  "changes-unsupported-part": ["part"],
  "weights-of-type": ["type"],
  "weights-of-unknown-type": ["type"],
  "half-missing": ["part"],
  "halves-differ": ["part"],
  "part-missing": [],
  "entry-wrong": ["name"],
  "changes-tied-embeddings": [],
  "trained-further": [],
  "is-the-fine-tune": [],
} as const satisfies Reasons;

const PEFT = {
  "too-large": [],
  "too-short": [],
  "not-json": [],
  "not-safetensors": [],
  "too-many-parts": [],
  "part-missing": [],
  "parts-overlap": [],
  "goes-on-after-its-end": [],
  "contents-unreadable": [],
  "entry-wrong": ["name"],
  "pattern-unusable": [],
  "part-twice": ["part"],
  "changed-twice": [],
  "changes-nothing": [],
  "half-missing": ["part"],
  "halves-differ": ["part"],
  "rank-differs": ["part"],
  "part-of-unreadable-type": ["part", "type"],
  "size-wrong": ["part"],
} as const satisfies Reasons;

/** `path`: where in the schema, "" for the whole. */
const SCHEMAS = {
  "structure-too-long": ["limit"],
  "not-json": [],
  "schema-too-large": [],
  "schema-too-deep": ["limit"],
  "schema-nothing-fits": ["path"],
  "schema-not-an-object": ["path"],
  "schema-part-not-an-object": ["path"],
  "schema-keyword-not-an-object": ["path", "keyword"],
  "schema-keyword-not-a-list": ["path", "keyword"],
  "schema-keyword-empty": ["path", "keyword"],
  "schema-keyword-not-a-number": ["path", "keyword"],
  "schema-keyword-too-high": ["path", "keyword", "limit"],
  "schema-keyword-twice": ["path", "keyword"],
  "schema-too-many-items": ["path"],
  "schema-too-long-text": ["path"],
  "schema-reference-outside": ["path"],
  "schema-reference-circular": ["path"],
  "schema-reference-missing": ["path", "reference"],
  "schema-type-unknown": ["path", "types"],
} as const satisfies Reasons;

/** `line` and `column`: where in the grammar. */
const GRAMMARS = {
  "structure-too-long": ["limit"],
  "grammar-too-many-rules": ["limit"],
  "grammar-empty": [],
  "grammar-without-root": [],
  "grammar-name-expected": ["line", "column"],
  "grammar-definition-expected": ["line", "column", "name"],
  "grammar-unexpected": ["line", "column", "text"],
  "grammar-nothing-to-repeat": ["line", "column", "text"],
  "grammar-token-named": ["line", "column"],
  "grammar-range-reversed": ["line", "column"],
  "grammar-characters-missing": ["line", "column"],
  "grammar-too-deep": ["line", "column", "limit"],
  "grammar-repeated-too-often": ["line", "column", "limit"],
  "grammar-empty-text-repeated": ["line", "column"],
  "grammar-count-unreadable": ["line", "column"],
  "grammar-count-reversed": ["line", "column"],
  "grammar-character-impossible": ["line", "column"],
  "grammar-escape-unknown": ["line", "column"],
  "grammar-unclosed": ["line", "column", "text", "end"],
  "grammar-rule-missing": ["line", "column", "name"],
  "grammar-repeats-nothing": ["line", "column"],
  "grammar-never-ends": ["line", "column", "name"],
} as const satisfies Reasons;

/** What came of a grammar or schema while an answer was being written. */
const SAMPLING = { "no-token-fits": [] } as const satisfies Reasons;

export const FAILURE_REASONS = {
  ...FILES,
  ...MODELS,
  ...VOCABULARIES,
  ...DELTAS,
  ...PEFT,
  ...SCHEMAS,
  ...GRAMMARS,
  ...SAMPLING,
} as const satisfies Reasons;

export type FailureReason = keyof typeof FAILURE_REASONS;
export type ReasonValues<Reason extends FailureReason> = {
  readonly [Name in (typeof FAILURE_REASONS)[Reason][number]]: string;
};
/** A reason with its values, as details carry them. */
export type Because<Reason extends FailureReason = FailureReason> = Reason extends Reason
  ? { readonly reason: Reason } & ReasonValues<Reason>
  : never;

export type FileReason = keyof typeof FILES;
export type ModelReason = keyof typeof MODELS;
export type VocabularyReason = keyof typeof VOCABULARIES;
export type DeltaReason = keyof typeof DELTAS;
export type PeftReason = keyof typeof PEFT;
export type SchemaReason = keyof typeof SCHEMAS;
export type GrammarReason = keyof typeof GRAMMARS;
export type StructureReason = SchemaReason | GrammarReason | keyof typeof SAMPLING;
