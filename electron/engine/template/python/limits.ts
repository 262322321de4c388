// Bounds on what a template can make: it is a program of a stranger. Engine process.
import { TemplateError } from "../TemplateError";
import { PythonError } from "./PythonError";

/** The most characters of the prompt, and of any string on the way to it. Contexts of a million tokens hold about half of it. */
export const MAX_CHARACTERS = 8 * 1024 * 1024;
/** The most items of a list. */
export const MAX_ITEMS = 1024 * 1024;
/** jinja2.sandbox.MAX_RANGE */
export const MAX_RANGE = 100_000;
/** Macros, call blocks and recursive loops inside each other; Python's own stack holds about as many. */
export const MAX_DEPTH = 180;
/** More digits Python does not print (sys.int_info.default_max_str_digits). */
export const MAX_DIGITS = 4300;
/** Of a whole number; products of larger ones take long. */
const MAX_BITS = 1n << 16n;

export function checkLength(characters: number): void {
  if (characters > MAX_CHARACTERS)
    throw new TemplateError("too-long", "The template writes more than a prompt can hold.");
}

export function checkItems(items: number): void {
  if (items > MAX_ITEMS) throw new TemplateError("too-long", "The template makes a list that is too long.");
}

/** `bits`: of the number that would be made. */
export function checkBits(bits: bigint): void {
  if (bits > MAX_BITS) throw new PythonError("OverflowError", "The template computes with a number that is too large.");
}
