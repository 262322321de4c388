// Bounds on what a template can make: it is a program of a stranger. Engine process.
import { getHeapStatistics } from "node:v8";
import { collectGarbage } from "../../collectGarbage";
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

/** What the heap may grow by while a template is rendered; that of the largest conversation takes a few MB. */
const MAX_HEAP_GROWTH_BYTES = 384 * 1024 * 1024;
/** The heap is looked at each time so much was made. */
const LOOK_EVERY_BYTES = 16 * 1024 * 1024;

let madeBytes = 0;
let heapAtStartBytes = 0;

/** Before each rendering: what follows is counted from here. */
export function beginCounting(): void {
  madeBytes = 0;
  // What a rendering that was given up left behind would come on top of what this one takes.
  if (usedBytes() - heapAtStartBytes > MAX_HEAP_GROWTH_BYTES / 2) collectGarbage();
  heapAtStartBytes = usedBytes();
}

function usedBytes(): number {
  return getHeapStatistics().used_heap_size;
}

/** Each value may be within its bounds, and all that are kept together be more than there is. */
export function countMade(bytes: number): void {
  madeBytes += bytes;
  if (madeBytes < LOOK_EVERY_BYTES) return;
  madeBytes = 0;
  if (usedBytes() - heapAtStartBytes > MAX_HEAP_GROWTH_BYTES)
    throw new TemplateError("too-long", "The template takes more memory than a prompt can need.");
}

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
