// Finds out how a chat template is told to think, or not to: from the names that it reads and what they change. Engine and fit process.
import type { ThinkingAbility, ThinkingChoice } from "../../contract/thinking";
import type { JinjaTemplate, JsonValue } from "./JinjaTemplate";

export interface ThinkingInputs {
  ability: ThinkingAbility;
  /** What the template is given for a choice. */
  variables(choice: ThinkingChoice | undefined): Record<string, JsonValue>;
}

/** Renders one question with these variables; null where the template fails. */
type RenderWith = (variables: Readonly<Record<string, JsonValue>>) => string | null;

interface Switch {
  name: string;
  /** undefined: what the template does by itself. */
  on: JsonValue | undefined;
  off: JsonValue;
  isOnByDefault: boolean;
}

interface Efforts {
  name: string;
  values: string[];
}

const SAMPLE_BUDGET = 1024;
/** A template that takes any word for its effort is asked with those of OpenAI's API. */
const usualEfforts = ["low", "medium", "high"];
/** Weakest first; other words keep the template's order. */
const effortOrder = ["minimal", "min", "low", "medium", "normal", "high", "xhigh", "max", "maximum"];
const offWord = /^(?:no|none|off|false|disabled?|no_?think(?:ing)?|non[-_]?think(?:ing)?|chat)$/iu;
const thinkingWord = /think|reason|thought/iu;
const thinkingName = /think|reason|thought|effort/iu;
/** What every prompt is written with (apply_chat_template). */
const ordinaryInputs = new Set(["messages", "tools", "documents", "add_generation_prompt", "continue_final_message"]);
const negativeName = /^(?:no|not|disable|skip|without|omit)_/iu;

/** Null: there is nothing to choose. */
export function findThinkingInputs(
  { inputs }: Pick<JinjaTemplate, "inputs">,
  renderWith: RenderWith,
): ThinkingInputs | null {
  const usual = renderWith({});
  if (usual === null) return null;
  let found: Switch | undefined;
  let budgetName: string | undefined;
  const others = [...inputs].filter(([name]) => !ordinaryInputs.has(name));
  for (const [name, { comparedTo }] of others) {
    const probe = (value: JsonValue) => renderWith({ [name]: value });
    const strings = stringsOf(comparedTo);
    if (strings.length > 0) found ??= wordSwitch(name, strings, usual, probe);
    if (!thinkingName.test(name)) continue;
    if (addsText(usual, probe(SAMPLE_BUDGET), String(SAMPLE_BUDGET))) {
      budgetName ??= name;
      found ??= budgetSwitch(name, usual, probe);
    } else if (strings.length === 0 && !addsText(usual, probe("low"), "low"))
      found ??= booleanSwitch(name, usual, probe);
  }
  // Some templates read the effort only where they are told to think.
  const thinking = found?.on === undefined ? {} : { [found.name]: found.on };
  const efforts = findEfforts(others, renderWith(thinking) ?? usual, budgetName, (variables) =>
    renderWith({ ...thinking, ...variables }),
  );
  if (found === undefined && efforts === undefined && budgetName === undefined) return null;
  return {
    ability: {
      canSwitch: found !== undefined,
      isOnByDefault: found?.isOnByDefault ?? true,
      efforts: efforts?.values ?? [],
    },
    variables: (choice) => variablesFor(choice, found, efforts, budgetName),
  };
}

function findEfforts(
  inputs: readonly (readonly [string, { comparedTo: readonly unknown[] }])[],
  usual: string,
  budgetName: string | undefined,
  renderWith: RenderWith,
): Efforts | undefined {
  for (const [name, { comparedTo }] of inputs) {
    const probe = (value: JsonValue) => renderWith({ [name]: value });
    const strings = stringsOf(comparedTo);
    const named = strings.length > 0 ? namedEfforts(name, strings, usual, probe) : undefined;
    if (named !== undefined) return named;
    if (strings.length === 0 && name !== budgetName && thinkingName.test(name) && addsText(usual, probe("low"), "low"))
      return { name, values: usualEfforts };
  }
  return undefined;
}

function stringsOf(values: readonly unknown[]): string[] {
  return values.filter((value) => typeof value === "string");
}

function variablesFor(
  choice: ThinkingChoice | undefined,
  found: Switch | undefined,
  efforts: Efforts | undefined,
  budgetName: string | undefined,
): Record<string, JsonValue> {
  const { isOn, effort, budgetTokens } = choice ?? {};
  const variables: Record<string, JsonValue> = {};
  if (budgetName !== undefined && budgetTokens !== undefined) variables[budgetName] = budgetTokens;
  if (efforts !== undefined && effort !== undefined && efforts.values.includes(effort))
    variables[efforts.name] = effort;
  if (found === undefined || isOn === undefined) return variables;
  const value = isOn ? (variables[found.name] ?? found.on) : found.off;
  return value === undefined ? variables : { ...variables, [found.name]: value };
}

