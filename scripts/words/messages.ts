// Finds the messages in the sources, and the words on screen that are not messages yet.
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";

/** Calls whose first argument is a message (electron/words/language.ts, renderer/ui/richText.tsx). */
const MESSAGE_CALLS: ReadonlySet<string> = new Set(["t", "richText"]);
/** Its descriptions are said in each language too (renderer/features/models/DiscoverTab.tsx). */
const MODELS_FILE = "resources/catalogue.json";
/** Where words on screen are written. */
const FOLDERS = ["electron/words", "electron/faces", "renderer"];
/** What is given to these is for logs and for developers. */
const UNSEEN_CALLS =
  /^(?:log|console\.\w+|performance\.\w+|JSON\.\w+|require|import|describe|it)$|(?:^|\.)#?log$|Error$/u;
/** Attributes that are read out or shown. */
const SPOKEN_ATTRIBUTES: ReadonlySet<string> = new Set([
  "aria-label",
  "aria-description",
  "aria-roledescription",
  "aria-valuetext",
  "alt",
  "label",
  "placeholder",
  "title",
]);
/** The same in every language. */
const NAMES = /\b(?:Facet|Electron)\b/gu;
/** The same in every language: the program's name, its command lines, and comments in shell scripts. */
const CODE = /^(?:Facet$|#)|(?:^|\| )facet /u;
/** Where numbers become words, by the language's rules; nowhere else. */
const QUANTITIES_FILE = "electron/words/quantities.ts";
/** What follows a value that was made into words by hand. */
const UNIT = String.raw`(?: ?[%×‰]| ?/s\b| (?:[kMGT]i?B|B|s|ms|min|h)(?![\p{L}\p{N}]))`;
const BEGINS_WITH_UNIT = new RegExp(`^${UNIT}`, "u");
const UNIT_IN_MESSAGE = new RegExp(`\\}${UNIT}`, "u");
const NUMBER_CALLS: ReadonlySet<string> = new Set(["toFixed", "toPrecision", "toExponential", "toLocaleString"]);
const NUMBER_FORMATS = /^Intl\.(?:NumberFormat|DateTimeFormat|RelativeTimeFormat|ListFormat)$/u;
/** On the line itself: a text for no reader, or one that is the same in every language. */
const EXEMPT = "// not translated";

export interface Place {
  readonly file: string;
  readonly line: number;
}

export interface Sources {
  /** In the order of files and lines; each message once. */
  readonly messages: ReadonlyMap<string, Place>;
  readonly problems: readonly string[];
}

export function readSources(root: string): Sources {
  const messages = new Map<string, Place>();
  const problems: string[] = [];
  for (const file of sourceFiles(root)) {
    const text = readFileSync(path.join(root, file), "utf8");
    const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
    const lines = text.split("\n");
    const placeOf = (node: ts.Node): Place => ({
      file,
      line: source.getLineAndCharacterOfPosition(node.getStart()).line + 1,
    });
    const report = (node: ts.Node, problem: string) => {
      const place = placeOf(node);
      if (!(lines[place.line - 1] ?? "").includes(EXEMPT)) problems.push(`${file}:${place.line} ${problem}`);
    };
    visit(source, (node) => {
      if (ts.isCallExpression(node) && ts.isIdentifier(node.expression) && MESSAGE_CALLS.has(node.expression.text)) {
        const [message] = node.arguments;
        if (message && ts.isStringLiteralLike(message)) {
          if (file !== QUANTITIES_FILE && UNIT_IN_MESSAGE.test(message.text)) report(node, QUANTITY_BY_HAND);
          if (!messages.has(message.text)) messages.set(message.text, placeOf(node));
        } else
          report(
            node,
            `${node.expression.text}(…) takes a message as it stands: it was found neither computed nor glued`,
          );
        return;
      }
      if (file !== QUANTITIES_FILE && isHandmadeQuantity(node)) report(node, QUANTITY_BY_HAND);
      if (isGlue(node))
        report(node, "sentences side by side: sentences(…), as a language may put nothing between them");
      if (isHandmadePlural(node)) report(node, "a plural by hand: {count, plural, one {…} other {…}}");
      const outside = wordsOutside(node);
      if (outside !== null) report(node, `not in the catalogue: ${JSON.stringify(outside)}`);
    });
  }
  for (const [message, place] of modelDescriptions(root)) messages.set(message, place);
  return { messages, problems };
}

function modelDescriptions(root: string): (readonly [message: string, place: Place])[] {
  const lines = readFileSync(path.join(root, MODELS_FILE), "utf8").split("\n");
  return lines.flatMap((text, index) =>
    [...text.matchAll(/"description": ?(?<description>"(?:[^"\\]|\\.)*")/gu)].map(
      ([, description = '""']) => [JSON.parse(description) as string, { file: MODELS_FILE, line: index + 1 }] as const,
    ),
  );
}

function sourceFiles(root: string): string[] {
  return FOLDERS.flatMap((folder) =>
    readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.tsx?$/u.test(entry.name) && !/\.(?:test|d)\.tsx?$/u.test(entry.name))
      .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name))),
  ).sort();
}

function visit(node: ts.Node, see: (node: ts.Node) => void): void {
  see(node);
  ts.forEachChild(node, (child) => visit(child, see));
}

