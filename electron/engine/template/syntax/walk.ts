// Walks through a template's tree. Engine process.
import { OWN, type AnyNode, type Argument, type Expression, type For, type Parameter } from "./tree";

/** The nodes right below one, in the order in which they are written. Names of attributes, filters and parameters are none. */
export function childrenOf(node: AnyNode): AnyNode[] {
  switch (node.type) {
    case "ArrayLiteral":
    case "TupleLiteral":
      return node.value;
    case "ObjectLiteral":
      return [...node.value].flat();
    case "MemberExpression":
      return node.computed ? [node.object, node.property] : [node.object];
    case "SliceExpression":
      return present(node.start, node.stop, node.step);
    case "CallExpression":
      return [node.callee, ...node.args];
    case "KeywordArgumentExpression":
      return [node.value];
    case "SpreadExpression":
    case "KeywordSpreadExpression":
    case "UnaryExpression":
      return [node.argument];
    case "BinaryExpression":
      return [node.left, node.right];
    case "FilterExpression":
      return [node.operand, ...filterArguments(node.filter)];
    case "SelectExpression":
      return [node.test, node.lhs];
    case "Ternary":
      return [node.condition, node.trueExpr, node.falseExpr];
    case "If":
      return [node.test, ...node.body, ...node.alternate];
    case "For":
      return [node.loopvar, node.iterable, ...node.body, ...node.defaultBlock];
    case "Set":
      return [...present(node.value ?? undefined), node.assignee, ...node.body];
    case "Macro":
      return [...defaultsOf(node.args), ...node.body];
    case "CallStatement":
      return [node.call, ...defaultsOf(node.callerArgs ?? []), ...node.body];
    case "FilterStatement":
      return [...node.body, node.filter];
    default:
      return [];
  }
}

export function filterArguments(filter: Expression): Argument[] {
  return filter.type === "CallExpression" ? filter.args : [];
}

export function defaultsOf(parameters: readonly Parameter[]): Expression[] {
  return parameters.flatMap((parameter) => (parameter.type === "Identifier" ? [] : [parameter.value]));
}

export function parameterName(parameter: Parameter): string {
  return parameter.type === "Identifier" ? parameter.value : parameter.key.value;
}

/** Whether `name` is read anywhere in the nodes. */
export function reads(nodes: readonly AnyNode[], name: string): boolean {
  return nodes.some((node) => (node.type === "Identifier" && node.value === name) || reads(childrenOf(node), name));
}

/** The name of a filter, undefined for what is none. */
export function filterName(filter: Expression): string | undefined {
  if (filter.type === "Identifier") return filter.value;
  return filter.type === "CallExpression" && filter.callee.type === "Identifier" ? filter.callee.value : undefined;
}

function present(...nodes: readonly (Expression | undefined)[]): Expression[] {
  return nodes.filter((node) => node !== undefined);
}

/** What a filter block of ours is, and what it was given. */
export function blockOf(filter: Expression): readonly [kind: string, args: readonly Argument[]] {
  return filter.type === "CallExpression" ? [filterName(filter) ?? "", filter.args] : ["", []];
}

/** What a loop goes over. */
export function loopOf({ iterable }: For): {
  source: Expression;
  condition: Expression | undefined;
  isRecursive: boolean;
} {
  const [kind, args] = blockOf(iterable);
  const [source, condition] = args.filter(isExpression);
  return { source: source ?? iterable, condition, isRecursive: kind === OWN.eachRecursive };
}

export function isExpression(argument: Argument): argument is Expression {
  return (
    argument.type !== "KeywordArgumentExpression" &&
    argument.type !== "SpreadExpression" &&
    argument.type !== "KeywordSpreadExpression"
  );
}

/** The names that are set where a loop's item is assigned. */
export function targetNames(target: Expression): string[] {
  if (target.type === "Identifier") return [target.value];
  return target.type === "TupleLiteral" ? target.value.flatMap(targetNames) : [];
}
