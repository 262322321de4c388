// Which names belong to which scope: jinja2 decides that before it renders. Engine process.
import { OWN, type AnyNode, type Expression, type If, type Node, type Parameter, type Program } from "./tree";
import { blockOf, childrenOf, defaultsOf, loopOf, parameterName, reads, targetNames } from "./walk";

export interface Scopes {
  /** For the body of each scope the names that it sets before it reads them: until then they are undefined, whatever was given from outside. */
  readonly unset: ReadonlyMap<readonly Node[], readonly string[]>;
  /** For the body of each macro and call block which of `caller`, `kwargs` and `varargs` it reads: those it takes. */
  readonly specials: ReadonlyMap<readonly Node[], ReadonlySet<string>>;
  /** Names that are looked up outside: what the template is given, and global functions. */
  readonly free: ReadonlySet<string>;
}

export const CONSTANTS: ReadonlyMap<string, boolean | null> = new Map<string, boolean | null>([
  ["true", true],
  ["True", true],
  ["false", false],
  ["False", false],
  ["none", null],
  ["None", null],
]);

type Load = "parameter" | "outside" | "outer" | "unset";

/** The names of one scope, and what each begins with. */
class Names {
  readonly parent: Names | undefined;
  readonly loads: Map<string, Load>;
  readonly stored: Set<string>;

  constructor(parent: Names | undefined, loads = new Map<string, Load>(), stored = new Set<string>()) {
    this.parent = parent;
    this.loads = loads;
    this.stored = stored;
  }

  knows(name: string): boolean {
    return this.loads.has(name) || this.parent?.knows(name) === true;
  }

  read(name: string): void {
    if (!this.knows(name)) this.loads.set(name, "outside");
  }

  store(name: string): void {
    this.stored.add(name);
    if (!this.loads.has(name)) this.loads.set(name, this.parent?.knows(name) === true ? "outer" : "unset");
  }

  parameter(name: string): void {
    this.stored.add(name);
    this.loads.set(name, "parameter");
  }

  /** What is stored in one branch only may come from outside. */
  merge(branches: readonly Names[]): void {
    const fresh = new Set(branches.flatMap((branch) => [...branch.stored]).filter((name) => !this.stored.has(name)));
    for (const branch of branches) {
      for (const [name, load] of branch.loads) this.loads.set(name, load);
      for (const name of branch.stored) this.stored.add(name);
    }
    for (const name of fresh) this.loads.set(name, this.parent?.knows(name) === true ? "outer" : "outside");
  }

  copy(): Names {
    return new Names(this.parent, new Map(this.loads), new Set(this.stored));
  }
}

export function scopesOf(program: Program): Scopes {
  const unset = new Map<readonly Node[], readonly string[]>();
  const specials = new Map<readonly Node[], ReadonlySet<string>>();
  const free = new Set<string>();
  scope(program.body, undefined, () => undefined);
  return { unset, specials, free };

  /** The names of a body are all known before the scopes in it are looked at. */
  function scope(
    body: readonly Node[],
    parent: Names | undefined,
    begin: (names: Names) => void,
    end: (names: Names) => void = () => undefined,
  ): void {
    const names = new Names(parent);
    begin(names);
    for (const node of body) visit(node, names);
    end(names);
    unset.set(
      body,
      [...names.loads].filter(([, load]) => load === "unset").map(([name]) => name),
    );
    for (const [name, load] of names.loads) if (load === "outside") free.add(name);
    for (const node of body) inner(node, names);
  }

  /** The scopes inside a node. */
  function inner(node: Node, names: Names): void {
    switch (node.type) {
      case "If":
        for (const child of [...node.body, ...node.alternate]) inner(child, names);
        break;
      case "For": {
        const { condition } = loopOf(node);
        scope(node.body, names, (fresh) => {
          fresh.parameter("loop");
          for (const name of targetNames(node.loopvar)) fresh.parameter(name);
        });
        scope(node.defaultBlock, names, () => undefined);
        if (condition === undefined) break;
        const tested = new Names(names);
        for (const name of targetNames(node.loopvar)) tested.parameter(name);
        visitExpression(condition, tested);
        for (const [name, load] of tested.loads) if (load === "outside") free.add(name);
        break;
      }
      case "Set":
        if (node.value === null) scope(node.body, names, () => undefined);
        break;
      case "Macro":
        macro(node.args, node.body, names);
        break;
      case "CallStatement":
        macro(node.callerArgs ?? [], node.body, names);
        break;
      case "FilterStatement": {
        const [kind, args] = blockOf(node.filter);
        // A block sees what is set at the top of the template.
        const parent = kind === OWN.block ? rootOf(names) : names;
        scope(
          node.body,
          parent,
          (fresh) => {
            if (kind === OWN.with)
              for (const argument of args)
                if (argument.type === "KeywordArgumentExpression") fresh.parameter(argument.key.value);
            if (kind === OWN.filter) fresh.parameter(OWN.body);
          },
          (fresh) => {
            if (kind === OWN.filter) for (const argument of args) visitExpression(argument, fresh);
          },
        );
        break;
      }
      default:
        break;
    }
  }

  function macro(parameters: readonly Parameter[], body: readonly Node[], names: Names): void {
    const own = parameters.map(parameterName);
    const special = SPECIALS.filter((name) => !own.includes(name) && reads(body, name));
    specials.set(body, new Set(special));
    scope(body, names, (fresh) => {
      for (const name of [...special, ...own]) fresh.parameter(name);
      for (const value of defaultsOf(parameters)) visitExpression(value, fresh);
    });
  }
}

const SPECIALS = ["caller", "kwargs", "varargs"];

function rootOf(names: Names): Names {
  return names.parent === undefined ? names : rootOf(names.parent);
}

/** What a node of a body reads and stores in the body's own scope. */
function visit(node: Node, names: Names): void {
  switch (node.type) {
    case "If":
      visitExpression(node.test, names);
      names.merge(
        branchesOf(node).map((branch) => {
          const copy = names.copy();
          for (const child of branch) visit(child, copy);
          return copy;
        }),
      );
      break;
    case "For":
      // The condition belongs to the loop's scope.
      visitExpression(loopOf(node).source, names);
      break;
    case "Set":
      if (node.value !== null) visitExpression(node.value, names);
      storeTarget(node.assignee, names);
      break;
    case "Macro":
      names.store(node.name.value);
      break;
    case "CallStatement":
      visitExpression(node.call, names);
      break;
    case "FilterStatement": {
      const [kind, args] = blockOf(node.filter);
      if (kind === OWN.with) for (const argument of args) visitExpression(argument, names);
      if (kind === OWN.filter) for (const argument of args) visitExpression(argument, names);
      break;
    }
    case "Break":
    case "Continue":
      break;
    default:
      visitExpression(node, names);
  }
}

function branchesOf(node: If): readonly (readonly Node[])[] {
  return [node.body, node.alternate];
}

function visitExpression(node: AnyNode, names: Names): void {
  if (node.type === "Identifier") {
    // What is ours has a blank in it.
    if (!CONSTANTS.has(node.value) && !node.value.includes(" ")) names.read(node.value);
    return;
  }
  for (const child of childrenOf(node)) visitExpression(child, names);
}

function storeTarget(target: Expression, names: Names): void {
  if (target.type === "Identifier") names.store(target.value);
  else if (target.type === "TupleLiteral") for (const each of target.value) storeTarget(each, names);
  else if (target.type === "FilterExpression") storeTarget(target.operand, names);
  else if (target.type === "MemberExpression") visitExpression(target.object, names);
}
