// "{} has {count:>3}".format(…): Python's replacement fields. Engine process.
import { checkLength } from "./limits";
import { format } from "./formatSpec";
import { escape } from "./markup";
import { PythonError, valueError } from "./PythonError";
import { ascii, repr, str } from "./text";
import { Markup, type Arguments, type Value } from "./values";

/** How a field's ".name" and "[key]" are looked up. */
export interface Lookup {
  attribute(value: Value, name: string): Value;
  item(value: Value, key: Value): Value;
}

const FIELD_PART = /\.([^.[]+)|\[([^\]]+)\]/guy;

/** `isMarkup`: what is put in is escaped. */
export function formatFields(text: string, given: Arguments, lookup: Lookup, isMarkup: boolean): string {
  const numbering: Numbering = { next: 0, isAutomatic: undefined };
  return fill(text, 2);

  function fill(template: string, depth: number): string {
    if (depth < 0) throw valueError("Max string recursion exceeded");
    let result = "";
    let at = 0;
    while (at < template.length) {
      const character = template.charAt(at);
      if (character !== "{" && character !== "}") {
        const next = template.slice(at).search(/[{}]/);
        const end = next < 0 ? template.length : at + next;
        result += template.slice(at, end);
        at = end;
      } else if (template.charAt(at + 1) === character) {
        result += character;
        at += 2;
      } else if (character === "}") {
        throw valueError("Single '}' encountered in format string");
      } else {
        const end = endOfField(template, at);
        result += field(template.slice(at + 1, end), depth);
        at = end + 1;
      }
      checkLength(result.length);
    }
    return result;
  }

  function field(source: string, depth: number): string {
    const [, name = "", conversion, specification] =
      /^([^!:[]*(?:\[[^\]]*\][^!:[]*)*)(?:!([\s\S]?))?(?::([\s\S]*))?$/u.exec(source) ?? [];
    if (conversion !== undefined && !/^[rsa]$/.test(conversion)) throw valueError("Unknown conversion specifier");
    let value = valueOf(name);
    if (conversion !== undefined)
      value = conversion === "s" ? str(value) : conversion === "r" ? repr(value) : ascii(value);
    const wanted = specification === undefined ? "" : fill(specification, depth - 1);
    if (!isMarkup) return format(value, wanted);
    if (value instanceof Markup && wanted !== "")
      throw valueError(`Format specifier ${wanted} given, but Markup has no __html_format__`);
    return value instanceof Markup ? value.text : escape(format(value, wanted)).text;
  }

  function valueOf(name: string): Value {
    const first = /^[^.[]*/.exec(name)?.[0] ?? "";
    let value = argument(first);
    let at = first.length;
    while (at < name.length) {
      FIELD_PART.lastIndex = at;
      const part = FIELD_PART.exec(name);
      if (part === null) throw valueError("Empty attribute in format string");
      const [whole, attribute, key = ""] = part;
      value =
        attribute === undefined
          ? lookup.item(value, /^\d+$/.test(key) ? BigInt(key) : key)
          : lookup.attribute(value, attribute);
      at += whole.length;
    }
    return value;
  }

  function argument(first: string): Value {
    if (first !== "" && !/^\d+$/.test(first)) {
      const value = given.named.get(first);
      if (value === undefined) throw new PythonError("KeyError", repr(first));
      return value;
    }
    const isAutomatic = first === "";
    if (numbering.isAutomatic !== undefined && numbering.isAutomatic !== isAutomatic)
      throw valueError("cannot mix manual and automatic field numbering");
    numbering.isAutomatic = isAutomatic;
    const value = given.positional[isAutomatic ? numbering.next++ : Number(first)];
    if (value === undefined)
      throw new PythonError("IndexError", "Replacement index out of range for positional args tuple");
    return value;
  }
}

interface Numbering {
  next: number;
  isAutomatic: boolean | undefined;
}

/** Of the brace that closes the one at `start`. */
function endOfField(template: string, start: number): number {
  let depth = 0;
  for (let at = start; at < template.length; at += 1) {
    const character = template.charAt(at);
    if (character === "{") depth += 1;
    if (character === "}") depth -= 1;
    if (depth === 0) return at;
  }
  throw valueError("expected '}' before end of string");
}
