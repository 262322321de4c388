// The kinds of tokens that code is coloured by, shared by the window and the highlighting worker.

/** 0 = plain. The order is the index in a HighlightedToken and in CodeBlock.module.css. */
export const codeKinds = ["plain", "comment", "string", "keyword", "function", "constant", "type", "tag"] as const;
export type CodeKind = (typeof codeKinds)[number];

/** TextMate scopes of each kind. */
export const scopesOfKind: Readonly<Record<Exclude<CodeKind, "plain">, readonly string[]>> = {
  comment: ["comment", "punctuation.definition.comment", "meta.diff.header", "markup.quote"],
  string: [
    "string",
    "punctuation.definition.string",
    "constant.other.symbol",
    "markup.inserted",
    "markup.inline.raw",
    "string.regexp",
  ],
  keyword: [
    "keyword",
    "storage",
    "variable.language",
    "constant.language",
    "keyword.control",
    "storage.type",
    "storage.modifier",
    "markup.heading",
    "entity.name.section",
    "markup.deleted",
    "keyword.operator.new",
    "keyword.operator.expression",
  ],
  function: [
    "entity.name.function",
    "support.function",
    "meta.function-call.generic",
    "variable.function",
    "support.macro",
  ],
  constant: [
    "constant.numeric",
    "constant.character",
    "constant.other",
    "variable.other.constant",
    "support.constant",
    "constant.character.escape",
  ],
  type: [
    "entity.name.type",
    "entity.name.class",
    "support.type",
    "support.class",
    "entity.other.inherited-class",
    "storage.type.java",
    "entity.name.namespace",
  ],
  tag: [
    "entity.name.tag",
    "entity.other.attribute-name",
    "support.type.property-name",
    "meta.object-literal.key",
    "variable.other.property",
  ],
};

/** Symbols stay in the colour of the text: too many colours are none. */
export const plainScopes = ["keyword.operator", "punctuation", "meta.brace", "storage.type.function.arrow"] as const;

/** Text and kind. */
export type HighlightedToken = readonly [text: string, kind: number];
export type HighlightedLine = readonly HighlightedToken[];

/** More of the same block: `lines` follow those sent before with this id. The first request of a language brings its grammars, as JSON. */
export interface HighlightRequest {
  readonly blockId: number;
  readonly language: string;
  readonly grammars: string | null;
  readonly lines: readonly string[];
}

export interface HighlightResponse {
  readonly blockId: number;
  readonly lines: readonly HighlightedLine[];
}
