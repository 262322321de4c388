// Parses a template: our scanner reads it as jinja2 does, @huggingface/jinja's parser makes the tree. Engine process.
import { parse } from "@huggingface/jinja";
import { PythonError } from "../python/PythonError";
import {
  expressionTokens,
  grouped,
  isName,
  isOperator,
  listTokens,
  nameToken,
  operatorToken,
  splitAt,
  tupleTokens,
  withTests,
  type Item,
} from "./expressionTokens";
import { scan, type SourceToken } from "./scan";
import { OWN, type ParserToken, type Program } from "./tree";

const TEXT = "Text";
const OPEN_TAG: ParserToken = { type: "OpenStatement", value: "{%" };
const CLOSE_TAG: ParserToken = { type: "CloseStatement", value: "%}" };
const OPEN_OUTPUT: ParserToken = { type: "OpenExpression", value: "{{" };
const CLOSE_OUTPUT: ParserToken = { type: "CloseExpression", value: "}}" };

/** Tags that have an end, which is the parser's own for the first and the end of a filter block for the others. */
const PARSER_BLOCKS = ["if", "for", "set", "macro", "call", "filter"];
const OWN_BLOCKS = ["generation", "with", "block"];
const NEED_OTHER_TEMPLATES = ["include", "import", "from", "extends"];

/** Throws PythonError for what is no template. */
export function parseTemplate(source: string): Program {
  const open: string[] = [];
  const tokens = scan(source).flatMap((piece): ParserToken[] => {
    if (piece.kind === "text") return [{ type: TEXT, value: piece.text }];
    return piece.kind === "output" ? output(tupleTokens(grouped(piece.tokens))) : tag(piece.tokens, open);
  });
  const unclosed = open.at(-1);
  if (unclosed !== undefined) throw syntaxError(`the block '${unclosed}' is not closed`);
  // The parser's types are no part of its interface: this is its tree as we read it.
  return parse(tokens as unknown as Parameters<typeof parse>[0]) as unknown as Program;
}

function syntaxError(message: string): PythonError {
  return new PythonError("SyntaxError", message);
}

function output(tokens: readonly ParserToken[]): ParserToken[] {
  return [OPEN_OUTPUT, ...tokens, CLOSE_OUTPUT];
}

function statement(name: string, ...tokens: readonly ParserToken[]): ParserToken[] {
  return [OPEN_TAG, nameToken(name), ...tokens, CLOSE_TAG];
}

function callOf(name: string, tokens: readonly ParserToken[]): ParserToken[] {
  return [nameToken(name), operatorToken("("), ...tokens, operatorToken(")")];
}

/** `open` holds the names of the blocks that have begun. */
function tag(tokens: readonly SourceToken[], open: string[]): ParserToken[] {
  const [first, ...rest] = tokens;
  if (first?.kind !== "name") throw syntaxError("tag name expected");
  const name = first.value;
  if (name.startsWith("end")) return endTag(name.slice(3), rest, open);
  const items = grouped(rest);
  if (!isAssignment(name, items)) {
    if (PARSER_BLOCKS.includes(name) || OWN_BLOCKS.includes(name)) open.push(name);
    // Python's colon is allowed where a block begins.
    if (isOperator(items.at(-1), ":")) items.pop();
  }
  switch (name) {
    case "if":
    case "elif":
      // An inline if needs brackets here.
      if (withTests(items).some((item, at) => isName(item, "if") && !isOperator(items[at - 1], ".")))
        throw syntaxError("unexpected 'if'");
      return statement(name, ...tupleTokens(items));
    case "else":
    case "break":
    case "continue":
      return statement(name, ...expressionTokens(items));
    case "for":
      return forTag(items);
    case "set":
      return setTag(items);
    case "macro":
      return statement(name, ...expressionTokens(items));
    case "call": {
      const [signature] = items;
      const hasSignature = signature?.kind === "group" && signature.open === "(";
      const caller = hasSignature ? [operatorToken("("), ...listTokens(signature.items), operatorToken(")")] : [];
      return statement(name, ...caller, ...callOf(OWN.call, expressionTokens(hasSignature ? items.slice(1) : items)));
    }
    case "filter":
      return statement(
        name,
        ...callOf(OWN.filter, [nameToken(OWN.body), operatorToken("|"), ...expressionTokens(items)]),
      );
    case "generation":
      return statement("filter", ...callOf(OWN.generation, expressionTokens(items)));
    case "with":
      return statement("filter", ...callOf(OWN.with, listTokens(items)));
    case "block":
      return statement("filter", ...callOf(OWN.block, expressionTokens(items.slice(0, 1))));
    case "print":
      return splitAt(items, ",").flatMap((part) => output(expressionTokens(part)));
    default:
      if (NEED_OTHER_TEMPLATES.includes(name)) return output(callOf(OWN.noLoader, []));
      throw syntaxError(`Encountered unknown tag '${name}'.`);
  }
}

function endTag(name: string, rest: readonly SourceToken[], open: string[]): ParserToken[] {
  const begun = open.pop();
  if (begun !== name)
    throw syntaxError(
      begun === undefined ? `Encountered unknown tag 'end${name}'.` : `'end${begun}' expected, not 'end${name}'`,
    );
  const [label, ...more] = rest;
  if (label !== undefined && (name !== "block" || label.kind !== "name" || more.length > 0))
    throw syntaxError(`unexpected '${label.value}' after 'end${name}'`);
  return statement(OWN_BLOCKS.includes(name) ? "endfilter" : `end${name}`);
}

/** A set with a value has no end; an equals sign in brackets is another's. */
function isAssignment(name: string, items: readonly Item[]): boolean {
  return name === "set" && items.some((item) => isOperator(item, "="));
}

function setTag(items: readonly Item[]): ParserToken[] {
  const at = items.findIndex((item) => isOperator(item, "="));
  const target = at < 0 ? items : items.slice(0, at);
  return statement(
    "set",
    ...targetTokens(target),
    ...(at < 0 ? [] : [operatorToken("="), ...tupleTokens(items.slice(at + 1))]),
  );
}

/** Names to assign to, in the parser's own tuples. */
function targetTokens(items: readonly Item[]): ParserToken[] {
  return splitAt(items, ",").flatMap((part, at) => {
    const [only, ...more] = part;
    const isTuple = only?.kind === "group" && only.open === "(" && more.length === 0;
    const target = isTuple
      ? [operatorToken("("), ...targetTokens(only.items), operatorToken(")")]
      : expressionTokens(part);
    return at === 0 ? target : [operatorToken(","), ...target];
  });
}

/** `for target in items if condition recursive` */
function forTag(items: readonly Item[]): ParserToken[] {
  const isRecursive = isName(items.at(-1), "recursive") && items.length > 1;
  const all = withTests(isRecursive ? items.slice(0, -1) : items);
  const inAt = all.findIndex((item) => isName(item, "in"));
  if (inAt < 0) throw syntaxError("expected 'in' in a for tag");
  const ifAt = all.findIndex((item, at) => at > inAt && isName(item, "if") && !isOperator(all[at - 1], "."));
  const source = tupleTokens(all.slice(inAt + 1, ifAt < 0 ? all.length : ifAt));
  const condition = ifAt < 0 ? [] : [operatorToken(","), ...expressionTokens(all.slice(ifAt + 1))];
  const each = callOf(isRecursive ? OWN.eachRecursive : OWN.each, [...source, ...condition]);
  return statement("for", ...targetTokens(all.slice(0, inAt)), nameToken("in"), ...each);
}
