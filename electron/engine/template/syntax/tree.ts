// The tree that @huggingface/jinja's parser makes, and how jinja2's grammar is represented in it. Engine process.

/** One of the parser's tokens. Operators stay in the tree as they are, with what is added here. */
export interface ParserToken {
  type: string;
  value: string;
  /** Comparisons with the same object are one chain: `a < b < c`. */
  chain?: object;
}

/**
 * jinja2's grammar has more than the parser's. What is missing is written as a call or a filter with one of these names:
 * no name in a template has a blank in it.
 */
export const OWN = {
  /** (a, b,) and () */
  tuple: "a tuple",
  /** What is looped over, and the condition: of `for x in y if z`. */
  each: "each of",
  eachRecursive: "each of recursive",
  /** The call of a call block, the chain of filters of a filter block, and the block's text in it. */
  call: "call with block",
  filter: "filter of block",
  body: "text of block",
  /** Blocks. */
  generation: "generation block",
  with: "with block",
  block: "named block",
  /** A tag that needs other templates, which there are none of. */
  noLoader: "other template",
  /** Whole numbers that JavaScript cannot hold: the digits follow. */
  integer: "integer ",
  /** Tests are filters: `x is not y(z)`. */
  is: "is ",
  isNot: "is not ",
} as const;

export type Expression =
  | Literal
  | { type: "Identifier"; value: string }
  | { type: "ArrayLiteral" | "TupleLiteral"; value: Expression[] }
  | { type: "ObjectLiteral"; value: Map<Expression, Expression> }
  | Member
  | Slice
  | Call
  | { type: "UnaryExpression"; operator: ParserToken; argument: Expression }
  | Binary
  | { type: "FilterExpression"; operand: Expression; filter: Expression }
  /** An inline if without an else. */
  | { type: "SelectExpression"; lhs: Expression; test: Expression }
  | { type: "Ternary"; condition: Expression; trueExpr: Expression; falseExpr: Expression };

export type Literal =
  | { type: "IntegerLiteral" | "FloatLiteral"; value: number }
  | { type: "StringLiteral"; value: string };

export interface Member {
  type: "MemberExpression";
  object: Expression;
  property: Expression;
  /** In brackets, not behind a dot. */
  computed: boolean;
}

export interface Slice {
  type: "SliceExpression";
  start: Expression | undefined;
  stop: Expression | undefined;
  step: Expression | undefined;
}

export interface Call {
  type: "CallExpression";
  callee: Expression;
  args: Argument[];
}

export type Argument =
  | Expression
  | { type: "KeywordArgumentExpression"; key: { type: "Identifier"; value: string }; value: Expression }
  | { type: "SpreadExpression" | "KeywordSpreadExpression"; argument: Expression };

export interface Binary {
  type: "BinaryExpression";
  operator: ParserToken;
  left: Expression;
  right: Expression;
}

export type Parameter =
  | { type: "Identifier"; value: string }
  | { type: "KeywordArgumentExpression"; key: { type: "Identifier"; value: string }; value: Expression };

export interface If {
  type: "If";
  test: Expression;
  body: Node[];
  alternate: Node[];
}

export interface For {
  type: "For";
  loopvar: Expression;
  iterable: Expression;
  body: Node[];
  defaultBlock: Node[];
}

export interface Assignment {
  type: "Set";
  assignee: Expression;
  /** null where the body is assigned. */
  value: Expression | null;
  body: Node[];
}

export interface Macro {
  type: "Macro";
  name: { type: "Identifier"; value: string };
  args: Parameter[];
  body: Node[];
}

export interface CallBlock {
  type: "CallStatement";
  call: Call;
  callerArgs: Parameter[] | null;
  body: Node[];
}

export interface FilterBlock {
  type: "FilterStatement";
  filter: Expression;
  body: Node[];
}

export type Statement =
  | If
  | For
  | Assignment
  | Macro
  | CallBlock
  | FilterBlock
  | { type: "Break" }
  | { type: "Continue" };

export type AnyNode = Node | Argument;

/** A statement, text, or an expression whose value is printed. */
export type Node = Statement | Expression;

export interface Program {
  type: "Program";
  body: Node[];
}