/** `count === 1 ? "file" : "files"`. */
function isHandmadePlural(node: ts.Node): boolean {
  return (
    ts.isConditionalExpression(node) &&
    /[!=]== 1$/u.test(node.condition.getText()) &&
    (isText(node.whenTrue) || isText(node.whenFalse))
  );
}

const QUANTITY_BY_HAND = `a number or unit by hand: ${QUANTITIES_FILE}`;

/** `${share} %`, speed.toFixed(1), new Intl.NumberFormat(…). */
function isHandmadeQuantity(node: ts.Node): boolean {
  if (ts.isTemplateExpression(node))
    return !isStyle(node) && node.templateSpans.some(({ literal }) => BEGINS_WITH_UNIT.test(literal.text));
  if (ts.isBinaryExpression(node))
    return (
      node.operatorToken.kind === ts.SyntaxKind.PlusToken &&
      ts.isStringLiteralLike(node.right) &&
      BEGINS_WITH_UNIT.test(node.right.text)
    );
  if (ts.isNewExpression(node)) return NUMBER_FORMATS.test(node.expression.getText());
  return (
    ts.isCallExpression(node) &&
    ts.isPropertyAccessExpression(node.expression) &&
    NUMBER_CALLS.has(node.expression.name.text) &&
    // Rounded, and a number again.
    !(ts.isCallExpression(node.parent) && node.parent.expression.getText() === "Number")
  );
}

/** Of CSS: `${width}%` of a bar. */
function isStyle(node: ts.Node): boolean {
  for (let at = node.parent; at !== undefined && !ts.isStatement(at); at = at.parent)
    if (ts.isJsxAttribute(at) && at.name.getText() === "style") return true;
  return false;
}

function isText(node: ts.Expression): boolean {
  return ts.isStringLiteralLike(node) || ts.isTemplateExpression(node);
}

/** {" "} between two expressions, one of them a message that is a sentence. */
function isGlue(node: ts.Node): boolean {
  const isBlank =
    ts.isJsxExpression(node) &&
    node.expression !== undefined &&
    ts.isStringLiteral(node.expression) &&
    node.expression.text === " ";
  if (!isBlank || !(ts.isJsxElement(node.parent) || ts.isJsxFragment(node.parent))) return false;
  const siblings = node.parent.children.filter((child) => !ts.isJsxText(child) || !child.containsOnlyTriviaWhiteSpaces);
  const at = siblings.indexOf(node);
  const beside = [siblings[at - 1], siblings[at + 1]].map((sibling) =>
    sibling !== undefined && ts.isJsxExpression(sibling) ? sibling.getText() : null,
  );
  return (
    beside.every((text) => text !== null) &&
    beside.some((text) => /\b(?:t|richText)\(\s*"[^"]*[.!?]"/u.test(text ?? ""))
  );
}

/** What is written here and read by a user, as far as its form tells; null = nothing. */
function wordsOutside(node: ts.Node): string | null {
  if (ts.isJsxText(node)) return /\p{L}{2}/u.test(node.text.replaceAll(NAMES, "")) ? node.text.trim() : null;
  const text = literalText(node);
  if (text === null || CODE.test(text) || isUnseen(node)) return null;
  const { parent } = node;
  if (ts.isJsxAttribute(parent) && SPOKEN_ATTRIBUTES.has(parent.name.getText()))
    return /\p{L}{2}/u.test(text) ? text : null;
  // Of an element, it is for no reader; of a component, it may be.
  if (ts.isJsxAttribute(parent) && /^\p{Ll}/u.test(parent.parent.parent.tagName.getText())) return null;
  return readsAsWords(text.replaceAll(NAMES, "")) ? text : null;
}

function literalText(node: ts.Node): string | null {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (!ts.isTemplateExpression(node)) return null;
  return [node.head.text, ...node.templateSpans.map(({ literal }) => `￼${literal.text}`)].join("");
}

/** A capital and a small letter at the beginning, or two words in a row, or a value beside a word. */
function readsAsWords(text: string): boolean {
  return (
    /^\p{Lu}\p{Ll}+(?:[ .,:;!?…￼]|$)/u.test(text) ||
    /\p{L}{2,}[,;]? \p{L}+/u.test(text) ||
    /￼ \p{Ll}{2,}|\p{L}{2,} ￼/u.test(text)
  );
}

function isUnseen(node: ts.Node): boolean {
  for (let at: ts.Node = node; ; at = at.parent) {
    const { parent } = at;
    if (parent === undefined) return false;
    if (ts.isImportDeclaration(parent) || ts.isExportDeclaration(parent) || ts.isTypeNode(parent)) return true;
    // The name of a property, an index, what something is compared with: data.
    if (ts.isPropertyAssignment(parent) && parent.name === at) return true;
    if (ts.isElementAccessExpression(parent) || ts.isCaseClause(parent)) return true;
    if (ts.isBinaryExpression(parent) && /^[!=]==$/u.test(parent.operatorToken.getText())) return true;
    if ((ts.isCallExpression(parent) || ts.isNewExpression(parent)) && isCallUnseen(parent)) return true;
    if (ts.isTaggedTemplateExpression(parent)) return true;
    if (ts.isStatement(parent)) return false;
  }
}

function isCallUnseen(call: ts.CallExpression | ts.NewExpression): boolean {
  const name = call.expression.getText();
  return MESSAGE_CALLS.has(name) || UNSEEN_CALLS.test(name);
}
