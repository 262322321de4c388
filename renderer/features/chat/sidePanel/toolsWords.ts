// What a list of tools says, and what is wrong with it, as words.
import { MAX_TOOL_NAME_CHARACTERS } from "../../../../electron/contract/parts";
import { MAX_TOOLS_CHARACTERS } from "../../../../electron/contract/sampling";
import type { Tool, ToolsMistake } from "../../../../electron/contract/tools";
import { findJsonMistake } from "../../../app/jsonMistake";
import { formatCount, formatList } from "../../../../electron/words/quantities";
import { t } from "../../../../electron/words/language";

/** More names than this are counted only. */
const MAX_NAMED = 4;

/** "2 tools: get_weather and search." */
export function toolsWords(tools: readonly Tool[]): string {
  const names = tools.map((tool) => tool.function.name);
  if (names.length === 0) return t("No tools.");
  const more = names.length - MAX_NAMED;
  const list = formatList([
    ...names.slice(0, MAX_NAMED),
    ...(more > 0 ? [t("{count, plural, one {# more} other {# more}}", { count: more })] : []),
  ]);
  return t("{count, plural, one {# tool: {list}.} other {# tools: {list}.}}", { count: names.length, list });
}

/** What is wrong, where, and how it is written instead. `text`: the list as typed. */
export function toolsMistakeWords(mistake: ToolsMistake, text: string): string {
  if (!("index" in mistake)) return listMistakeWords(mistake.kind, text);
  const { kind, index, name } = mistake;
  const number = formatCount(index + 1);
  // A name that is too long is not repeated.
  return name === null || kind === "long-name"
    ? t("Tool {number}: {mistake}", { number, mistake: toolMistakeWords(kind) })
    : t("Tool {number} ({name}): {mistake}", { number, name, mistake: toolMistakeWords(kind) });
}

/** Sentences of their own. */
function toolMistakeWords(kind: Extract<ToolsMistake, { readonly index: number }>["kind"]): string {
  switch (kind) {
    case "not-an-object":
      return t("Each tool must be an object in {braces}.", { braces: "{ }" });
    case "bare-function":
      return t("This is only the function. Write it as {code}.", {
        code: '{"type": "function", "function": { … }}', // not translated
      });
    case "no-type":
      return t("{code} is missing.", { code: '"type": "function"' });
    case "no-function":
      return t('"function" is missing. It is an object with a "name".');
    case "no-name":
      return t('The "function" needs a "name".');
    case "long-name":
      return t("The name is longer than {count, plural, one {# character} other {# characters}}.", {
        count: MAX_TOOL_NAME_CHARACTERS,
      });
    case "same-name":
      return t("An earlier tool has the same name.");
    case "description-not-text":
      return t('The "description" must be text.');
    case "parameters-not-an-object":
      return t('The "parameters" must be a JSON schema, an object in {braces}.', { braces: "{ }" });
  }
}

function listMistakeWords(kind: "too-long" | "not-json" | "not-a-list", text: string): string {
  switch (kind) {
    case "too-long":
      return t("The list is longer than {count, plural, one {# character} other {# characters}}.", {
        count: MAX_TOOLS_CHARACTERS,
      });
    case "not-json":
      return jsonMistakeWords(text);
    case "not-a-list":
      return t("Tools must be a list. Put [ ] around them.");
  }
}

/** For any field that takes JSON. */
export function jsonMistakeWords(text: string): string {
  const mistake = findJsonMistake(text);
  if (mistake === null) return t("This isn’t JSON.");
  return mistake.isAtEnd
    ? t("This isn’t JSON yet: the end is missing.")
    : t("This isn’t JSON. Check line {line}, column {column}.", {
        line: formatCount(mistake.line),
        column: formatCount(mistake.column),
      });
}
