// Names of model files on this disk. Facet makes them from whatever a hub, an app or a user calls a file: readable, the same
// each time, and possible on Windows, macOS and Linux, so that the models folder can move from one to another. Pure.
import { createHash } from "node:crypto";

/**
 * UTF-8 bytes, so on no system more characters. Names may have 255; the origin beside a file and the unfinished writing of it add 53,
 * and Windows counts the whole path against 260.
 */
const MAX_NAME_BYTES = 160;
/** Together with what llama.cpp finds the other parts of a split model by. */
const ENDING = /(?:-\d{5}-of-\d{5})?\.gguf$/iu;
const PART_NUMBER = /-\d{5}-of-\d{5}$/u;
/** Signs that Windows refuses, line ends, halves of surrogate pairs. */
const REFUSED = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}<>:"/\\|?*]+/gu;
/** Not seen, but changes how a name is read: U+202E turns "fugg.exe" round. */
const INVISIBLE = /\p{Cf}+/gu;
/** Windows takes these for devices, whatever the ending and the case. */
const DEVICE = /^(?:con|prn|aux|nul|clock\$|conin\$|conout\$|com[\d¹²³]|lpt[\d¹²³])\s*(?:\.|$)/iu;

/** The name on disk for a file called `name`; it ends in ".gguf". Different names may give the same one: see `nameKey`. */
export function diskName(name: string): string {
  const [ending = ""] = ENDING.exec(name) ?? [];
  const called = name.slice(0, name.length - ending.length);
  // A dot in front would hide the file, a dash would make it an option of command lines.
  const stem = called
    .replaceAll(INVISIBLE, "")
    .normalize("NFC")
    .replaceAll(REFUSED, "-")
    .replaceAll(/\s+/gu, " ")
    .replace(/^[\s.-]+/u, "");
  const end = ending === "" ? ".gguf" : ending.toLowerCase();
  const short = cut(stem, MAX_NAME_BYTES - end.length, called).replace(/[\s.]+$/u, "") || "model";
  // What was no part of a split model must not become one by losing the blank behind its number.
  const mark = end === ".gguf" && PART_NUMBER.test(short) ? "_" : "";
  return `${DEVICE.test(short + end) ? "_" : ""}${short}${mark}${end}`;
}

/** Equal for two names that are one file on some system, where case or composition of letters does not count. */
export function nameKey(name: string): string {
  return name.normalize("NFC").toUpperCase();
}

/** The folder for what comes from a repository: "owner__name". */
export function repositoryFolder(repository: string): string {
  return repository.replace("/", "__");
}

/** What is cut off often tells names apart, so a mark made of the whole name takes its place. */
function cut(stem: string, maxBytes: number, whole: string): string {
  if (Buffer.byteLength(stem) <= maxBytes) return stem;
  const mark = `-${createHash("sha256").update(whole).digest("hex").slice(0, 8)}`;
  let kept = "";
  let bytes = mark.length;
  for (const character of stem) {
    bytes += Buffer.byteLength(character);
    if (bytes > maxBytes) break;
    kept += character;
  }
  return kept + mark;
}
