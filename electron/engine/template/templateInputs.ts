// What a template can be given, and the values that mean something to it. Engine process.
import { CONSTANTS } from "./syntax/scopes";
import { OWN, type AnyNode, type Argument, type Expression, type Program } from "./syntax/tree";
import { childrenOf, filterArguments, filterName, isExpression, parameterName, targetNames } from "./syntax/walk";

export type LiteralValue = string | number | boolean;

export interface TemplateInput {
  /** The literals that the template compares it to, also by another name that it gives it. */
  comparedTo: readonly LiteralValue[];
  /** The literals that the template puts in its place where it is not given. */
  defaults: readonly LiteralValue[];
}

/** `free`: the names that are looked up outside. Those that the template sets before it reads them are not among the inputs. */
export function inputsOf(program: Program, free: readonly string[]): ReadonlyMap<string, TemplateInput> {
  const firstUses = new Map<string, "read" | "set">();
  collectFirstUses(program.body, new Set(), firstUses);
  const names = free.filter((name) => firstUses.get(name) === "read");
  const nodes = [...everyNode(program.body)];
  const flow = new Flow(nodes, new Set(names));
  const found = new Map(
    names.map((name) => [name, { comparedTo: new Set<LiteralValue>(), defaults: new Set<LiteralValue>() }]),
  );
  for (const node of nodes) {
    for (const { value, other } of comparisonsIn(node)) {
      for (const name of flow.inputsIn(value))
        for (const literal of flow.literalsIn(other)) found.get(name)?.comparedTo.add(literal);
    }
    for (const { value, other } of defaultsIn(node)) {
      for (const name of flow.inputsIn(value))
        for (const literal of flow.literalsIn(other)) found.get(name)?.defaults.add(literal);
    }
  }
  return new Map(
    [...found].map(([name, { comparedTo, defaults }]) => [
      name,
      { comparedTo: [...comparedTo], defaults: [...defaults] },
    ]),
  );
}

/** In the order in which they are written, which is nearly that in which they happen. `own`: the parameters of a macro. */
function collectFirstUses(
  nodes: readonly AnyNode[],
  own: ReadonlySet<string>,
  uses: Map<string, "read" | "set">,
): void {
  const note = (name: string, use: "read" | "set"): void => {
    if (!uses.has(name) && !own.has(name)) uses.set(name, use);
  };
  for (const node of nodes) {
    switch (node.type) {
      case "Identifier":
        note(node.value, "read");
        break;
      case "If":
        // `if x is not defined` before `set x` reads it, whatever other branches did.
        for (const name of namesTested(node.test))
          if (node.body.some((child) => child.type === "Set" && targetNames(child.assignee).includes(name)))
            uses.set(name, "read");
        collectFirstUses(childrenOf(node), own, uses);
        break;
      case "Set":
        collectFirstUses(node.value === null ? node.body : [node.value], own, uses);
        for (const name of targetNames(node.assignee)) note(name, "set");
        break;
      case "For":
        collectFirstUses([node.iterable], own, uses);
        for (const name of targetNames(node.loopvar)) note(name, "set");
        collectFirstUses([...node.body, ...node.defaultBlock], own, uses);
        break;
      case "Macro":
        note(node.name.value, "set");
        collectFirstUses(childrenOf(node), new Set([...own, ...node.args.map(parameterName)]), uses);
        break;
      default:
        collectFirstUses(childrenOf(node), own, uses);
    }
  }
}

/** Names that an expression asks whether they are defined. */
function namesTested(test: Expression): string[] {
  return [...everyNode([test])].flatMap((node) => {
    if (node.type !== "FilterExpression" || node.operand.type !== "Identifier") return [];
    return ["defined", "undefined"].includes(testNamed(node.filter) ?? "") ? [node.operand.value] : [];
  });
}

function* everyNode(nodes: readonly AnyNode[]): Generator<AnyNode> {
  for (const node of nodes) {
    yield node;
    yield* everyNode(childrenOf(node));
  }
}

/** A value, and what it meets. */
interface Pair {
  value: Expression;
  other: Expression;
}

const EQUALITIES = new Set(["==", "!=", "in", "not in"]);
const EQUALITY_TESTS = new Set(["eq", "equalto", "ne", "in", "sameas"]);

function* comparisonsIn(node: AnyNode): Generator<Pair> {
  if (node.type === "BinaryExpression" && EQUALITIES.has(node.operator.value)) {
    yield { value: node.left, other: node.right };
    yield { value: node.right, other: node.left };
  } else if (node.type === "FilterExpression") {
    const test = testNamed(node.filter);
    const [other] = filterArguments(node.filter).filter(isExpression);
    if (test === "true" || test === "false") yield { value: node.operand, other: { type: "Identifier", value: test } };
    else if (test !== undefined && EQUALITY_TESTS.has(test) && other !== undefined)
      yield { value: node.operand, other };
  } else if (node.type === "MemberExpression" && node.computed) {
    // What a dict is looked up by is one of its keys.
    yield { value: node.property, other: node.object };
  }
}

