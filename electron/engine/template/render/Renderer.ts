// Writes a template's statements. Engine process.
import { Namespace } from "../builtins/globals";
import { isTrue, iterate } from "../python/iterate";
import { MAX_DEPTH } from "../python/limits";
import { PythonError, typeError, valueError } from "../python/PythonError";
import { str } from "../python/text";
import { TextBuffer } from "../python/TextBuffer";
import { typeName } from "../python/typeName";
import { isString, Lazy, textOf, Undefined, type Value } from "../python/values";
import type { Scopes } from "../syntax/scopes";
import {
  OWN,
  type Assignment,
  type CallBlock,
  type Expression,
  type FilterBlock,
  type For,
  type Node,
  type Parameter,
  type Program,
} from "../syntax/tree";
import { blockOf, loopOf, parameterName } from "../syntax/walk";
import { applyFilter, argumentsOf, callValue, evaluate } from "./evaluate";
import { LoopValue } from "./LoopValue";
import { MacroValue, type Bound } from "./MacroValue";
import { Scope } from "./Scope";

/** How a body ended, where not at its end. */
type Leap = "break" | "continue" | undefined;

export class Renderer {
  readonly #scopes: Scopes;
  #top: Scope;
  /** Macros, call blocks and recursive loops that are being written inside each other. */
  #depth = 0;

  constructor(scopes: Scopes) {
    this.#scopes = scopes;
    this.#top = new Scope(undefined);
  }

  render(program: Program, outside: Scope): string {
    this.#top = this.#scope(program.body, outside);
    const buffer = new TextBuffer();
    this.#write(program.body, this.#top, buffer);
    return buffer.toString();
  }

  #scope(body: readonly Node[], outer: Scope): Scope {
    return new Scope(outer, this.#scopes.unset.get(body));
  }

