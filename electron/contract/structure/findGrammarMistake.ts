// Whether an answer can be held to a grammar: before llama.cpp is given one that it refuses without a word, or never finishes reading.
import type { Because, GrammarReason } from "../failureReasons";
import { MAX_STRUCTURE_CHARACTERS } from "../sampling";
import { GrammarError, type GrammarItem, type GrammarRule, readGrammar } from "./readGrammar";

const MAX_RULES = 2000;

type Rules = ReadonlyMap<string, GrammarRule>;
type Name = Extract<GrammarItem, { kind: "name" }>;

/** Null: none. */
export function findGrammarMistake(text: string): Because<GrammarReason> | null {
  if (text.length > MAX_STRUCTURE_CHARACTERS)
    return { reason: "structure-too-long", limit: String(MAX_STRUCTURE_CHARACTERS) };
  try {
    const rules = readGrammar(text);
    if (rules.size > MAX_RULES) return { reason: "grammar-too-many-rules", limit: String(MAX_RULES) };
    if (!rules.has("root")) return { reason: rules.size === 0 ? "grammar-empty" : "grammar-without-root" };
    checkNames(text, rules);
    checkRecursion(text, rules);
    return null;
  } catch (error) {
    if (error instanceof GrammarError) return error.because;
    throw error;
  }
}

function checkNames(text: string, rules: Rules): void {
  for (const rule of rules.values())
    for (const item of itemsIn(rule))
      if (item.kind === "name" && !rules.has(item.name))
        throw new GrammarError(text, item.at, { reason: "grammar-rule-missing", name: item.name });
}

/** Of what never ends, llama.cpp finds most, but not all: what stands before a rule's own name may be empty in a roundabout way. */
function checkRecursion(text: string, rules: Rules): void {
  const empty = namesOfEmptyRules(rules);
  for (const rule of rules.values())
    for (const item of itemsIn(rule))
      if (item.kind === "repeated" && item.max === null && canBeEmpty(item.item, empty))
        throw new GrammarError(text, item.at, { reason: "grammar-repeats-nothing" });

  const done = new Set<string>();
  for (const start of rules.keys()) {
    // Depth first, in a list of our own: rules may lead to each other in a chain as long as the grammar.
    const path: { name: string; next: Name[] }[] = [{ name: start, next: [] }];
    const onPath = new Set<string>([start]);
    path[0]?.next.push(...firstNames(rules.get(start), empty));
    for (let last = path.at(-1); last !== undefined; last = path.at(-1)) {
      const item = last.next.pop();
      if (item === undefined) {
        done.add(last.name);
        onPath.delete(last.name);
        path.pop();
        continue;
      }
      if (onPath.has(item.name))
        throw new GrammarError(text, item.at, { reason: "grammar-never-ends", name: item.name });
      if (done.has(item.name)) continue;
      path.push({ name: item.name, next: firstNames(rules.get(item.name), empty) });
      onPath.add(item.name);
    }
  }
}

function namesOfEmptyRules(rules: Rules): ReadonlySet<string> {
  const empty = new Set<string>();
  let open = [...rules];
  for (let before = -1; before < empty.size;) {
    before = empty.size;
    for (const [name, rule] of open) if (ruleCanBeEmpty(rule, empty)) empty.add(name);
    // In both directions in turn: rules lead to later ones in some grammars, to earlier ones in others.
    open = open.filter(([name]) => !empty.has(name)).toReversed();
  }
  return empty;
}

function ruleCanBeEmpty({ alternatives }: GrammarRule, empty: ReadonlySet<string>): boolean {
  return alternatives.some((items) => items.every((item) => canBeEmpty(item, empty)));
}

function canBeEmpty(item: GrammarItem, empty: ReadonlySet<string>): boolean {
  switch (item.kind) {
    case "text":
      return item.isEmpty;
    case "name":
      return empty.has(item.name);
    case "group":
      return ruleCanBeEmpty(item.rule, empty);
    case "repeated":
      return item.min === 0 || canBeEmpty(item.item, empty);
  }
}

/** What this rule may begin with. */
function firstNames(rule: GrammarRule | undefined, empty: ReadonlySet<string>): Name[] {
  return (rule?.alternatives ?? []).flatMap((items) => {
    const lastFirst = items.findIndex((item) => !canBeEmpty(item, empty));
    return items.slice(0, lastFirst === -1 ? items.length : lastFirst + 1).flatMap((item) => firstNamesOf(item, empty));
  });
}

function firstNamesOf(item: GrammarItem, empty: ReadonlySet<string>): Name[] {
  switch (item.kind) {
    case "text":
      return [];
    case "name":
      return [item];
    case "group":
      return firstNames(item.rule, empty);
    case "repeated":
      return item.max === 0 ? [] : firstNamesOf(item.item, empty);
  }
}

/** At any depth. */
function itemsIn({ alternatives }: GrammarRule): GrammarItem[] {
  return alternatives.flat().flatMap(withInner);
}

function withInner(item: GrammarItem): GrammarItem[] {
  if (item.kind === "repeated") return [item, ...withInner(item.item)];
  return item.kind === "group" ? [item, ...itemsIn(item.rule)] : [item];
}