function testNamed(filter: Expression): string | undefined {
  const name = filterName(filter) ?? "";
  if (name.startsWith(OWN.isNot)) return name.slice(OWN.isNot.length);
  return name.startsWith(OWN.is) ? name.slice(OWN.is.length) : undefined;
}

function* defaultsIn(node: AnyNode): Generator<Pair> {
  if (node.type === "Set" && node.value !== null && node.assignee.type === "Identifier") {
    yield { value: node.assignee, other: node.value };
  } else if (node.type === "FilterExpression" && isDefault(node.filter)) {
    const [other] = filterArguments(node.filter).filter(isExpression);
    if (other !== undefined) yield { value: node.operand, other };
  } else if (node.type === "Ternary") {
    yield { value: node.trueExpr, other: node.falseExpr };
    yield { value: node.falseExpr, other: node.trueExpr };
  } else if (node.type === "BinaryExpression" && node.operator.value === "or") {
    yield { value: node.left, other: node.right };
  }
}

function isDefault(filter: Expression): boolean {
  const name = filterName(filter);
  return name === "default" || name === "d";
}

/** Filters and methods that leave of a value what it means. */
const PASSING = new Set(["default", "d", "lower", "upper", "trim", "strip", "string"]);

/** Where the values of the inputs go: to other names, and to attributes of namespaces. */
class Flow {
  readonly #inputs: ReadonlySet<string>;
  /** By name or "name.attribute". */
  readonly #assigned = new Map<string, Expression[]>();

  constructor(nodes: readonly AnyNode[], inputs: ReadonlySet<string>) {
    this.#inputs = inputs;
    for (const node of nodes) {
      if (node.type !== "Set" || node.value === null) continue;
      const name = placeOf(node.assignee);
      if (name === undefined) continue;
      this.#assign(name, node.value);
      if (node.value.type === "CallExpression") this.#assignAttributes(name, node.value.args);
    }
  }

  #assign(name: string, value: Expression): void {
    this.#assigned.set(name, [...(this.#assigned.get(name) ?? []), value]);
  }

  /** namespace(name=value) */
  #assignAttributes(name: string, args: readonly Argument[]): void {
    for (const argument of args)
      if (argument.type === "KeywordArgumentExpression") this.#assign(`${name}.${argument.key.value}`, argument.value);
  }

  /** The inputs that a value comes from. */
  inputsIn(value: Expression, seen: ReadonlySet<string> = new Set()): string[] {
    const place = placeOf(value);
    if (place !== undefined) {
      if (seen.has(place)) return [];
      const passed = (this.#assigned.get(place) ?? []).flatMap((each) =>
        this.inputsIn(each, new Set([...seen, place])),
      );
      return this.#inputs.has(place) ? [place, ...passed] : passed;
    }
    switch (value.type) {
      case "FilterExpression":
        return PASSING.has(filterName(value.filter) ?? "") ? this.inputsIn(value.operand, seen) : [];
      case "CallExpression":
        return value.callee.type === "MemberExpression" &&
          value.callee.property.type === "Identifier" &&
          PASSING.has(value.callee.property.value)
          ? this.inputsIn(value.callee.object, seen)
          : [];
      case "Ternary":
        return [value.trueExpr, value.falseExpr].flatMap((each) => this.inputsIn(each, seen));
      case "SelectExpression":
        return this.inputsIn(value.lhs, seen);
      case "BinaryExpression":
        return value.operator.value === "and" || value.operator.value === "or"
          ? [value.left, value.right].flatMap((each) => this.inputsIn(each, seen))
          : [];
      default:
        return [];
    }
  }

  /** The literal itself, the items of a list of them, or the keys of a dict; also behind a name that is set once. */
  literalsIn(value: Expression): LiteralValue[] {
    switch (value.type) {
      case "StringLiteral":
      case "IntegerLiteral":
      case "FloatLiteral":
        return [value.value];
      case "ArrayLiteral":
      case "TupleLiteral":
        return value.value.flatMap((item) => this.literalsIn(item));
      case "ObjectLiteral":
        return [...value.value.keys()].flatMap((key) => this.literalsIn(key));
      case "UnaryExpression":
        return value.operator.value === "-" ? this.literalsIn(value.argument).map((literal) => -Number(literal)) : [];
      case "CallExpression":
        return filterName(value) === OWN.tuple
          ? value.args.filter(isExpression).flatMap((item) => this.literalsIn(item))
          : [];
      case "Identifier": {
        const constant = CONSTANTS.get(value.value);
        if (constant !== undefined) return constant === null ? [] : [constant];
        const [only, ...more] = this.#assigned.get(value.value) ?? [];
        return only === undefined || more.length > 0 || only.type === "Identifier" ? [] : this.literalsIn(only);
      }
      default:
        return [];
    }
  }
}

/** "name" or "name.attribute". */
function placeOf(node: Expression): string | undefined {
  if (node.type === "Identifier") return node.value;
  if (
    node.type !== "MemberExpression" ||
    node.computed ||
    node.object.type !== "Identifier" ||
    node.property.type !== "Identifier"
  )
    return undefined;
  return `${node.object.value}.${node.property.value}`;
}