  #write(body: readonly Node[], scope: Scope, buffer: TextBuffer): Leap {
    for (const node of body) {
      const leap = this.#writeNode(node, scope, buffer);
      if (leap !== undefined) return leap;
    }
    return undefined;
  }

  #writeNode(node: Node, scope: Scope, buffer: TextBuffer): Leap {
    switch (node.type) {
      case "If":
        return this.#write(isTrue(evaluate(node.test, scope)) ? node.body : node.alternate, scope, buffer);
      case "For":
        return this.#writeFor(node, scope, buffer);
      case "Set":
        return this.#assign(node, scope);
      case "Macro":
        scope.set(node.name.value, this.#macro(node.name.value, node.args, node.body, scope));
        return undefined;
      case "CallStatement":
        return this.#writeCall(node, scope, buffer);
      case "FilterStatement":
        return this.#writeBlock(node, scope, buffer);
      case "Break":
        return "break";
      case "Continue":
        return "continue";
      default:
        buffer.write(str(evaluate(node, scope)));
        return undefined;
    }
  }

  #writeFor(node: For, scope: Scope, buffer: TextBuffer): Leap {
    const { source, condition, isRecursive } = loopOf(node);
    const items = evaluate(source, scope);
    if (!isRecursive) return this.#loop(node, items, condition, scope, buffer, 0, undefined);
    const recurse =
      (depth: number) =>
      (inner: Value): string =>
        this.#nested(() => {
          const text = new TextBuffer();
          this.#loop(node, inner, condition, scope, text, depth, recurse(depth + 1));
          return text.toString();
        });
    buffer.write(recurse(0)(items));
    return undefined;
  }

  #loop(
    node: For,
    items: Value,
    condition: Expression | undefined,
    scope: Scope,
    buffer: TextBuffer,
    depth: number,
    recurse: ((items: Value) => string) | undefined,
  ): Leap {
    const chosen = condition === undefined ? items : new Lazy(this.#chosen(node.loopvar, items, condition, scope));
    const loop = new LoopValue(chosen, depth, recurse);
    // As in jinja2 a loop whose every round is broken off counts as empty.
    let isEmpty = true;
    for (let item = loop.next(); item !== undefined; item = loop.next()) {
      const inner = this.#scope(node.body, scope);
      inner.set("loop", loop);
      assignTo(node.loopvar, item, inner);
      const leap = this.#write(node.body, inner, buffer);
      if (leap === "break") break;
      isEmpty &&= leap !== undefined;
    }
    return isEmpty ? this.#write(node.defaultBlock, this.#scope(node.defaultBlock, scope), buffer) : undefined;
  }

  *#chosen(target: Expression, items: Value, condition: Expression, scope: Scope): Generator<Value> {
    for (const item of iterate(items)) {
      const inner = new Scope(scope);
      assignTo(target, item, inner);
      if (isTrue(evaluate(condition, inner))) yield item;
    }
  }

  #assign({ assignee, value, body }: Assignment, scope: Scope): Leap {
    if (value !== null) {
      checkNamespaces(assignee, scope);
      assignTo(assignee, evaluate(value, scope), scope);
      return undefined;
    }
    const [inner, text] = [this.#scope(body, scope), new TextBuffer()];
    const leap = this.#write(body, inner, text);
    if (leap !== undefined) return leap;
    let [target, result]: [Expression, Value] = [assignee, text.toString()];
    const filters: Expression[] = [];
    for (; target.type === "FilterExpression"; target = target.operand) filters.unshift(target.filter);
    for (const filter of filters) result = applyFilter(filter, result, inner);
    checkNamespaces(target, scope);
    assignTo(target, result, scope);
    return undefined;
  }

  #macro(name: string | null, parameters: readonly Parameter[], body: readonly Node[], scope: Scope): MacroValue {
    return new MacroValue(name, parameters, this.#scopes.specials.get(body) ?? new Set(), (bound) =>
      this.#nested(() => this.#writeMacro(parameters, body, scope, bound)),
    );
  }

  #writeMacro(parameters: readonly Parameter[], body: readonly Node[], scope: Scope, bound: Bound): string {
    const inner = this.#scope(body, scope);
    for (const [name, value] of bound) inner.set(name, value);
    for (const parameter of parameters) {
      const name = parameterName(parameter);
      if (bound.get(name) !== undefined) continue;
      inner.set(
        name,
        parameter.type === "Identifier"
          ? new Undefined(`parameter '${name}' was not provided`)
          : evaluate(parameter.value, inner),
      );
    }
    const text = new TextBuffer();
    this.#write(body, inner, text);
    return text.toString();
  }

  #nested(work: () => string): string {
    if (this.#depth >= MAX_DEPTH) throw new PythonError("RecursionError", "The template calls itself too often.");
    this.#depth += 1;
    try {
      return work();
    } finally {
      this.#depth -= 1;
    }
  }

  #writeCall({ call, callerArgs, body }: CallBlock, scope: Scope, buffer: TextBuffer): Leap {
    const [inner] = call.args;
    if (inner?.type !== "CallExpression") throw new PythonError("SyntaxError", "expected call");
    const caller = this.#macro(null, callerArgs ?? [], body, scope);
    const callee = evaluate(inner.callee, scope);
    const { positional, named } = argumentsOf(inner.args, scope);
    buffer.write(blockText(callValue(callee, { positional, named: named.set("caller", caller) })));
    return undefined;
  }

  #writeBlock({ filter, body }: FilterBlock, scope: Scope, buffer: TextBuffer): Leap {
    const [kind, args] = blockOf(filter);
    const inner = this.#scope(body, kind === OWN.block ? this.#top : scope);
    if (kind === OWN.with) for (const [name, value] of argumentsOf(args, scope).named) inner.set(name, value);
    if (kind !== OWN.filter) return this.#write(body, inner, buffer);
    const text = new TextBuffer();
    const leap = this.#write(body, inner, text);
    if (leap !== undefined) return leap;
    inner.set(OWN.body, text.toString());
    for (const value of argumentsOf(args, inner).positional) buffer.write(blockText(value));
    return undefined;
  }
}

/** Where jinja2 prints a value, it makes text of it; here it expects text. */
function blockText(value: Value): string {
  if (!isString(value)) throw typeError(`expected str instance, ${typeName(value)} found`);
  return textOf(value);
}

/** A value for a name, an attribute of a namespace, or several of them. */
function assignTo(target: Expression, value: Value, scope: Scope): void {
  if (target.type === "Identifier") {
    scope.set(target.value, value);
  } else if (target.type === "MemberExpression" && target.property.type === "Identifier") {
    const namespace = evaluate(target.object, scope);
    if (namespace instanceof Namespace) namespace.set(target.property.value, value);
  } else if (target.type === "TupleLiteral") {
    const items: Value[] = [];
    for (const item of iterate(value)) {
      items.push(item);
      if (items.length > target.value.length) break;
    }
    if (items.length !== target.value.length)
      throw valueError(
        `${items.length < target.value.length ? "not enough" : "too many"} values to unpack (expected ${target.value.length})`,
      );
    target.value.forEach((each, at) => assignTo(each, items[at] ?? null, scope));
  }
}

function checkNamespaces(target: Expression, scope: Scope): void {
  if (target.type === "TupleLiteral") for (const each of target.value) checkNamespaces(each, scope);
  if (target.type !== "MemberExpression" || evaluate(target.object, scope) instanceof Namespace) return;
  throw new PythonError("TemplateRuntimeError", "cannot assign attribute on non-namespace object");
}