function booleanSwitch(name: string, usual: string, probe: (value: JsonValue) => string | null): Switch | undefined {
  const [whenTrue, whenFalse] = [probe(true), probe(false)];
  if (whenTrue === null || whenFalse === null || whenTrue === whenFalse) return undefined;
  const lead = readiness(whenTrue) - readiness(whenFalse);
  const on = lead === 0 ? !negativeName.test(name) : lead > 0;
  return { name, on, off: !on, isOnByDefault: usual === (on ? whenTrue : whenFalse) };
}

/** A budget of no token is no thought. */
function budgetSwitch(name: string, usual: string, probe: (value: JsonValue) => string | null): Switch | undefined {
  const whenNone = probe(0);
  if (whenNone === null || whenNone === usual || whenNone === probe(SAMPLE_BUDGET)) return undefined;
  return { name, on: undefined, off: 0, isOnByDefault: true };
}

/** Switched off by one of its words; on by itself, or by the first of the others. */
function wordSwitch(
  name: string,
  words: readonly string[],
  usual: string,
  probe: (value: JsonValue) => string | null,
): Switch | undefined {
  const off = words.find(
    (word) =>
      (offWord.test(word) || readiness(probe(word) ?? "") < 0) &&
      isAboutThinking(name, usual, probe(word) ?? usual, true),
  );
  if (off === undefined) return undefined;
  const whenOff = probe(off);
  const isOnByDefault = usual !== whenOff;
  const on = isOnByDefault
    ? undefined
    : words.find((word) => word !== off && probe(word) !== null && probe(word) !== whenOff);
  if (!isOnByDefault && on === undefined) return undefined;
  return { name, on, off, isOnByDefault };
}

function namedEfforts(
  name: string,
  words: readonly string[],
  usual: string,
  probe: (value: JsonValue) => string | null,
): Efforts | undefined {
  const renders = new Map<string, string>();
  for (const word of words) {
    const text = probe(word);
    if (text !== null && !offWord.test(word) && readiness(text) >= 0) renders.set(word, text);
  }
  const isAbout =
    [...renders.values()].some((text) => isAboutThinking(name, usual, text)) ||
    (thinkingWord.test(name) && renders.size > 1);
  if (!isAbout || ![...renders.values()].some((text) => text !== usual)) return undefined;
  const rank = (word: string) => effortOrder.indexOf(word.toLowerCase());
  const ordered = [...renders.keys()];
  if (ordered.every((word) => rank(word) >= 0)) ordered.sort((one, other) => rank(one) - rank(other));
  return { name, values: ordered };
}

/** 1: the prompt opens a thought or asks for one; -1: it ends with a closed one, or asks for none; 0: it says nothing. */
function readiness(prompt: string): number {
  const [last] = /[<[◁|][^<[◁\s]{0,40}(?:think|thought|reason)[^<[◁\s]{0,40}[>\]▷]\s*$/iu.exec(prompt) ?? [];
  if (last !== undefined) return /\/|end/iu.test(last) ? -1 : 1;
  if (/\/no_?think/iu.test(prompt)) return -1;
  return /\/think/iu.test(prompt) ? 1 : 0;
}

/** Whether a name or what it changes speaks of thinking. `orTheName`: the name alone is enough. */
function isAboutThinking(name: string, usual: string, changed: string | null, orTheName = false): boolean {
  if (changed === null) return false;
  if (changed === usual) return orTheName && thinkingWord.test(name);
  return (
    thinkingWord.test(name) ||
    thinkingWord.test(difference(usual, changed)) ||
    thinkingWord.test(difference(changed, usual))
  );
}

/** Whether the value itself stands where the texts differ. */
function addsText(usual: string, changed: string | null, value: string): boolean {
  return changed !== null && difference(usual, changed).includes(value);
}

/** What `text` has between its common start and its common end with `other`, whole words of both ends included. */
function difference(other: string, text: string): string {
  let start = 0;
  while (start < text.length && text[start] === other[start]) start++;
  let end = 0;
  while (end < text.length - start && end < other.length - start && text.at(-1 - end) === other.at(-1 - end)) end++;
  const from = text.slice(0, start).search(/[^\s<>|[\]]*$/u);
  const after = /^[^\s<>|[\]]*/u.exec(text.slice(text.length - end))?.[0].length ?? 0;
  return text.slice(from, text.length - end + after);
}
