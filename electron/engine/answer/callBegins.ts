// Whether a tool call begins here, or text that only looks like one. Engine process.
import { callOf, skipBlanks, type BodyReader, type CallSurroundings } from "./callBody";
import type { CallSyntax } from "./callSyntax";
import { ObjectReader } from "./ObjectReader";
import { anyOf, type Match } from "./Pattern";
import { TaggedReader } from "./TaggedReader";
import type { ToolSchemas } from "./ToolSchemas";
import { ValueReader } from "./ValueReader";

/** A call without a marker has its name this early. */
const MAX_RAW_CALL_CHARACTERS = 200;

/** `head`: what the call's beginning said. */
export function readBody(head: Match, surroundings: CallSurroundings): BodyReader {
  const { body } = surroundings.syntax;
  if (body.kind === "values") return new ValueReader(body, surroundings);
  const call = callOf(head, surroundings);
  return body.kind === "named"
    ? new ObjectReader(body, call, surroundings)
    : new TaggedReader(body, call, surroundings);
}

/** Whether such a body begins there. "beginning": more of it is needed to know. */
export function bodyBegins(
  { body, closes, sectionClose }: CallSyntax,
  text: string,
  from: number,
): boolean | "beginning" {
  const at = skipBlanks(text, from);
  if (at === text.length && body.kind !== "tagged") return "beginning";
  if (body.kind === "named") return text[at] === "{" || text[at] === '"';
  if (body.kind === "values") return valueBegins(text.slice(at));
  const ends = [...closes, ...(sectionClose === null ? [] : [sectionClose])];
  const start = body.afterName.match(text, from);
  if (start === "beginning") return "beginning";
  if (start === null) return false;
  const next = skipBlanks(text, start.end);
  if (next === text.length) return "beginning";
  const found = [body.argument, ...ends].map((pattern) => pattern.match(text, next));
  if (found.some((match) => match !== null && match !== "beginning")) return true;
  return found.includes("beginning") ? "beginning" : false;
}

/** An object, a list of them, or Python's calls. */
const valueStart = /^(?:\[\s*)?(?:\{\s*["'}]|[\p{L}_][\p{L}\d_.-]*\()|^\[\s*\]/u;
const valueStartBeginning = /^(?:\[\s*)?(?:\{\s*|[\p{L}_][\p{L}\d_.-]*)?$/u;

function valueBegins(text: string): boolean | "beginning" {
  if (valueStart.test(text)) return true;
  return valueStartBeginning.test(text) ? "beginning" : false;
}

/** Without a marker, only a call of a tool that was given is one. */
export function isKnownCall(syntax: CallSyntax, tools: ToolSchemas, text: string, head: Match): boolean | "beginning" {
  const begins = bodyBegins(syntax, text, head.end);
  if (begins !== true) return begins;
  if (head.slots.name !== undefined) return tools.has(head.slots.name);
  const value = text.slice(head.end);
  const python = /^\s*\[?\s*([\p{L}_][\p{L}\d_.-]*)\(/u.exec(value);
  if (python !== null) return tools.has(python[1] ?? "");
  const keys = syntax.body.kind === "values" ? syntax.body.nameKeys : [];
  const name = new RegExp(`"(?:${anyOf(keys)})"\\s*:\\s*"([^"]*)"`, "u").exec(value);
  if (name !== null) return tools.has(name[1] ?? "");
  const first = /^\s*\[?\s*\{\s*"([^"]*)"/u.exec(value)?.[1];
  const isPossible = first === undefined || [...keys, "type", "function", "id"].includes(first);
  return isPossible && value.length < MAX_RAW_CALL_CHARACTERS ? "beginning" : false;
}
