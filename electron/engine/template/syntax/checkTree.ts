// What the parser lets through and jinja2 refuses before it renders. Engine process.
import { PythonError } from "../python/PythonError";
import { CONSTANTS } from "./scopes";
import {
  OWN,
  type AnyNode,
  type Call,
  type Expression,
  type FilterBlock,
  type Node,
  type Parameter,
  type Program,
} from "./tree";
import { blockOf, childrenOf, filterName, isExpression, loopOf, parameterName, reads } from "./walk";

export interface Known {
  filters: ReadonlyMap<string, unknown>;
  tests: ReadonlyMap<string, unknown>;
}

interface Place {
  /** Whether break and continue have a loop. */
  inLoop: boolean;
  /** Behind an if, where a filter may be unknown as long as nobody gets there. */
  isConditional: boolean;
}

export function checkTree(program: Program, known: Known): void {
  for (const node of program.body) check(node, { inLoop: false, isConditional: false });

  function check(node: AnyNode, place: Place): void {
    const all = (nodes: readonly AnyNode[], at: Place): void => nodes.forEach((child) => check(child, at));
    switch (node.type) {
      case "If":
      case "Ternary":
      case "SelectExpression":
        return all(childrenOf(node), { ...place, isConditional: true });
      case "For": {
        checkTarget(node.loopvar, false);
        const { source, condition } = loopOf(node);
        if (storesLoop(node)) throw fail("Can't assign to special loop variable in for-loop target");
        all([source, ...(condition === undefined ? [] : [condition])], place);
        all(node.body, { inLoop: true, isConditional: false });
        return all(node.defaultBlock, { ...place, isConditional: false });
      }
      case "Break":
      case "Continue":
        if (!place.inLoop) throw fail(`'${node.type.toLowerCase()}' outside loop`);
        return;
      case "Set": {
        let target = node.assignee;
        for (; node.value === null && target.type === "FilterExpression"; target = target.operand)
          checkFilter(target.filter, place.isConditional);
        checkTarget(target, true);
        return all(node.value === null ? node.body : [node.value], place);
      }
      case "Macro":
        checkParameters(node.args, node.body);
        return all(childrenOf(node), { inLoop: false, isConditional: false });
      case "CallStatement": {
        const [inner] = node.call.args;
        if (inner?.type !== "CallExpression" || filterName(inner)?.includes(" ") === true) throw fail("expected call");
        checkParameters(node.callerArgs ?? [], node.body);
        check(inner, place);
        return all(node.body, { inLoop: false, isConditional: false });
      }
      case "FilterStatement":
        return checkBlock(node, place);
      case "FilterExpression":
        checkFilter(node.filter, place.isConditional);
        return all(childrenOf(node), place);
      case "CallExpression":
        checkCall(node);
        return all(childrenOf(node), place);
      default:
        return all(childrenOf(node), place);
    }
  }

  function checkBlock({ filter, body }: FilterBlock, place: Place): void {
    const [kind, args] = blockOf(filter);
    // A generation block is a function of its own, and so is a named block.
    const isFunction = kind === OWN.generation || kind === OWN.block;
    const isRight =
      kind === OWN.with
        ? args.every((argument) => argument.type === "KeywordArgumentExpression")
        : kind === OWN.generation
          ? args.length === 0
          : args.every(isExpression);
    if (!isRight || kind === "") throw fail("unexpected words in a tag");
    for (const argument of args) {
      if (argument.type === "KeywordArgumentExpression") checkTarget(argument.key, false);
      if (kind !== OWN.block) check(argument, place);
    }
    for (const child of body) check(child, { inLoop: place.inLoop && !isFunction, isConditional: false });
  }

  function checkFilter(filter: Expression, isConditional: boolean): void {
    const name = filterName(filter);
    if (name === undefined) throw fail("a filter needs a name");
    if (filter.type === "CallExpression") checkCall(filter);
    const test = name.startsWith(OWN.isNot)
      ? name.slice(OWN.isNot.length)
      : name.startsWith(OWN.is)
        ? name.slice(OWN.is.length)
        : undefined;
    if (isConditional || (test === undefined ? known.filters.has(name) : known.tests.has(test))) return;
    throw fail(`No ${test === undefined ? "filter" : "test"} named '${test ?? name}'.`);
  }
}

function fail(message: string): PythonError {
  return new PythonError("SyntaxError", message);
}

function checkTarget(target: Expression, canBeNamespace: boolean): void {
  if (target.type === "Identifier" && !CONSTANTS.has(target.value)) return;
  if (target.type === "TupleLiteral") return target.value.forEach((each) => checkTarget(each, canBeNamespace));
  if (
    canBeNamespace &&
    target.type === "MemberExpression" &&
    !target.computed &&
    target.object.type === "Identifier" &&
    target.property.type === "Identifier"
  )
    return;
  throw fail("can't assign to this");
}

function storesLoop(node: Node): boolean {
  if (node.type === "For" && stores(node.loopvar)) return true;
  if (node.type === "Set" && stores(node.assignee)) return true;
  return childrenOf(node).some((child) => child.type !== "Identifier" && storesLoop(child as Node));
}

function stores(target: Expression): boolean {
  return target.type === "Identifier"
    ? target.value === "loop"
    : target.type === "TupleLiteral" && target.value.some(stores);
}

function checkParameters(parameters: readonly Parameter[], body: readonly Node[]): void {
  for (const parameter of parameters) {
    checkTarget({ type: "Identifier", value: parameterName(parameter) }, false);
    if (parameter.type === "Identifier" && parameter.value === "caller" && reads(body, "caller"))
      throw fail('the special "caller" argument must be omitted or be given a default');
  }
}

function checkCall({ callee, args }: Call): void {
  if (callee.type === "Identifier" && callee.value === OWN.tuple && !args.every(isExpression))
    throw fail("invalid syntax in a tuple");
  const names = args.flatMap((argument) => (argument.type === "KeywordArgumentExpression" ? [argument.key.value] : []));
  if (new Set(names).size < names.length) throw fail("keyword argument repeated");
}
